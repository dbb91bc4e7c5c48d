import { describe, expect, test } from "bun:test";
import { algorand } from "../../../../chains/algo.ts";
import { ChainError } from "../../../../chains/error.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

/** The account that a vector signs for with the key of another one. */
const REKEYED = "YKBPUI2767Y4XZINQXXZNAFNN75LJJRBHJVNASWVDCGXPQQH4IX5DAGU4Q";

describe("ALGO wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "ALGO");

  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const restore = () => algorand.restoreWallet(vector.mnemonic, network);
    if (vector.wallet === undefined) {
      expect(restore).toThrow("failed to decode mnemonic");
      return;
    }
    const { address, secret } = vector.wallet;
    expect(Object.entries(restore())).toEqual(Object.entries({ address, secret }));
    for (const { index, privateKey } of vector.keys!) {
      expect(algorand.deriveAddress({ address: address!, secret: secret! }, index, network)).toBe(address!);
      expect(algorand.deriveAddress({ privateKey }, index, network)).toBe(address!);
      expect(algorand.derivePrivateKey({ address: address!, secret: secret! }, index, network)).toBe(
        privateKey,
      );
    }
  });
});

describe("ALGO transactions of the original", async () => {
  const vectors = await readVectors<SigningVector>("signing", "ALGO");

  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (name, vector) => {
    const { txData, txid, error, broadcast } = vector.expected;
    const isRekeyed = name.startsWith("sender differs from key");
    const setting = () => (isRekeyed ? REKEYED : undefined);
    const result = await signVector(algorand, vector, { setting });
    if (txData === undefined) {
      expect(result).toBeInstanceOf(ChainError);
      if (error === "Error: bad secret key size") expect((result as ChainError).reportedText).toBe(error);
      return;
    }
    expect(result).toMatchObject({ payload: txData, ...(txid !== undefined && { transactionId: txid }) });
    expect(broadcast?.path).toBe(algorand.facts.broadcastPath);
  });
});
