/** Example payments of all chains, by name. */
import type { ExamplePayment, ExampleWallet } from "./chains/chain.ts";
import { chainOfTicker } from "./chains/index.ts";

/** The names of the examples of a chain; empty when there is none. */
export function exampleNames(ticker: string): readonly string[] {
  return Object.keys(chainOfTicker(ticker)?.examples ?? {});
}

/**
 * A small payment of the wallet that its chain's signer accepts.
 *
 * @throws RangeError when there is no such example, or when the wallet's address has the wrong type or network.
 */
export async function examplePayment(
  ticker: string,
  wallet: ExampleWallet,
  name = exampleNames(ticker)[0] ?? "",
): Promise<ExamplePayment> {
  const examples = chainOfTicker(ticker)?.examples ?? {};
  const build = Object.hasOwn(examples, name) ? examples[name] : undefined;
  if (build === undefined) throw new RangeError(`There is no example payment '${name}' of ${ticker}.`);
  return await build(wallet);
}
