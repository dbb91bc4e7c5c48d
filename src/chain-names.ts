/** The chains under the names that people call them by: their tickers here, newer tickers, and names of the networks. */
import type { Chain } from "../chains/chain.ts";
import { loadChain, namesOf, tickers } from "../chains/index.ts";
import { KmsError } from "./errors.ts";
import { suggestion } from "./suggestion.ts";

const tickerOfName: ReadonlyMap<string, string> = new Map(
  tickers.flatMap((ticker) => namesOf(ticker).map((name) => [name, ticker] as const)),
);

/** Names that could mean two chains: nothing is guessed. */
const ambiguous = /^(BINANCE|BNBCHAIN|BEP2|BEP20)$/;

const LIKE_A_NAME = /^[\w -]{1,20}$/;

/** The ticker of a chain that somebody named, in capitals or not, be it with blanks or a comma too many; `undefined` when the name stands for none, or for two. */
export function tickerNamed(name: string): string | undefined {
  const capitals = name.replace(/^[\s,]+|[\s,]+$/g, "").toUpperCase();
  return tickers.includes(capitals) ? capitals : tickerOfName.get(capitals.replace(/[ _-]/g, ""));
}

/** The ticker, or the ticker of the name, that somebody most likely mistyped. */
function tickerMeant(typed: string): string | undefined {
  const capitals = typed.toUpperCase().replace(/[ _-]/g, "");
  const word = suggestion(typed, tickers) ?? suggestion(capitals, [...tickers, ...tickerOfName.keys()]);
  return word === undefined ? undefined : tickerNamed(word);
}

function unknownName(name: string): KmsError {
  const meant = tickerMeant(name);
  const hint = ambiguous.test(name.toUpperCase())
    ? "BSC is the BNB Smart Chain, BNB the BNB Beacon Chain, which was closed in 2024."
    : meant !== undefined
      ? `Did you mean ${meant}?`
      : `Supported: ${[...tickers].sort().join(", ")}.`;
  // Anything else is not repeated: it may be a secret that somebody put in the wrong place.
  const shown = LIKE_A_NAME.test(name) ? `: ${name}` : "";
  return new KmsError("USAGE", `Unsupported blockchain${shown}.`, { hint });
}

/**
 * The chain someone named.
 * @throws KmsError `USAGE`, with the nearest known ticker.
 */
export async function knownChain(name: string): Promise<Chain> {
  const ticker = tickerNamed(name);
  const chain = ticker === undefined ? undefined : await loadChain(ticker);
  if (chain === undefined) throw unknownName(name);
  return chain;
}

/**
 * The tickers of chains named as `BTC,ETH`, without repetitions. Commas too many are forgiven.
 * @throws KmsError `USAGE` when one is unknown, or none is named
 */
export function knownTickers(list: string): string[] {
  const names = list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0)
    throw new KmsError("USAGE", "The list of chains is empty.", { hint: "As in BTC,ETH." });
  const known = names.map((name) => {
    const ticker = tickerNamed(name);
    if (ticker === undefined) throw unknownName(name);
    return ticker;
  });
  return [...new Set(known)];
}
