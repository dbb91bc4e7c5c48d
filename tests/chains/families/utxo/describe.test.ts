import { describe, expect, test } from "bun:test";
import { bitcoin } from "../../../../chains/btc.ts";
import type { Chain, Intent, Network } from "../../../../chains/chain.ts";
import { litecoin } from "../../../../chains/ltc.ts";
import { payload, pending, scriptTo, testKey } from "./payment.ts";

describe("addresses of outputs of Bitcoin, Litecoin and Dogecoin", () => {
  // Scripts and addresses: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki#examples, bip-0350 (test
  // vectors for v0-v16 native segregated witness addresses), bip-0049 (P2SH) and bip-0013.
  const p2wpkh = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
  test.each<[Chain, Network, string, string]>([
    [bitcoin, "mainnet", p2wpkh, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    [bitcoin, "testnet", p2wpkh, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"],
    [
      bitcoin,
      "testnet",
      "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    ],
    [
      bitcoin,
      "mainnet",
      "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
    [
      bitcoin,
      "testnet",
      "a914336caa13e08b96080a32b5d818d59b4ab3b3674287",
      "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2",
    ],
    [bitcoin, "mainnet", `76a914${"00".repeat(20)}88ac`, "1111111111111111111114oLvT2"],
  ])("%#", (chain, network, script, address) => {
    expect(describeOutput(chain, network, script)[0]).toMatchObject({ kind: "transfer", to: address });
  });

  test.each<[Network, string, string]>([
    ["mainnet", "p2wpkh", "ltc1"],
    ["testnet", "p2wpkh", "tltc1"],
    ["mainnet", "p2pkh", "L"],
    ["mainnet", "p2shP2wpkh", "M"],
    ["testnet", "p2shP2wpkh", "Q"],
  ])("on Litecoin %s %s begins with %s", (network, kind, beginning) => {
    const script = scriptTo[kind as keyof typeof scriptTo](testKey(1));
    const [transfer] = describeOutput(litecoin, network, script);
    expect((transfer as { to: string }).to).toStartWith(beginning);
  });
});

test("every output is told in its order, the fee comes last", () => {
  const content = payload(scriptTo.p2wpkh(testKey(1)));
  content.outputs = [
    { satoshis: 60_000, script: `76a914${"00".repeat(20)}88ac` },
    { satoshis: 0, script: "6a0548656c6c6f" },
    { satoshis: 38_000, script: "0014751e76e8199196d454941c45d1b3a323f1433bd6" },
  ];
  expect(bitcoin.describe(pending(content), "mainnet")).toEqual([
    { kind: "transfer", to: "1111111111111111111114oLvT2", amount: "60000", asset: "BTC" },
    { kind: "data", hex: "48656c6c6f" },
    { kind: "transfer", to: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", amount: "38000", asset: "BTC" },
    { kind: "fee", amount: "2000", asset: "BTC" },
  ]);
});

describe("OP_RETURN", () => {
  test.each([
    ["without data", "6a", ""],
    ["with two pushes", "6a01aa01bb", "01aa01bb"],
    ["with a push that is cut off", "6a05aa", "05aa"],
  ])("%s", (_, script, data) => {
    expect(describeOutput(bitcoin, "mainnet", script, 0)[0]).toEqual({ kind: "data", hex: data });
  });

  test("that burns coins is opaque", () => {
    expect(describeOutput(bitcoin, "mainnet", "6a01aa", 5)[0]).toEqual({
      kind: "opaque",
      reason: "5 satoshi go to an output script without an address: 6a01aa",
    });
  });
});

test.each([
  ["a bare public key", scriptTo.p2pk(testKey(1))],
  ["P2PKH with an unusual push, which has no address", `76a94c14${"00".repeat(20)}88ac`],
  ["a witness version without meaning", `5214${"00".repeat(20)}`],
  ["no script", ""],
  ["a script that ends inside of a push", "4c"],
])("an output of %s is opaque and shows the script", (_, script) => {
  expect(describeOutput(bitcoin, "mainnet", script)[0]).toEqual({
    kind: "opaque",
    reason: `99000 satoshi go to an output script without an address: ${script}`,
  });
});

test("outputs above the inputs of a UTXO transaction are not described as if they were possible", () => {
  expect(() => describeOutput(bitcoin, "mainnet", "6a", 100_001)).toThrow(
    "The outputs take 100001 satoshi, but the inputs hold only 100000 satoshi.",
  );
});

function describeOutput(
  chain: Chain,
  network: Network,
  script: string,
  satoshis = 99_000,
): readonly Intent[] {
  const content = payload(scriptTo.p2wpkh(testKey(1)));
  content.outputs = [{ satoshis, script }];
  return chain.describe(pending(content), network);
}
