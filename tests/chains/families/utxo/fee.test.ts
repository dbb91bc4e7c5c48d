import { describe, expect, test } from "bun:test";
import { bitcoin } from "../../../../chains/btc.ts";
import type { Chain, SignedTransaction } from "../../../../chains/chain.ts";
import { ChainError } from "../../../../chains/error.ts";
import { litecoin } from "../../../../chains/ltc.ts";
import { payload, pending, privateKeySigner, scriptTo, testKey } from "./payment.ts";
import { offlineEnvironment } from "./signing-vectors.ts";

const key = testKey(1);

// One P2WPKH input and one P2PKH output: 113 virtual bytes, because a DER signature of this length has 71 bytes.
const VIRTUAL_BYTES = 113;

describe("the fee limit", () => {
  const wide = { TATUM_KMS_MAX_FEE_RATE_BTC: "100000000" };

  test.each([
    [bitcoin, 10_000_000],
    [litecoin, 100_000_000],
  ])("in total is by default what the chain says", async (chain: Chain, limit) => {
    const rate = { [`TATUM_KMS_MAX_FEE_RATE_${chain.facts.ticker}`]: "100000000" };
    expect(await outcome(limit, rate, chain)).toMatchObject({ filledIn: {} });
    const error = await outcome(limit + 1, rate, chain);
    expect(error).toMatchObject({ code: "UNSAFE_TRANSACTION" });
    expect((error as ChainError).message).toContain(`Raise TATUM_KMS_MAX_FEE_${chain.facts.ticker} if`);
  });

  test("for each virtual byte is by default 5,000 satoshi", async () => {
    expect(await outcome(5_000 * VIRTUAL_BYTES)).toMatchObject({ filledIn: {} });
    const error = await outcome(5_000 * VIRTUAL_BYTES + 1);
    expect(error).toMatchObject({ code: "UNSAFE_TRANSACTION" });
    expect((error as ChainError).message).toContain(`${VIRTUAL_BYTES} virtual bytes`);
  });

  test("follows the settings of the operator", async () => {
    expect(await outcome(10_000_001, { ...wide, TATUM_KMS_MAX_FEE_BTC: "10000001" })).toMatchObject({
      filledIn: {},
    });
    expect(await outcome(11, { TATUM_KMS_MAX_FEE_BTC: "10" })).toMatchObject({ code: "UNSAFE_TRANSACTION" });
    const lowRate = { TATUM_KMS_MAX_FEE_RATE_BTC: "1" };
    expect(await outcome(VIRTUAL_BYTES + 1, lowRate)).toMatchObject({ code: "UNSAFE_TRANSACTION" });
  });

  test("of another chain counts for nothing", async () => {
    expect(await outcome(11, { TATUM_KMS_MAX_FEE_LTC: "10" })).toMatchObject({ filledIn: {} });
  });

  test.each(["", "-1", "1.5", "1e6", "0x10", " 1", "much", "9".repeat(20)])(
    "that the operator wrote as %p stops the transaction",
    async (text) => {
      for (const name of ["TATUM_KMS_MAX_FEE_BTC", "TATUM_KMS_MAX_FEE_RATE_BTC"]) {
        expect(await outcome(1_000, { [name]: text })).toMatchObject({
          code: "UNSAFE_TRANSACTION",
          message: `${name} must be a whole number of satoshi.`,
        });
      }
    },
  );
});

describe("amounts of a UTXO payment", () => {
  test("a fee of 0 is signed", async () => {
    expect(await outcome(0)).toMatchObject({ filledIn: {} });
  });

  test("outputs above the inputs are not signed, whatever the limits are", async () => {
    expect(await outcome(-1)).toMatchObject({
      code: "UNSAFE_TRANSACTION",
      message: "The outputs take 200000001 satoshi, but the inputs hold only 200000000 satoshi.",
    });
  });
});

async function outcome(
  fee: number,
  settings: Record<string, string> = {},
  chain: Chain = bitcoin,
): Promise<SignedTransaction | ChainError> {
  const content = payload(scriptTo.p2wpkh(key));
  content.inputs[0]!.output!.satoshis = 200_000_000;
  content.outputs[0]!.satoshis = 200_000_000 - fee;
  const request = { transaction: pending(content), signers: [privateKeySigner("wallet-1", key)] };
  try {
    return await chain.sign(request, offlineEnvironment("testnet", settings));
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
}
