import { describe, expect, test } from "bun:test";
import { accountChainId } from "../../../src/sandbox/account-chain-ids.ts";
import { readVectors, type SigningVector } from "../../chains/offline-signing-vectors.ts";

describe("the sandbox gives a transaction the id of the network", () => {
  test("on TRON", async () => {
    for (const { expected } of await readVectors<SigningVector>("signing", "TRON")) {
      if (expected.txData === undefined) continue;
      const { txID } = JSON.parse(expected.txData) as { txID: string };
      expect(accountChainId("TRON", expected.txData)).toBe(txID);
    }
  });

  test("on Algorand", async () => {
    for (const { expected } of await readVectors<SigningVector>("signing", "ALGO")) {
      if (expected.txData === undefined || expected.txid === undefined) continue;
      expect(accountChainId("ALGO", expected.txData)).toBe(expected.txid);
    }
  });

  test("unless the text is no transaction of the chain, or the chain is another one", () => {
    expect(accountChainId("TRON", "{}")).toBeUndefined();
    expect(accountChainId("ALGO", "00")).toBeUndefined();
    expect(accountChainId("XRP", "00")).toBeUndefined();
  });
});
