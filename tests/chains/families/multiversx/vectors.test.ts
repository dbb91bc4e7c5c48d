import { describe, expect, test } from "bun:test";
import { multiversx } from "../../../../chains/egld.ts";
import { answeringEnvironment, type Exchange } from "../../answering-environment.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

interface MultiversxVector extends SigningVector {
  readonly http: readonly Exchange[];
  readonly expected: SigningVector["expected"] & {
    readonly errorContains?: string;
    readonly mustFail?: boolean;
  };
}

describe("EGLD wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "EGLD");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const wallet = multiversx.restoreWallet(vector.mnemonic, network);
    expect(Object.entries(wallet)).toEqual([["mnemonic", vector.mnemonic]]);
    for (const { index, address, privateKey } of vector.keys!) {
      expect(multiversx.deriveAddress(wallet, index, network)).toBe(address);
      expect(multiversx.deriveAddress({ privateKey }, index, network)).toBe(address);
      expect(multiversx.derivePrivateKey(wallet, index, network)).toBe(privateKey);
      expect(multiversx.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("EGLD transactions of the original", async () => {
  const vectors = await readVectors<MultiversxVector>("signing", "EGLD");
  const refused = ["from does not belong to the key: signed anyway"];
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (name, vector) => {
    const { expected, http, testnet } = vector;
    const environment = answeringEnvironment(http, multiversx.facts, networkOf(testnet));
    const result = await signVector(multiversx, vector, environment);
    if (expected.txData !== undefined && !refused.includes(name)) {
      expect(result).toHaveProperty("payload", expected.txData);
      return;
    }
    expect(result).toHaveProperty("name", "ChainError");
    const quoted = expected.errorContains ?? "";
    if (!refused.includes(name) && !quoted.includes("SyntaxError"))
      expect((result as Error).message).toInclude(quoted);
  });
});
