/** The bodies of requests that the sandbox takes. */
import * as v from "valibot";
import { sandboxChains } from "./chains/index.ts";

const nonEmptyText = v.pipe(v.string(), v.nonEmpty());
/** A transaction's id at the API: 24 hexadecimal digits. */
const transactionId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{24}$/, "Must be 24 lower-case hexadecimal digits."),
);
const ticker = v.picklist(sandboxChains.map((chain) => chain.ticker));
/** A derivation index, not hardened. */
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
/** The API takes at most 1,000,000 characters. */
const txData = v.pipe(v.string(), v.nonEmpty(), v.maxLength(1_000_000));

/** Body of `POST /v3/kms/pending/{chain}`. Without the list, the API means all transactions of the chain. */
export const pendingRequestSchema = v.object({ signatureIds: v.optional(v.array(v.string())) });

/** Body of `POST /v3/{name}/broadcast`. */
export const broadcastSchema = v.object({
  txData,
  signatureId: v.optional(nonEmptyText),
  index: v.optional(index),
});

/** Body of `POST /v3/offchain/withdrawal/broadcast`. */
export const withdrawalBroadcastSchema = v.object({
  currency: ticker,
  txData,
  signatureId: nonEmptyText,
  withdrawalId: nonEmptyText,
});

/** Body of `POST /v3/tatum/kms/batch`. */
export const errorBatchSchema = v.object({
  errors: v.array(v.object({ signatureId: v.string(), error: v.string() })),
});
export type ReportedError = v.InferOutput<typeof errorBatchSchema>["errors"][number];

/** Body of `POST /sandbox/transactions`. Members unknown here are kept and given out again. */
export const newTransactionSchema = v.looseObject({
  id: v.optional(transactionId),
  chain: ticker,
  serializedTransaction: nonEmptyText,
  hashes: v.optional(v.array(nonEmptyText), []),
  signatures: v.optional(v.array(v.object({ id: nonEmptyText, index: v.optional(index) }))),
  index: v.optional(index),
  withdrawalId: v.optional(nonEmptyText),
  withdrawalResponses: v.optional(v.array(v.looseObject({}))),
});
export type NewTransaction = v.InferOutput<typeof newTransactionSchema>;

/** Body of `POST /sandbox/examples`. */
export const newExampleSchema = v.object({
  chain: ticker,
  signatureId: nonEmptyText,
  /** The wallet's address; at `index` when it is a mnemonic wallet. */
  address: nonEmptyText,
  index: v.optional(index),
  /** Where the payment goes; back to `address` when absent. */
  to: v.optional(nonEmptyText),
  /** Which of the chain's examples; the first when absent. */
  example: v.optional(nonEmptyText),
});
export type NewExample = v.InferOutput<typeof newExampleSchema>;

/** Body of `POST /sandbox/faults`. */
export const faultSchema = v.object({
  /** Beginning of the paths that are disturbed. */
  path: v.pipe(
    v.string(),
    v.regex(/^\/(v3|sandbox\/four-eye)(\/|$)/, "Must begin with /v3/ or /sandbox/four-eye/."),
  ),
  /** HTTP method; any when absent. */
  method: v.optional(v.picklist(["GET", "POST", "PUT", "DELETE"])),
  /** How many requests are disturbed. */
  times: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  kind: v.picklist(["status", "drop-before", "drop-after", "timeout", "slow", "truncated", "html", "empty"]),
  /** Status of `status` (default 500), `html` and `empty` (default 200). */
  status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599))),
  /** Extra headers of `status`, `html` and `empty`, such as `retry-after`. */
  headers: v.optional(v.record(v.string(), v.string())),
  /** Delay of `slow` in milliseconds (default 1000). */
  delayMilliseconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600_000))),
});
export type Fault = v.InferOutput<typeof faultSchema>;

/** A JSON-RPC 2.0 request. */
export const rpcRequestSchema = v.object({
  id: v.optional(v.nullable(v.union([v.string(), v.number(), v.bigint()])), null),
  method: v.string(),
  params: v.optional(v.array(v.unknown()), []),
});
export type RpcRequest = v.InferOutput<typeof rpcRequestSchema>;
