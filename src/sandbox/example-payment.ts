import { bitcoinCashPayment } from "./examples/bitcoin-cash.ts";
import { celoPayment, ethereumPayment } from "./examples/evm.ts";
import type { ExamplePayment, ExampleWallet, PaymentBuilder } from "./examples/example.ts";
import { bitcoinPayment } from "./examples/utxo.ts";

const gasFromNode = (ticker: string): [string, PaymentBuilder] => [
  "gas-from-node",
  (wallet) => ethereumPayment(ticker, wallet, {}),
];

const explicitGas = (ticker: string, gasPrice: string): [string, PaymentBuilder] => [
  "explicit-gas",
  (wallet) => ethereumPayment(ticker, wallet, { gas: "21000", gasPrice }),
];

/** Ticker -> name -> example. The first one of a chain is its default. */
const examples: ReadonlyMap<string, ReadonlyMap<string, PaymentBuilder>> = new Map([
  ["ETH", new Map([explicitGas("ETH", "20000000000"), gasFromNode("ETH")])],
  ...["BSC", "MATIC", "KLAY", "KCS", "ONE", "XDC"].map((ticker): [string, Map<string, PaymentBuilder>] => [
    ticker,
    new Map([explicitGas(ticker, "30000000000"), gasFromNode(ticker)]),
  ]),
  ["CELO", new Map<string, PaymentBuilder>([["gas-from-node", celoPayment]])],
  ["BTC", new Map<string, PaymentBuilder>([["segwit", (wallet) => bitcoinPayment("BTC", "wpkh", wallet)]])],
  ["LTC", new Map<string, PaymentBuilder>([["legacy", (wallet) => bitcoinPayment("LTC", "pkh", wallet)]])],
  ["DOGE", new Map<string, PaymentBuilder>([["legacy", (wallet) => bitcoinPayment("DOGE", "pkh", wallet)]])],
  ["BCH", new Map<string, PaymentBuilder>([["cash-address", bitcoinCashPayment]])],
]);

/** The names of the examples of a chain; empty when there is none. */
export function exampleNames(ticker: string): readonly string[] {
  return [...(examples.get(ticker)?.keys() ?? [])];
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
  const build = examples.get(ticker)?.get(name);
  if (build === undefined) throw new RangeError(`There is no example payment '${name}' of ${ticker}.`);
  return await build(wallet);
}
