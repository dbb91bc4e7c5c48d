import { describe, expect, test } from "bun:test";
import { cardano } from "../../../../chains/ada.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

interface CardanoVector extends SigningVector {
  readonly http: readonly Exchange[];
  readonly expected: SigningVector["expected"] & { readonly signatures?: readonly object[] };
}

describe("ADA wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "ADA");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const { mnemonic, xpub } = vector.wallet!;
    expect(Object.entries(cardano.restoreWallet(vector.mnemonic, network))).toEqual([
      ["mnemonic", mnemonic],
      ["xpub", xpub],
    ]);
    for (const { index, address, privateKey } of vector.keys!) {
      expect(cardano.deriveAddress({ xpub: xpub! }, index, network)).toBe(address);
      expect(cardano.deriveAddress({ mnemonic: mnemonic! }, index, network)).toBe(address);
      expect(cardano.deriveAddress({ privateKey }, index, network)).toBe(address);
      expect(cardano.derivePrivateKey({ mnemonic: mnemonic! }, index, network)).toBe(privateKey);
      expect(cardano.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("ADA transactions of the original", async () => {
  const vectors = await readVectors<CardanoVector>("signing", "ADA");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected, http, testnet } = vector;
    const requests: Request[] = [];
    const environment = answeringEnvironment(http, cardano.facts, networkOf(testnet), requests);
    const result = await signVector(cardano, vector, environment);
    if (expected.txData === undefined) {
      expect(result).toHaveProperty("name", "ChainError");
      return;
    }
    expect(result).toMatchObject({ payload: expected.txData, transactionId: expected.txid });
    const combine = requests.at(-1)?.body as { readonly signatures: readonly object[] };
    expect(combine.signatures).toEqual(expected.signatures as object[]);
  });
});
