/** The eight chains of the weeks. */
import { algorand } from "./algo.ts";
import { bitcoin } from "./btc.ts";
import type { ChainModel } from "./chain-model.ts";
import { ethereum } from "./eth.ts";
import { solana } from "./sol.ts";
import { tron } from "./tron.ts";
import { vechain } from "./vet.ts";
import { stellar } from "./xlm.ts";
import { xrpLedger } from "./xrp.ts";

export const chainModels: readonly ChainModel[] = [
  ethereum,
  bitcoin,
  solana,
  xrpLedger,
  stellar,
  tron,
  algorand,
  vechain,
];

/** @throws Error for a ticker that has no model */
export function modelOf(ticker: string): ChainModel {
  const found = chainModels.find((model) => model.ticker === ticker);
  if (found === undefined) throw new Error(`The weeks have no chain ${ticker}.`);
  return found;
}
