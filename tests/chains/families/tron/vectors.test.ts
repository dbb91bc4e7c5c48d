import { describe, expect, test } from "bun:test";
import { ChainError } from "../../../../chains/error.ts";
import { tron } from "../../../../chains/tron.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

/** Texts of the original that a program in JavaScript makes by accident. */
const ACCIDENTAL = /^(?:TypeError|SyntaxError)/;

describe("TRON wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "TRON");

  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const { mnemonic, xpub } = vector.wallet!;
    const wallet = tron.restoreWallet(vector.mnemonic, network);
    expect(Object.entries(wallet)).toEqual(Object.entries({ mnemonic, xpub }));
    for (const { index, address, privateKey } of vector.keys!) {
      expect(tron.deriveAddress({ xpub: xpub! }, index, network)).toBe(address);
      expect(tron.deriveAddress({ mnemonic: mnemonic! }, index, network)).toBe(address);
      expect(tron.deriveAddress({ privateKey }, index, network)).toBe(address);
      expect(tron.derivePrivateKey(wallet, index, network)).toBe(privateKey);
      expect(tron.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("TRON transactions of the original", async () => {
  const vectors = await readVectors<SigningVector>("signing", "TRON");

  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected } = vector;
    const result = await signVector(tron, vector);
    if (expected.txData === undefined) {
      expect(result).toBeInstanceOf(ChainError);
      if (!ACCIDENTAL.test(expected.error!)) {
        expect((result as ChainError).reportedText).toBe(expected.error!);
      }
      return;
    }
    const { txID } = JSON.parse(expected.txData) as { txID: string };
    expect(result).toMatchObject({ payload: expected.txData, transactionId: txID });
    expect(expected.broadcast?.path).toBe(tron.facts.broadcastPath);
  });
});
