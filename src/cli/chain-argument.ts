/** The argument that names a chain: by its ticker, or by another name that people call it. */
import type { Chain } from "../../chains/chain.ts";
import { knownChain } from "../chain-names.ts";
import { printNote } from "./output.ts";

/**
 * The chain that an argument names. Where that is not its ticker it is told, since results and the API carry the ticker.
 * @throws KmsError `USAGE`
 */
export async function chainArgument(name: string): Promise<Chain> {
  const chain = await knownChain(name);
  const { ticker, name: title } = chain.facts;
  if (name.trim().toUpperCase() !== ticker) printNote(`${name.trim()} is ${ticker} (${title}) here.`);
  return chain;
}
