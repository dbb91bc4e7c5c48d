/** The 22 chains of the sandbox, for which the API queues pending transactions, by ticker and path name; their example payments. */
import { cardano } from "./ada.ts";
import { algorand } from "./algo.ts";
import { bitcoinCash } from "./bch.ts";
import { bnbBeaconChain } from "./bnb.ts";
import { bnbSmartChain } from "./bsc.ts";
import { bitcoin } from "./btc.ts";
import { celo } from "./celo.ts";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";
import { dogecoin } from "./doge.ts";
import { multiversx } from "./egld.ts";
import { ethereum } from "./eth.ts";
import { flow } from "./flow.ts";
import { kuCoinCommunityChain } from "./kcs.ts";
import { kaia } from "./klay.ts";
import { litecoin } from "./ltc.ts";
import { polygon } from "./matic.ts";
import { harmony } from "./one.ts";
import { solana } from "./sol.ts";
import { tron } from "./tron.ts";
import { vechain } from "./vet.ts";
import { xdcNetwork } from "./xdc.ts";
import { stellar } from "./xlm.ts";
import { xrpLedger } from "./xrp.ts";

export const sandboxChains: readonly SandboxChain[] = [
  bitcoin,
  litecoin,
  dogecoin,
  bitcoinCash,
  ethereum,
  bnbSmartChain,
  polygon,
  kaia,
  celo,
  harmony,
  xdcNetwork,
  kuCoinCommunityChain,
  multiversx,
  vechain,
  algorand,
  flow,
  tron,
  stellar,
  xrpLedger,
  cardano,
  bnbBeaconChain,
  solana,
];

/** The chain of a ticker such as `ETH`. */
export function chainOfTicker(ticker: string): SandboxChain | undefined {
  return sandboxChains.find((chain) => chain.ticker === ticker);
}

/** The chain of a path name such as `ethereum`. */
export function chainOfPathName(pathName: string): SandboxChain | undefined {
  return sandboxChains.find((chain) => chain.pathName === pathName);
}

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
