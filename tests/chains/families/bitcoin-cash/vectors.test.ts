import { describe, expect, test } from "bun:test";
import { bitcoinCash } from "../../../../chains/bch.ts";
import type { Network } from "../../../../chains/chain.ts";
import { ChainError } from "../../../../chains/error.ts";
import {
  outcomeOf,
  readVectors,
  type SignedVector,
  type SigningVector,
  signedTransaction,
  type WalletVector,
} from "../utxo/signing-vectors.ts";

const wallets = await readVectors<WalletVector>("wallets", "BCH");
const transactions = await readVectors<SigningVector & { readonly upstream?: SignedVector }>(
  "signing",
  "BCH",
);

/** The payload does not say what an input spends, so a wrong key shows only when the network refuses. */
const NOT_NOTICED = "wrong-key";

describe("BCH wallets of the original", () => {
  test.each(wallets.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
    const network: Network = vector.testnet ? "testnet" : "mainnet";
    const wallet = bitcoinCash.restoreWallet(vector.mnemonic, network);
    expect(wallet.xpub).toBe(vector.wallet.xpub!);
    for (const { index, address, privateKey } of vector.keys) {
      expect(bitcoinCash.deriveAddress({ xpub: wallet.xpub! }, index, network)).toBe(address);
      expect(bitcoinCash.deriveAddress(wallet, index, network)).toBe(address);
      expect(bitcoinCash.derivePrivateKey(wallet, index, network)).toBe(privateKey);
      expect(bitcoinCash.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
    }
  });
});

describe("BCH transactions of the original", () => {
  const signed = transactions.filter(({ expected }) => expected?.txData);
  const corrected = transactions.filter(({ correct }) => correct);
  const refused = transactions.filter(({ expected }) => expected?.error);

  test.each(named(signed))("%s is signed bit by bit the same", async (_, vector) => {
    const { txData, txid } = vector.expected!;
    expect(await outcomeOf(vector, bitcoinCash)).toEqual(signedTransaction({ txData: txData!, txid: txid! }));
  });

  test.each(named(corrected))("%s is signed although the original could not", async (_, vector) => {
    expect(await outcomeOf(vector, bitcoinCash)).toEqual(signedTransaction(vector.correct!));
  });

  test.each(named(refused))("%s is refused", async (_, vector) => {
    const result = await outcomeOf(vector, bitcoinCash);
    expect(result).toBeInstanceOf(ChainError);
    const { message, reportedText } = result as ChainError;
    if (vector.expected!.errorMatch === "exact") expect(reportedText).toBe(vector.expected!.error!);
    else expect(message).not.toBeEmpty();
  });

  test("a key that does not own the input signs all the same, like the original's", async () => {
    const vector = transactions.find(({ name }) => name === NOT_NOTICED)!;
    expect(await outcomeOf(vector, bitcoinCash)).toMatchObject({ payload: vector.upstream!.txData });
  });

  test("every vector belongs to one of the groups above", () => {
    const grouped = [...signed, ...corrected, ...refused].map(({ name }) => name);
    expect([...grouped, NOT_NOTICED].sort()).toEqual(transactions.map(({ name }) => name).sort());
  });
});

function named(vectors: readonly SigningVector[]): (readonly [string, SigningVector])[] {
  return vectors.map((vector) => [vector.name, vector] as const);
}
