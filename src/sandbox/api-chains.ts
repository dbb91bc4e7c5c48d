import type { Network } from "../../chains/chain.ts";

/** How the sandbox computes transaction ids and talks to a node of the chain. */
export type ChainKind = "evm" | "bitcoin-like" | "other";

/** A chain as the Tatum API names it in paths and bodies. */
export interface ApiChain {
  /** Such as `ETH`: in pending transactions, in `/v3/kms/pending/{ticker}` and `/v3/blockchain/...`. */
  readonly ticker: string;
  /** Such as `ethereum`: in `/v3/{pathName}/...`. */
  readonly pathName: string;
  readonly kind: ChainKind;
  /** EIP-155 chain ids, of EVM chains. */
  readonly chainIds?: Readonly<Record<Network, number>>;
}

const evm = (ticker: string, pathName: string, mainnet: number, testnet: number): ApiChain => ({
  ticker,
  pathName,
  kind: "evm",
  chainIds: { mainnet, testnet },
});
const bitcoinLike = (ticker: string, pathName: string): ApiChain => ({
  ticker,
  pathName,
  kind: "bitcoin-like",
});
const other = (ticker: string, pathName: string): ApiChain => ({ ticker, pathName, kind: "other" });

/** The 22 chains for which the API queues pending transactions. */
export const apiChains: readonly ApiChain[] = [
  bitcoinLike("BTC", "bitcoin"),
  bitcoinLike("LTC", "litecoin"),
  bitcoinLike("DOGE", "dogecoin"),
  bitcoinLike("BCH", "bcash"),
  evm("ETH", "ethereum", 1, 11155111),
  evm("BSC", "bsc", 56, 97),
  evm("MATIC", "polygon", 137, 80002),
  evm("KLAY", "klaytn", 8217, 1001),
  evm("CELO", "celo", 42220, 44787),
  evm("ONE", "one", 1666600000, 1666700000),
  evm("XDC", "xdc", 50, 51),
  evm("KCS", "kcs", 321, 322),
  other("EGLD", "egld"),
  other("VET", "vet"),
  other("ALGO", "algorand"),
  other("FLOW", "flow"),
  other("TRON", "tron"),
  other("XLM", "xlm"),
  other("XRP", "xrp"),
  other("ADA", "ada"),
  other("BNB", "bnb"),
  other("SOL", "solana"),
];

/** The chain of a ticker such as `ETH`. */
export function chainOfTicker(ticker: string): ApiChain | undefined {
  return apiChains.find((chain) => chain.ticker === ticker);
}

/** The chain of a path name such as `ethereum`. */
export function chainOfPathName(pathName: string): ApiChain | undefined {
  return apiChains.find((chain) => chain.pathName === pathName);
}
