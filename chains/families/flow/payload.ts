/**
 * The payload of a pending Flow transaction: an operation of the Tatum API by its number, or Cadence of the caller's own.
 * https://developers.flow.com/build/cadence/basics/transactions
 */

import * as v from "valibot";
import type { PendingTransaction } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { shown, wrongMember } from "../../codec/issue.ts";
import { MAX_UINT64, readDecimal, wholeNumberOrText } from "../../codec/quantity.ts";
import { invalidPayload, readJsonPayload } from "../payload.ts";
import { isPublicKey } from "./address.ts";
import { type CadenceValue, cadenceValue, MAX_UFIX64, readFixedPoint } from "./cadence-value.ts";
import type { TokenName } from "./scripts.ts";

/** What a pending transaction asks for. Addresses begin with `0x`. */
export type Operation =
  | { readonly kind: "create-account" | "add-key"; readonly publicKey: string }
  | {
      readonly kind: "transfer";
      readonly to: string;
      /** In units of 10^-8. */
      readonly units: bigint;
      /** Whether the payload named the amount with at most eight decimals. */
      readonly isExact: boolean;
      readonly token: TokenName;
    }
  | { readonly kind: "mint"; readonly to: string; readonly url: string; readonly tokenType: string }
  | {
      readonly kind: "mint-multiple";
      readonly to: readonly string[];
      readonly url: readonly string[];
      readonly tokenType: string;
    }
  | { readonly kind: "burn"; readonly tokenId: string; readonly tokenType: string }
  | {
      readonly kind: "transfer-token";
      readonly to: string;
      readonly tokenId: string;
      readonly tokenType: string;
    }
  | { readonly kind: "custom"; readonly script: string; readonly arguments: readonly CadenceValue[] };

/** A `serializedTransaction` that was read and understood. */
export interface TransactionPayload {
  /** The account that authorises the transaction, `0x` and 16 hex digits. */
  readonly account: string;
  readonly operation: Operation;
}

const MAX_URL_CHARACTERS = 256;
const MAX_SCRIPT_CHARACTERS = 500_000;
const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const accountAddress = v.pipe(
  v.string("must be 0x and 16 hex digits"),
  v.regex(/^0x[0-9a-fA-F]{16}$/, "must be 0x and 16 hex digits"),
);
const publicKey = v.pipe(
  v.string("must be 128 hex digits"),
  v.toLowerCase(),
  v.check(isPublicKey, "must be a public key of secp256k1: its two coordinates as 128 hex digits"),
);
const amount = v.pipe(
  v.custom<JsonValue>(
    (value) => readDecimal(value) !== undefined,
    ({ input }) => `must be a JSON number or decimal text, but is ${shown(input)}`,
  ),
  v.transform((value) => ({ value, ...(readFixedPoint(value) ?? { units: -1n, isExact: false }) })),
  // Text with more decimals has always been rounded.
  v.check(
    ({ value, isExact }) => isExact || typeof value === "string",
    ({ input }) => `has more than 8 decimals: it is ${shown(input.value)}`,
  ),
  v.check(
    ({ units }) => units >= 0n && units <= MAX_UFIX64,
    ({ input }) => `must be from 0 to 184467440737.09551615, but is ${shown(input.value)}`,
  ),
  v.transform(({ units, isExact }) => ({ units, isExact })),
);
const url = v.pipe(
  v.string("must be text"),
  v.minLength(1, "must not be empty"),
  v.maxLength(MAX_URL_CHARACTERS, `must not have more than ${MAX_URL_CHARACTERS} characters`),
);
const tokenType = v.pipe(v.string("must be a UUID"), v.regex(UUID_4, "must be a UUID of version 4"));
const tokenId = v.pipe(wholeNumberOrText(MAX_UINT64), v.transform(String));
const flow = v.optional(v.literal("FLOW", "must be FLOW"));

const account = { account: accountAddress };
const token = { ...account, contractAddress: tokenType, chain: flow };

