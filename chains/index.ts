/** The registry of the 22 supported chains, by ticker. */
import type { Chain } from "./chain.ts";

/** In the order in which the daemon names them. A chain is loaded, and with it its libraries, only when it is used. */
const loaders: ReadonlyMap<string, () => Promise<Chain>> = new Map([
  ["BCH", async () => (await import("./bch.ts")).bitcoinCash],
  ["VET", async () => (await import("./vet.ts")).vechain],
  ["XRP", async () => (await import("./xrp.ts")).xrpLedger],
  ["XLM", async () => (await import("./xlm.ts")).stellar],
  ["ETH", async () => (await import("./eth.ts")).ethereum],
  ["BTC", async () => (await import("./btc.ts")).bitcoin],
  ["MATIC", async () => (await import("./matic.ts")).polygon],
  ["KLAY", async () => (await import("./klay.ts")).kaia],
  ["LTC", async () => (await import("./ltc.ts")).litecoin],
  ["DOGE", async () => (await import("./doge.ts")).dogecoin],
  ["CELO", async () => (await import("./celo.ts")).celo],
  ["BSC", async () => (await import("./bsc.ts")).bnbSmartChain],
  ["SOL", async () => (await import("./sol.ts")).solana],
  ["TRON", async () => (await import("./tron.ts")).tron],
  ["BNB", async () => (await import("./bnb.ts")).bnbBeaconChain],
  ["FLOW", async () => (await import("./flow.ts")).flow],
  ["XDC", async () => (await import("./xdc.ts")).xdcNetwork],
  ["EGLD", async () => (await import("./egld.ts")).multiversx],
  ["ONE", async () => (await import("./one.ts")).harmony],
  ["ADA", async () => (await import("./ada.ts")).cardano],
  ["ALGO", async () => (await import("./algo.ts")).algorand],
  ["KCS", async () => (await import("./kcs.ts")).kuCoinCommunityChain],
]);

/** The tickers of all supported chains. */
export const tickers: readonly string[] = [...loaders.keys()];

/** The chain of a ticker, or `undefined` when this program does not know it. */
export async function loadChain(ticker: string): Promise<Chain | undefined> {
  return loaders.get(ticker)?.();
}
