/** What the tests have to know of each chain, by its ticker. */
import { tickers } from "../../chains/index.ts";
import type { TestedChain } from "./tested-chain.ts";

async function testedChain(ticker: string): Promise<TestedChain> {
  const file: { readonly tested: TestedChain } = await import(`./tickers/${ticker.toLowerCase()}.ts`);
  return file.tested;
}

export const testedChains: ReadonlyMap<string, TestedChain> = new Map(
  await Promise.all(tickers.map(async (ticker) => [ticker, await testedChain(ticker)] as const)),
);

/** @throws RangeError for a chain without its file. */
export function testedChainOf(ticker: string): TestedChain {
  const tested = testedChains.get(ticker);
  if (tested === undefined) throw new RangeError(`${ticker} is not in tests/chains/tickers.`);
  return tested;
}
