import { describe, expect, test } from "bun:test";
import type { SignedTransaction } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { dogecoin } from "../../chains/doge.ts";
import { ChainError } from "../../chains/error.ts";
import { payload, pending, privateKeySigner, scriptTo, testKey } from "./families/utxo/payment.ts";
import { offlineEnvironment } from "./families/utxo/signing-vectors.ts";

const DOGE = 100_000_000;
const key = testKey(1);
const receiver = scriptTo.p2pkh(testKey(2));

interface Output {
  readonly satoshis: number | bigint;
  readonly script: string;
}

describe("fees of Dogecoin", () => {
  test.each([
    ["of 0.01 DOGE for 1,000 bytes, as nodes ask today", 0.0023 * DOGE],
    ["of 1 DOGE for 1,000 bytes, as wallets paid until 2021", DOGE],
  ])("%s are signed", async (_, fee) => {
    expect(await outcome(10 * DOGE, [{ satoshis: 10 * DOGE - fee, script: receiver }])).toMatchObject({
      filledIn: {},
    });
  });

  test("for each byte are limited", async () => {
    const fee = 12 * DOGE;
    const error = await outcome(100 * DOGE, [{ satoshis: 100 * DOGE - fee, script: receiver }]);
    expect(error).toMatchObject({ code: "UNSAFE_TRANSACTION" });
    expect((error as ChainError).message).toContain("Raise TATUM_KMS_MAX_FEE_RATE_DOGE if");
  });

  test("in total are limited to 100 DOGE", async () => {
    const error = await outcome(200 * DOGE, [{ satoshis: 100 * DOGE - 1, script: receiver }]);
    expect((error as ChainError).message).toContain("Raise TATUM_KMS_MAX_FEE_DOGE if");
  });
});

describe("small outputs of Dogecoin", () => {
  test("of 0.001 DOGE are signed", async () => {
    expect(await outcome(DOGE, [{ satoshis: 100_000, script: receiver }])).toMatchObject({ filledIn: {} });
  });

  test("below that are refused: nodes would refuse them, too", async () => {
    const outputs = [
      { satoshis: 90_000_000, script: receiver },
      { satoshis: 99_999, script: receiver },
    ];
    expect(await outcome(DOGE, outputs)).toMatchObject({
      code: "UNSAFE_TRANSACTION",
      message: "Output 1 holds 99999 satoshi. Nodes refuse outputs below 100000 satoshi (dust).",
    });
  });

  test("of 0 are signed where they carry data", async () => {
    const outputs = [
      { satoshis: 90_000_000, script: receiver },
      { satoshis: 0, script: "6a0548656c6c6f" },
    ];
    expect(await outcome(DOGE, outputs)).toMatchObject({ filledIn: {} });
  });
});

describe("large amounts", () => {
  test("above 2^53 satoshi stay exact to the last one", async () => {
    const amount = 2n ** 63n - 1n;
    const signed = await outcome(amount, [{ satoshis: amount - 1_000_001n, script: receiver }]);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(amount - 1_000_001n);
    expect((signed as SignedTransaction).payload).toContain(bytes.toString("hex"));
  });

  test("that do not fit into 63 bits are refused", async () => {
    expect(await outcome(2n ** 63n, [{ satoshis: DOGE, script: receiver }])).toMatchObject({
      code: "INVALID_TRANSACTION",
    });
  });

  test("are described with every digit", () => {
    const content = transactionOf(10n ** 18n + 1n, [{ satoshis: 10n ** 18n, script: receiver }]);
    expect(dogecoin.describe(pending(content), "mainnet")).toMatchObject([
      { kind: "transfer", amount: "1000000000000000000" },
      { kind: "fee", amount: "1" },
    ]);
  });
});

test.each([
  ["mainnet", "p2pkh", "D"],
  ["mainnet", "p2shP2wpkh", /^[9A]/],
  ["testnet", "p2pkh", "n"],
  ["testnet", "p2shP2wpkh", "2"],
] as const)("an address of Dogecoin on %s of %s begins with %s", (network, kind, beginning) => {
  const content = transactionOf(2 * DOGE, [{ satoshis: DOGE, script: scriptTo[kind](key) }]);
  const [transfer] = dogecoin.describe(pending(content), network);
  expect((transfer as { to: string }).to).toMatch(
    typeof beginning === "string" ? new RegExp(`^${beginning}`) : beginning,
  );
});

test.each(["p2wpkh", "p2shP2wpkh"] as const)("there is no %s of Dogecoin to spend", async (kind) => {
  const content = payload(scriptTo[kind](key));
  content.outputs[0]!.satoshis = 100_000;
  const request = { transaction: pending(content), signers: [privateKeySigner("wallet-1", key)] };
  await expect(dogecoin.sign(request, offlineEnvironment())).rejects.toThrow("Unsupported input script type");
});

test("an output with a witness program has no address", () => {
  const content = transactionOf(2 * DOGE, [{ satoshis: DOGE, script: scriptTo.p2wpkh(key) }]);
  expect(dogecoin.describe(pending(content), "mainnet")[0]).toMatchObject({ kind: "opaque" });
});

function transactionOf(amount: number | bigint, outputs: readonly Output[]): string {
  const { inputs, ...others } = payload(scriptTo.p2pkh(key));
  const output = { satoshis: amount, script: scriptTo.p2pkh(key) };
  return stringifyExactJson({ ...others, inputs: [{ ...inputs[0], output }], outputs });
}

async function outcome(
  amount: number | bigint,
  outputs: readonly Output[],
): Promise<SignedTransaction | ChainError> {
  const transaction = pending(transactionOf(amount, outputs));
  const request = { transaction, signers: [privateKeySigner("wallet-1", key)] };
  try {
    return await dogecoin.sign(request, offlineEnvironment());
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
}
