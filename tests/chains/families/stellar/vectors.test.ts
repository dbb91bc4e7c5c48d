import { describe, expect, test } from "bun:test";
import { stellar } from "../../../../chains/xlm.ts";
import { networkOf, readVectors, type SigningVector, signVector } from "../../offline-signing-vectors.ts";

interface WalletVector {
  readonly testnet: boolean;
  readonly wallet: { readonly address: string; readonly secret: string };
}

/** What the original signed although the network refuses it. */
const REFUSED = ["signing twice appends a duplicate signature"];

describe("XLM wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "XLM");
  test.each(vectors.map((vector) => [vector.wallet.address, vector] as const))("%s", (_, vector) => {
    const network = networkOf(vector.testnet);
    const { address, secret } = vector.wallet;
    expect(stellar.deriveAddress(vector.wallet, 0, network)).toBe(address);
    expect(stellar.derivePrivateKey(vector.wallet, 5, network)).toBe(secret);
    expect(stellar.parsePrivateKey(secret, network)).toMatchObject({ address, warnings: [] });
  });
});

describe("XLM transactions of the original", async () => {
  const vectors = await readVectors<SigningVector>("signing", "XLM");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (name, vector) => {
    const result = await signVector(stellar, vector);
    const { expected } = vector;
    if (expected.txData !== undefined && !REFUSED.includes(name)) {
      expect(result).toMatchObject({ payload: expected.txData, transactionId: expected.txid });
      expect(stellar.facts.broadcastPath).toBe(expected.broadcast!.path);
    } else {
      expect(result).toHaveProperty("name", "ChainError");
    }
  });
});
