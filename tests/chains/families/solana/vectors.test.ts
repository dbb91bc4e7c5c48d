import { describe, expect, test } from "bun:test";
import type { ChainEnvironment } from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { solana } from "../../../../chains/sol.ts";
import { networkOf, readVectors, type SigningVector, signVector } from "../../offline-signing-vectors.ts";
import { nodeEnvironment } from "./node-environment.ts";

interface WalletVector {
  readonly mnemonic: string;
  readonly testnet: boolean;
  readonly wallet: { readonly mnemonic: string; readonly address: string; readonly privateKey: string };
  readonly keys: readonly { readonly index: number; readonly address: string; readonly privateKey: string }[];
}

interface SolanaVector extends SigningVector {
  readonly http: readonly {
    readonly requestBodySubset: { readonly method: string };
    readonly response: { readonly result?: JsonValue; readonly error?: { readonly message: string } };
  }[];
  readonly expected: SigningVector["expected"] & { readonly wireTransactionBase64?: string };
}

describe("SOL wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "SOL");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const { mnemonic, address, privateKey } = vector.wallet;
    expect(Object.entries(solana.restoreWallet(vector.mnemonic, network))).toEqual(
      Object.entries({ mnemonic, address, privateKey }),
    );
    for (const key of vector.keys) {
      expect(solana.deriveAddress(vector.wallet, key.index, network)).toBe(key.address);
      expect(solana.derivePrivateKey(vector.wallet, key.index, network)).toBe(key.privateKey);
      expect(solana.parsePrivateKey(key.privateKey, network)).toMatchObject({
        address: key.address,
        warnings: [],
      });
    }
  });
});

describe("SOL transactions of the original", async () => {
  const vectors = await readVectors<SolanaVector>("signing", "SOL");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected } = vector;
    const environment = nodeOf(vector);
    const signed = await signVector(solana, vector, environment);
    if (expected.wireTransactionBase64 !== undefined) {
      expect(signed).toMatchObject({ payload: expected.wireTransactionBase64, transactionId: expected.txid });
      if (signed instanceof Error) throw signed;
      expect(await solana.submit!(signed, environment)).toBe(expected.txData!);
    } else if (signed instanceof Error) {
      expect(signed).toHaveProperty("name", "ChainError");
    } else {
      expect(solana.submit!(signed, environment)).rejects.toThrow("failed to send transaction");
    }
  });
});

function nodeOf({ http, testnet }: SolanaVector): ChainEnvironment {
  const answers = http.map(({ requestBodySubset, response }) => {
    const { result, error } = response ?? {};
    return [requestBodySubset.method, error === undefined ? result : new Error(error.message)] as const;
  });
  return nodeEnvironment(Object.fromEntries(answers), { network: networkOf(testnet) });
}