const keyBody = v.object({ ...account, publicKey });
const transferBody = v.object({
  ...account,
  to: accountAddress,
  amount,
  currency: v.picklist(["FLOW", "FUSD"], "must be FLOW or FUSD"),
});
const mintBody = v.object({ ...token, to: accountAddress, url });
const mintMultipleBody = v.object({ ...token, to: v.array(accountAddress), url: v.array(url) });
const burnBody = v.object({ ...token, tokenId });
const transferTokenBody = v.object({ ...token, to: accountAddress, tokenId });
const customBody = v.object({
  ...account,
  transaction: v.pipe(
    v.string("must be Cadence text"),
    v.minLength(1, "must not be empty"),
    v.check((text) => text.isWellFormed(), "has half a character"),
    v.maxLength(MAX_SCRIPT_CHARACTERS, `must not have more than ${MAX_SCRIPT_CHARACTERS} characters`),
  ),
  args: v.nullish(
    v.array(
      v.object(
        {
          type: v.string("must be text"),
          value: v.custom<JsonValue>((value) => value !== undefined, "is missing"),
          subType: v.optional(v.string("must be text")),
        },
        "must be an object",
      ),
      "must be a list",
    ),
  ),
});

const outline = v.object({ type: v.optional(v.unknown()), body: v.optional(v.unknown()) });
const ownTransaction = v.object({ transaction: v.unknown() });

/**
 * Reads the `serializedTransaction` of a pending transaction: `{"type": n, "body": {...}}`.
 *
 * @throws ChainError `INVALID_TRANSACTION` naming the member that is wrong.
 */
export function parsePayload(pending: PendingTransaction): TransactionPayload {
  const read = <Body>(body: v.GenericSchema<unknown, Body>): Body =>
    readJsonPayload(pending, v.object({ body }), []).body;
  const { type, body: given } = readJsonPayload(pending, outline, []);
  switch (type) {
    case 0:
      return keyOperation("create-account", read(keyBody));
    case 1:
      return keyOperation("add-key", read(keyBody));
    case 2:
      return transfer(read(transferBody));
    case 4:
      return mint(read(mintBody));
    case 5:
      return mintMultiple(pending, read(mintMultipleBody));
    case 6:
      return burn(read(burnBody));
    case 7:
      return transferToken(read(transferTokenBody));
    default:
      // The original takes every other type for a transaction of its own.
      if (typeof type !== "number" && !v.is(ownTransaction, given)) {
        throw invalidPayload(pending, wrongMember("type", "must be a whole number from 0 to 7", type));
      }
      return custom(pending, read(customBody));
  }
}

function keyOperation(
  kind: "create-account" | "add-key",
  body: v.InferOutput<typeof keyBody>,
): TransactionPayload {
  return { account: body.account, operation: { kind, publicKey: body.publicKey } };
}

function transfer(body: v.InferOutput<typeof transferBody>): TransactionPayload {
  return {
    account: body.account,
    operation: { kind: "transfer", ...body.amount, to: body.to, token: body.currency },
  };
}

function mint(body: v.InferOutput<typeof mintBody>): TransactionPayload {
  const { to, contractAddress } = body;
  return {
    account: body.account,
    operation: { kind: "mint", to, url: body.url, tokenType: contractAddress },
  };
}

function mintMultiple(
  pending: PendingTransaction,
  body: v.InferOutput<typeof mintMultipleBody>,
): TransactionPayload {
  const { to, contractAddress } = body;
  if (to.length === 0 || to.length !== body.url.length) {
    throw invalidPayload(pending, "body.to and body.url must be lists of the same length");
  }
  return {
    account: body.account,
    operation: { kind: "mint-multiple", to, url: body.url, tokenType: contractAddress },
  };
}

function burn(body: v.InferOutput<typeof burnBody>): TransactionPayload {
  const { contractAddress } = body;
  return {
    account: body.account,
    operation: { kind: "burn", tokenId: body.tokenId, tokenType: contractAddress },
  };
}

function transferToken(body: v.InferOutput<typeof transferTokenBody>): TransactionPayload {
  const { to, contractAddress } = body;
  return {
    account: body.account,
    operation: { kind: "transfer-token", to, tokenId: body.tokenId, tokenType: contractAddress },
  };
}

function custom(pending: PendingTransaction, body: v.InferOutput<typeof customBody>): TransactionPayload {
  const values = (body.args ?? []).map(({ type, value, subType }, position) => {
    const read = cadenceValue({ type, value, ...(subType !== undefined && { subType }) });
    if (typeof read === "string") throw invalidPayload(pending, `body.args.${position} is wrong: ${read}`);
    return read;
  });
  return {
    account: body.account,
    operation: { kind: "custom", script: body.transaction, arguments: values },
  };
}
