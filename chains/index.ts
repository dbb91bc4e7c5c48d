import type { Chain } from "./chain.ts";

/**
 * The supported chains, in the order in which the daemon names them. A chain is loaded, and with it its libraries,
 * only when it is used.
 */
const loaders: ReadonlyMap<string, () => Promise<Chain>> = new Map([
  ["ETH", async () => (await import("./eth.ts")).ethereum],
  ["BTC", async () => (await import("./btc.ts")).bitcoin],
  ["LTC", async () => (await import("./ltc.ts")).litecoin],
]);

/** The tickers of all supported chains. */
export const tickers: readonly string[] = [...loaders.keys()];

/** The chain of a ticker, or `undefined` when this program does not know it. */
export async function loadChain(ticker: string): Promise<Chain | undefined> {
  return loaders.get(ticker)?.();
}
