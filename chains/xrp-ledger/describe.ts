import * as v from "valibot";
import type { Intent, Network, PendingTransaction } from "../chain.ts";
import { parsePayload, type TransactionPayload } from "./transaction-payload.ts";

/** The flag `tfPartialPayment`: less than the amount may arrive. */
const PARTIAL_PAYMENT = 0x00020000;

/** Drops of XRP, or a decimal number of a token. */
const amountSchema = v.union([
  v.pipe(
    v.string(),
    v.transform((value) => ({ value, asset: "XRP" })),
  ),
  v.pipe(
    v.object({ currency: v.string(), issuer: v.string(), value: v.string() }),
    v.transform(({ currency, issuer, value }) => ({ value, asset: `${currency}:${issuer}` })),
  ),
  v.pipe(
    v.object({ mpt_issuance_id: v.string(), value: v.string() }),
    v.transform(({ mpt_issuance_id: asset, value }) => ({ value, asset })),
  ),
]);

const paymentSchema = v.object({
  Destination: v.string(),
  DestinationTag: v.optional(v.number()),
  Amount: amountSchema,
  SendMax: v.optional(amountSchema),
  DeliverMin: v.optional(amountSchema),
  Flags: v.optional(v.number(), 0),
});

const trustSetSchema = v.object({ LimitAmount: amountSchema });

const memosSchema = v.object({
  Memos: v.optional(v.array(v.object({ Memo: v.object({ MemoData: v.optional(v.string(), "") }) })), []),
});

/**
 * What a pending transaction does. XRP is counted in drops; the amount of a token is a decimal number, its name
 * `CURRENCY:issuer`. A destination tag is shown as 4 bytes of data.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function describeTransaction(pending: PendingTransaction, network: Network): readonly Intent[] {
  const payload = parsePayload(pending, network);
  return [
    ...(action(payload) ?? [opaque(payload)]),
    ...memos(payload),
    { kind: "fee", amount: String(payload.feeDrops), asset: "XRP" },
  ];
}

function opaque({ type, account }: TransactionPayload): Intent {
  return { kind: "opaque", reason: `a transaction ${type} of ${account} that is not decoded` };
}

function action(payload: TransactionPayload): readonly Intent[] | undefined {
  if (payload.type === "Payment") return payment(payload);
  if (payload.type === "TrustSet") return trustSet(payload);
  return undefined;
}

function payment({ fields, account: from }: TransactionPayload): readonly Intent[] | undefined {
  const parsed = v.safeParse(paymentSchema, fields);
  if (!parsed.success) return undefined;
  const { Destination: to, DestinationTag, Amount, SendMax, DeliverMin, Flags } = parsed.output;
  const { value: amount, asset } = Amount;
  const tag: readonly Intent[] =
    DestinationTag === undefined ? [] : [{ kind: "data", hex: DestinationTag.toString(16).padStart(8, "0") }];
  const isPlain = SendMax === undefined && DeliverMin === undefined && !("Paths" in fields);
  if (isPlain && (Flags & PARTIAL_PAYMENT) === 0)
    return [{ kind: "transfer", from, to, amount, asset }, ...tag];
  const bounds = Object.entries({ Amount, SendMax, DeliverMin }).flatMap(([name, bound]) =>
    bound === undefined ? [] : [`${name}=${bound.value} ${bound.asset}`],
  );
  return [
    {
      kind: "contract-call",
      from,
      to,
      amount: "0",
      method: "Payment",
      arguments: [...bounds, `Flags=${Flags}`],
    },
    ...tag,
  ];
}

function trustSet({ fields, account: from }: TransactionPayload): readonly Intent[] | undefined {
  const parsed = v.safeParse(trustSetSchema, fields);
  if (!parsed.success) return undefined;
  const { value, asset } = parsed.output.LimitAmount;
  return [
    { kind: "contract-call", from, to: from, amount: "0", method: "TrustSet", arguments: [asset, value] },
  ];
}

function memos({ fields }: TransactionPayload): readonly Intent[] {
  const parsed = v.safeParse(memosSchema, fields);
  if (!parsed.success) return [{ kind: "opaque", reason: "memos that are not decoded" }];
  return parsed.output.Memos.map(({ Memo }) => ({ kind: "data", hex: Memo.MemoData.toLowerCase() }));
}
