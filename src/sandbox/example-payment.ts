import { algorandPayment } from "./examples/algo.ts";
import { bitcoinCashPayment } from "./examples/bitcoin-cash.ts";
import { bnbPayment } from "./examples/bnb.ts";
import { cardanoPayment } from "./examples/cardano.ts";
import { multiversxPayment } from "./examples/egld.ts";
import { celoPayment, ethereumPayment } from "./examples/evm.ts";
import type { ExamplePayment, ExampleWallet, PaymentBuilder } from "./examples/example.ts";
import { flowPayment } from "./examples/flow.ts";
import { solanaPayment } from "./examples/sol.ts";
import { tronPayment } from "./examples/tron.ts";
import { bitcoinPayment } from "./examples/utxo.ts";
import { vechainPayment } from "./examples/vet.ts";
import { stellarPayment } from "./examples/xlm.ts";
import { xrpPayment } from "./examples/xrp.ts";

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
  ["SOL", new Map<string, PaymentBuilder>([["transfer", solanaPayment]])],
  ["XLM", new Map<string, PaymentBuilder>([["payment", stellarPayment]])],
  ["XRP", new Map<string, PaymentBuilder>([["payment", xrpPayment]])],
  ["TRON", new Map<string, PaymentBuilder>([["transfer", tronPayment]])],
  ["ALGO", new Map<string, PaymentBuilder>([["payment", algorandPayment]])],
  ["BNB", new Map<string, PaymentBuilder>([["transfer", bnbPayment]])],
  ["ADA", new Map<string, PaymentBuilder>([["with-change", cardanoPayment]])],
  ["EGLD", new Map<string, PaymentBuilder>([["transfer", multiversxPayment]])],
  ["VET", new Map<string, PaymentBuilder>([["transfer", vechainPayment]])],
  ["FLOW", new Map<string, PaymentBuilder>([["transfer", flowPayment]])],
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
