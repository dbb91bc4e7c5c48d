/** Every HTTP call that the daemon makes for three kinds of chains, and for one that asks a third party. */
import type { CallKind } from "./outcomes.ts";

export type CallName =
  | "poll"
  | "four-eye GET"
  | "four-eye POST"
  | "broadcast"
  | "withdrawal"
  | "question"
  | "completion"
  | "report"
  | "transaction count"
  | "gas price"
  | "eth_estimateGas"
  | "eth_chainId"
  | "getLatestBlockhash"
  | "sendTransaction"
  | "getTransaction"
  | "getSignatureStatuses"
  | "getEpochInfo"
  | "accounts/*"
  | "blocks/best";

export interface Call {
  readonly chain: "ETH" | "LTC" | "SOL" | "VET";
  readonly name: CallName;
  readonly kind: CallKind;
  /** The call of the same payment right before it; none before a poll. */
  readonly after?: CallName;
  /**
   * Set where the request does not tell for which payment it is made, or is made for several: such payments come one
   * after another, those with the same words here as well.
   */
  readonly oneAtATime?: string;
  /** Set where the answer serves all payments of the chain for a second. */
  readonly isShared?: true;
}

const common: readonly Omit<Call, "chain">[] = [
  { name: "poll", kind: "poll", oneAtATime: "poll" },
  { name: "four-eye GET", kind: "four-eye", after: "poll" },
  { name: "four-eye POST", kind: "four-eye", after: "poll" },
  { name: "question", kind: "question", after: "broadcast" },
  { name: "completion", kind: "completion", after: "broadcast" },
  { name: "report", kind: "report", after: "poll", oneAtATime: "report" },
];

export const calls: readonly Call[] = [
  ...common.map((call): Call => ({ chain: "ETH", ...call })),
  { chain: "ETH", name: "transaction count", kind: "node", after: "four-eye GET" },
  {
    chain: "ETH",
    name: "gas price",
    kind: "node",
    after: "four-eye GET",
    oneAtATime: "price",
    isShared: true,
  },
  { chain: "ETH", name: "eth_estimateGas", kind: "node", after: "four-eye GET" },
  {
    chain: "ETH",
    name: "eth_chainId",
    kind: "node",
    after: "four-eye GET",
    oneAtATime: "chain",
    isShared: true,
  },
  { chain: "ETH", name: "broadcast", kind: "broadcast", after: "four-eye GET" },
  { chain: "ETH", name: "withdrawal", kind: "broadcast", after: "eth_estimateGas" },

  ...common.map((call): Call => ({ chain: "LTC", ...call })),
  { chain: "LTC", name: "broadcast", kind: "broadcast", after: "four-eye GET" },
  { chain: "LTC", name: "withdrawal", kind: "broadcast", after: "four-eye GET" },

  ...common.map((call): Call => ({ chain: "SOL", ...call })),
  { chain: "SOL", name: "getLatestBlockhash", kind: "node", after: "four-eye GET", oneAtATime: "node" },
  { chain: "SOL", name: "sendTransaction", kind: "node", after: "getLatestBlockhash" },
  { chain: "SOL", name: "getTransaction", kind: "look", after: "sendTransaction" },
  { chain: "SOL", name: "getSignatureStatuses", kind: "node", after: "sendTransaction" },
  { chain: "SOL", name: "broadcast", kind: "broadcast", after: "getTransaction" },
  { chain: "SOL", name: "getEpochInfo", kind: "question", after: "question", oneAtATime: "node" },

  { chain: "VET", name: "accounts/*", kind: "node", after: "four-eye GET" },
  { chain: "VET", name: "blocks/best", kind: "node", after: "accounts/*", oneAtATime: "block" },
];
