import type { Chain } from "../../chains/chain.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import { KmsError } from "../errors.ts";
import { didYouMean } from "../suggestion.ts";

const LIKE_A_TICKER = /^\w{1,12}$/;

/**
 * The chain someone named.
 * @throws KmsError `USAGE`, with the nearest known ticker.
 */
export async function knownChain(ticker: string): Promise<Chain> {
  const chain = await loadChain(ticker);
  if (chain !== undefined) return chain;
  const hint = didYouMean(ticker, tickers) ?? `Supported: ${tickers.join(", ")}.`;
  // Anything else is not repeated: it may be a secret that somebody put in the wrong place.
  const shown = LIKE_A_TICKER.test(ticker) ? `: ${ticker}` : "";
  throw new KmsError("USAGE", `Unsupported blockchain${shown}.`, { hint });
}

/**
 * Chains named as `BTC,ETH`, without repetitions.
 * @throws KmsError `USAGE`
 */
export async function knownTickers(list: string): Promise<string[]> {
  const names = list.split(",").map((name) => name.trim());
  for (const name of names) await knownChain(name);
  return [...new Set(names)];
}
