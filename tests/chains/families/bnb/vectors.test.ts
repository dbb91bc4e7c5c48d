import { describe, expect, test } from "bun:test";
import { bnbBeaconChain } from "../../../../chains/bnb.ts";
import { answeringEnvironment, type Exchange } from "../../answering-environment.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

interface BeaconVector extends SigningVector {
  readonly http: readonly Exchange[];
  readonly expected: SigningVector["expected"] & { readonly errorContains?: string };
}

describe("BNB wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "BNB");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    for (const { index, address, privateKey } of vector.keys!) {
      expect(bnbBeaconChain.deriveAddress(vector.wallet!, index, network)).toBe(address);
      expect(bnbBeaconChain.derivePrivateKey(vector.wallet!, index, network)).toBe(privateKey);
      expect(bnbBeaconChain.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("BNB transactions of the original", async () => {
  const vectors = await readVectors<BeaconVector>("signing", "BNB");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected, http, testnet } = vector;
    const environment = answeringEnvironment(http, bnbBeaconChain.facts, networkOf(testnet));
    const result = await signVector(bnbBeaconChain, vector, environment);
    if (expected.txData !== undefined) {
      expect(result).toMatchObject({ payload: expected.txData, transactionId: expected.txid });
      return;
    }
    expect(result).toHaveProperty("name", "ChainError");
    if (expected.errorContains === "account.not.found") {
      expect((result as Error).message).toInclude(expected.errorContains);
    }
  });
});
