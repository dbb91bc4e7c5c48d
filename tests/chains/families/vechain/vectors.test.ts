import { describe, expect, test } from "bun:test";
import { fromRlp, type Hex } from "viem";
import type { SignedTransaction } from "../../../../chains/chain.ts";
import { vechain } from "../../../../chains/vet.ts";
import { answeringEnvironment, type Exchange, type Request } from "../../answering-environment.ts";
import {
  networkOf,
  readVectors,
  type SigningVector,
  signVector,
  type WalletVector,
} from "../../offline-signing-vectors.ts";

interface VechainVector extends SigningVector {
  readonly http: readonly Exchange[];
  readonly observedRequests?: readonly Request[];
  readonly deterministic: boolean;
  readonly expected: SigningVector["expected"] & { readonly errorContains?: string };
}

const NONCE = 7;
const SIGNATURE = 9;

describe("VET wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "VET");
  test.each(vectors.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network = networkOf(vector.testnet);
    const wallet = vechain.restoreWallet(vector.mnemonic, network);
    expect(Object.entries(wallet)).toEqual([
      ["xpub", vector.wallet!.xpub!],
      ["mnemonic", vector.mnemonic],
    ]);
    for (const { index, address, privateKey } of vector.keys!) {
      expect(vechain.deriveAddress({ xpub: wallet.xpub! }, index, network)).toBe(address);
      expect(vechain.deriveAddress({ privateKey }, index, network)).toBe(address);
      expect(vechain.derivePrivateKey(wallet, index, network)).toBe(privateKey);
      expect(vechain.parsePrivateKey(privateKey.slice(2), network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("VET transactions of the original", async () => {
  const vectors = await readVectors<VechainVector>("signing", "VET");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const { expected, http, testnet, observedRequests } = vector;
    const requests: Request[] = [];
    const environment = answeringEnvironment(http, vechain.facts, networkOf(testnet), requests);
    const result = await signVector(vechain, vector, environment);
    if (expected.txData === undefined) {
      expect(result).toHaveProperty("name", "ChainError");
      const quoted = expected.errorContains ?? "";
      if (!quoted.includes("SyntaxError")) expect((result as Error).message).toInclude(quoted);
      return;
    }
    if (vector.deterministic) {
      expect(result).toMatchObject({ payload: expected.txData, transactionId: expected.txid! });
    } else {
      expect(withoutNonce((result as SignedTransaction).payload)).toEqual(withoutNonce(expected.txData));
    }
    if (observedRequests !== undefined) {
      const pathOf = ({ method, host, path }: Request) => ({ method, host, path });
      expect(requests.map(pathOf)).toEqual(observedRequests.map(pathOf));
    }
  });
});

function withoutNonce(raw: string): readonly unknown[] {
  return (fromRlp(raw as Hex) as readonly unknown[]).filter(
    (_, item) => item !== NONCE && item !== SIGNATURE,
  );
}
