import { describe, expect, test } from "bun:test";
import { algorand } from "../../../src/sandbox/chains/algo.ts";
import { tron } from "../../../src/sandbox/chains/tron.ts";
import { xrpLedger } from "../../../src/sandbox/chains/xrp.ts";
import { transactionId } from "../../../src/sandbox/transaction-id.ts";
import { readVectors, type SigningVector } from "../../chains/offline-signing-vectors.ts";

describe("the sandbox gives a transaction the id of the network", () => {
  test("on TRON", async () => {
    for (const { expected } of await readVectors<SigningVector>("signing", "TRON")) {
      if (expected.txData === undefined) continue;
      const { txID } = JSON.parse(expected.txData) as { txID: string };
      expect(await transactionId(tron, expected.txData)).toBe(txID);
    }
  });

  test("on Algorand", async () => {
    for (const { expected } of await readVectors<SigningVector>("signing", "ALGO")) {
      if (expected.txData === undefined || expected.txid === undefined) continue;
      expect(await transactionId(algorand, expected.txData)).toBe(expected.txid);
    }
  });

  test("unless the text is no transaction of the chain: then it is a stand-in, the SHA-256 of the text", async () => {
    const standIn = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");
    expect(await transactionId(tron, "{}")).toBe(standIn("{}"));
    expect(await transactionId(algorand, "00")).toBe(standIn("00"));
    expect(await transactionId(xrpLedger, "00")).toBe(standIn("00"));
  });
});
