/**
 * The payload of a pending VeChainThor transaction: JSON of its clauses and of the fields that shall not be chosen for it.
 * https://docs.vechain.org/thor/learn/transaction-model
 * https://github.com/vechain/VIPs/blob/master/vips/VIP-191.md
 * https://github.com/vechain/VIPs/blob/master/vips/VIP-201.md
 */

import * as v from "valibot";
import type { Hex } from "viem";
import type { Network, PendingTransaction } from "../../chain.ts";
import { MAX_UINT64, MAX_UINT256, quantity } from "../../codec/quantity.ts";
import { address } from "../evm/address.ts";
import { absentWhen, invalidPayload, readJsonPayload } from "../payload.ts";

/** One step of a transaction; all of them happen, or none. */
export interface Clause {
  /** In lower case; absent for the creation of a contract. */
  readonly to?: Hex;
  /** In wei of VET. */
  readonly value: bigint;
  readonly data: Hex;
}

/** A `serializedTransaction` that was read and understood. */
export interface TransactionPayload {
  readonly from?: Hex;
  readonly clauses: readonly Clause[];
  readonly chainTag?: bigint;
  /** 8 bytes: the beginning of the id of the block from which on the transaction is good. */
  readonly blockRef?: Hex;
  /** How many blocks after that one it is good for. */
  readonly expiration?: bigint;
  /** Raises the gas price by this many 255ths. */
  readonly gasPriceCoef?: bigint;
  /** The id of the transaction that has to come first. */
  readonly dependsOn?: Hex;
  readonly nonce?: bigint;
  /** What the node is told for its estimate; the limit that is signed is the estimate. */
  readonly gas?: bigint;
}

/** Parts of newer transaction types (VIP-251), and what says that somebody else pays the fee (VIP-191, VIP-201). */
const UNSUPPORTED = ["maxFeePerGas", "maxPriorityFeePerGas", "signature"];
const FEE_DELEGATION = ["delegator", "gasPayer", "delegated", "isDelegated"] as const;
const FEATURE_FEE_DELEGATION = 1n;

const dataText = v.pipe(
  v.string("must be HEX encoded data"),
  v.regex(/^(?:0x)?(?:[0-9a-fA-F]{2})*$/, "must be HEX encoded data"),
  v.transform((text): Hex => `0x${text.replace(/^0x/, "").toLowerCase()}`),
);

const fixedBytes = (length: number) =>
  v.pipe(
    v.string(`must be ${length} bytes in hex`),
    v.regex(new RegExp(`^(?:0x)?[0-9a-fA-F]{${2 * length}}$`), `must be ${length} bytes in hex`),
    v.transform((text): Hex => `0x${text.replace(/^0x/, "").toLowerCase()}`),
  );

function payloadSchema(network: Network) {
  const account = address({ addressPrefix: "0x" }, network);
  const action = {
    to: absentWhen([null], account),
    value: absentWhen([null, ""], quantity(MAX_UINT256)),
    data: absentWhen([null, ""], dataText),
  };
  const reserved = v.object(
    {
      features: absentWhen([null], quantity(MAX_UINT64)),
      unused: absentWhen([null], v.array(v.unknown(), "must be a list")),
    },
    "must be an object",
  );
  return v.object({
    ...action,
    clauses: absentWhen(
      [null],
      v.pipe(
        v.array(v.object(action, "must be an object"), "must be a list"),
        v.minLength(1, "must not be empty"),
      ),
    ),
    from: absentWhen([null, 0, ""], account),
    chainTag: absentWhen([null, ""], quantity(0xffn)),
    blockRef: absentWhen([null, ""], fixedBytes(8)),
    expiration: absentWhen([null, ""], quantity(0xffffffffn)),
    gasPriceCoef: absentWhen([null, ""], quantity(0xffn)),
    dependsOn: absentWhen([null, ""], fixedBytes(32)),
    nonce: absentWhen([null, ""], quantity(MAX_UINT64)),
    gas: absentWhen([null, 0, ""], quantity(BigInt(Number.MAX_SAFE_INTEGER))),
    type: absentWhen([null], quantity(MAX_UINT64)),
    reserved: absentWhen([null], reserved),
    delegator: v.optional(v.unknown()),
    gasPayer: v.optional(v.unknown()),
    delegated: v.optional(v.unknown()),
    isDelegated: v.optional(v.unknown()),
  });
}

/**
 * Reads the `serializedTransaction` of a pending transaction: one clause as `to`, `value` and `data`, or several in
 * `clauses`.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming the member that is wrong.
 */
export function parsePayload(pending: PendingTransaction, network: Network): TransactionPayload {
  const parsed = readJsonPayload(pending, payloadSchema(network), UNSUPPORTED);
  const { reserved, type = 0n } = parsed;
  if (type !== 0n) throw invalidPayload(pending, `transaction type ${type} is not supported`);
  const isDelegated = FEE_DELEGATION.some((member) => parsed[member]);
  if (isDelegated || ((reserved?.features ?? 0n) & FEATURE_FEE_DELEGATION) !== 0n) {
    throw invalidPayload(
      pending,
      "it lets somebody else pay the fee (VIP-191), which needs the signature of that account as well. Ask for a " +
        "transaction whose sender pays",
    );
  }
  if ((reserved?.features ?? 0n) !== 0n || (reserved?.unused ?? []).length > 0) {
    throw invalidPayload(pending, "reserved asks for features that are not supported");
  }
  return withoutUndefined({ ...parsed, clauses: clausesOf(pending, parsed) });
}

type Parsed = v.InferOutput<ReturnType<typeof payloadSchema>>;
type Action = Pick<Parsed, "to" | "value" | "data">;

function clausesOf(
  pending: PendingTransaction,
  { clauses, to, value, data: callData }: Parsed,
): readonly Clause[] {
  const single = to !== undefined || value !== undefined || callData !== undefined;
  if (single && clauses !== undefined) {
    throw invalidPayload(pending, "it has clauses, and to, value or data beside them");
  }
  return (clauses ?? [{ to, value, data: callData }]).map((action) => clauseOf(pending, action));
}

function clauseOf(pending: PendingTransaction, { to, value = 0n, data: callData = "0x" }: Action): Clause {
  if (to === undefined && callData === "0x") {
    throw invalidPayload(pending, "it has neither a recipient (to) nor data");
  }
  return { ...(to !== undefined && { to }), value, data: callData };
}

function withoutUndefined(
  parsed: Omit<Parsed, "clauses"> & { readonly clauses: readonly Clause[] },
): TransactionPayload {
  const { from, clauses, chainTag, blockRef, expiration, gasPriceCoef, dependsOn, nonce, gas } = parsed;
  return {
    clauses,
    ...(from !== undefined && { from }),
    ...(chainTag !== undefined && { chainTag }),
    ...(blockRef !== undefined && { blockRef }),
    ...(expiration !== undefined && { expiration }),
    ...(gasPriceCoef !== undefined && { gasPriceCoef }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(nonce !== undefined && { nonce }),
    ...(gas !== undefined && { gas }),
  };
}
