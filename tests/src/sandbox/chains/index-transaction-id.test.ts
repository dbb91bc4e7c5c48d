import { describe, expect, test } from "bun:test";
import { transactionId } from "../../../../src/sandbox/broadcasts.ts";
import { algorand } from "../../../../src/sandbox/chains/algo.ts";
import { sandboxChains } from "../../../../src/sandbox/chains/index.ts";
import { tron } from "../../../../src/sandbox/chains/tron.ts";
import { xrpLedger } from "../../../../src/sandbox/chains/xrp.ts";
import { readVectors, type SigningVector } from "../../../chains/offline-signing-vectors.ts";

describe("the sandbox gives a transaction the id of the network", () => {
  for (const chain of sandboxChains) {
    test(`on ${chain.ticker}, as its signing vectors have it`, async () => {
      const vectors = await readVectors<SigningVector & { testnet: boolean }>("signing", chain.ticker);
      for (const { expected, testnet } of vectors) {
        const { txData, txid } = expected ?? {};
        if (txData === undefined || txid === undefined) continue;
        expect(await transactionId(chain, txData, testnet ? "testnet" : "mainnet")).toBe(txid);
      }
    });
  }

  test("on TRON", async () => {
    for (const { expected } of await readVectors<SigningVector>("signing", "TRON")) {
      if (expected.txData === undefined) continue;
      const { txID } = JSON.parse(expected.txData) as { txID: string };
      expect(await transactionId(tron, expected.txData, "mainnet")).toBe(txID);
    }
  });

  test("unless the text is no transaction of the chain: then it is a stand-in, the SHA-256 of the text", async () => {
    const standIn = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");
    expect(await transactionId(tron, "{}", "mainnet")).toBe(standIn("{}"));
    expect(await transactionId(algorand, "00", "mainnet")).toBe(standIn("00"));
    expect(await transactionId(xrpLedger, "00", "mainnet")).toBe(standIn("00"));
  });
});
