/** The registry of the 22 supported chains, by ticker. */
import type { Chain } from "./chain.ts";
import {
  drops,
  egldUnits,
  type FeeUnit,
  lamports,
  lovelace,
  satoshi,
  stroops,
  wei,
} from "./families/fee-bound.ts";

interface Entry {
  /** What its fees are counted in, where the operator can bound them. */
  readonly feeUnit?: FeeUnit;
  /** A chain is loaded, and with it its libraries, only when it is used. */
  readonly load: () => Promise<Chain>;
}

/** In the order in which the daemon names them. */
const entries: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ["BCH", { feeUnit: satoshi, load: async () => (await import("./bch.ts")).bitcoinCash }],
  ["VET", { load: async () => (await import("./vet.ts")).vechain }],
  ["XRP", { feeUnit: drops, load: async () => (await import("./xrp.ts")).xrpLedger }],
  ["XLM", { feeUnit: stroops, load: async () => (await import("./xlm.ts")).stellar }],
  ["ETH", { feeUnit: wei, load: async () => (await import("./eth.ts")).ethereum }],
  ["BTC", { feeUnit: satoshi, load: async () => (await import("./btc.ts")).bitcoin }],
  ["MATIC", { feeUnit: wei, load: async () => (await import("./matic.ts")).polygon }],
  ["KLAY", { feeUnit: wei, load: async () => (await import("./klay.ts")).kaia }],
  ["LTC", { feeUnit: satoshi, load: async () => (await import("./ltc.ts")).litecoin }],
  ["DOGE", { feeUnit: satoshi, load: async () => (await import("./doge.ts")).dogecoin }],
  ["CELO", { feeUnit: wei, load: async () => (await import("./celo.ts")).celo }],
  ["BSC", { feeUnit: wei, load: async () => (await import("./bsc.ts")).bnbSmartChain }],
  ["SOL", { feeUnit: lamports, load: async () => (await import("./sol.ts")).solana }],
  ["TRON", { load: async () => (await import("./tron.ts")).tron }],
  ["BNB", { load: async () => (await import("./bnb.ts")).bnbBeaconChain }],
  ["FLOW", { load: async () => (await import("./flow.ts")).flow }],
  ["XDC", { feeUnit: wei, load: async () => (await import("./xdc.ts")).xdcNetwork }],
  ["EGLD", { feeUnit: egldUnits, load: async () => (await import("./egld.ts")).multiversx }],
  ["ONE", { feeUnit: wei, load: async () => (await import("./one.ts")).harmony }],
  ["ADA", { feeUnit: lovelace, load: async () => (await import("./ada.ts")).cardano }],
  ["ALGO", { load: async () => (await import("./algo.ts")).algorand }],
  ["KCS", { feeUnit: wei, load: async () => (await import("./kcs.ts")).kuCoinCommunityChain }],
]);

/** The tickers of all supported chains. */
export const tickers: readonly string[] = [...entries.keys()];

/** The chain of a ticker, or `undefined` when this program does not know it. */
export async function loadChain(ticker: string): Promise<Chain | undefined> {
  return entries.get(ticker)?.load();
}

/** What the settings of a chain's fee bounds are counted in; `undefined` for chains whose fees have no bound. */
export function feeUnitOf(ticker: string): FeeUnit | undefined {
  return entries.get(ticker)?.feeUnit;
}
