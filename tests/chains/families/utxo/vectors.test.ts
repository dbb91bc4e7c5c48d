import { describe, expect, test } from "bun:test";
import { bitcoin } from "../../../../chains/btc.ts";
import type { Network } from "../../../../chains/chain.ts";
import { dogecoin } from "../../../../chains/doge.ts";
import { ChainError } from "../../../../chains/error.ts";
import { litecoin } from "../../../../chains/ltc.ts";
import {
  outcomeOf,
  REFUSED_BY_THE_CALLER,
  readVectors,
  type SigningVector,
  signedTransaction,
  type WalletVector,
} from "./signing-vectors.ts";

/** The original refused these by limits of a time when fees of Dogecoin were a hundred times higher. */
const SIGNED_TODAY = ["fee-too-small-for-local-check", "fee-field-differs-from-actual-fee"];

for (const chain of [bitcoin, litecoin, dogecoin]) {
  const { ticker } = chain.facts;
  const wallets = await readVectors<WalletVector>("wallets", ticker);
  const transactions = await readVectors<SigningVector>("signing", ticker);

  describe(`${ticker} wallets of the original`, () => {
    test.each(wallets.map((vector, position) => [position, vector] as const))("vector %d", (_, vector) => {
      const network: Network = vector.testnet ? "testnet" : "mainnet";
      const wallet = chain.restoreWallet(vector.mnemonic, network);
      expect(wallet.xpub).toBe(vector.wallet.xpub!);
      for (const { index, address, privateKey } of vector.keys) {
        expect(chain.deriveAddress({ xpub: wallet.xpub! }, index, network)).toBe(address);
        expect(chain.deriveAddress(wallet, index, network)).toBe(address);
        expect(chain.derivePrivateKey(wallet, index, network)).toBe(privateKey);
        expect(chain.parsePrivateKey(privateKey, network)).toMatchObject({ address, warnings: [] });
      }
    });
  });

  describe(`${ticker} transactions of the original`, () => {
    const tried = transactions.filter(({ name }) => !REFUSED_BY_THE_CALLER.includes(name));
    const signed = tried.filter(({ name, expected }) => expected?.txData || SIGNED_TODAY.includes(name));
    const unsigned = tried.filter(({ upstreamBug }) => upstreamBug);
    const refused = tried.filter(({ name, expected }) => expected?.error && !SIGNED_TODAY.includes(name));

    test.each(named(signed))("%s is signed bit by bit the same", async (_, vector) => {
      const result = await outcomeOf(vector, chain);
      if (vector.mayRefuse && result instanceof ChainError) {
        expect(result.code).toBe("UNSAFE_TRANSACTION");
        return;
      }
      const { txData, txid } = vector.lenient ? vector.alternative! : vector.expected!;
      expect(result).toEqual(signedTransaction({ txData: txData!, txid: txid! }));
    });

    test.each(named(unsigned))("%s names the input that the original left unsigned", async (_, vector) => {
      const input = /input\(s\) (\d+)/.exec(vector.upstreamBug!)![1]!;
      const result = await outcomeOf(vector, chain);
      expect(result).toBeInstanceOf(ChainError);
      expect(result).toMatchObject({ code: "MISSING_KEY" });
      expect((result as ChainError).message).toStartWith(`Input ${input} `);
    });

    test.each(named(refused))("%s is refused", async (_, vector) => {
      const result = await outcomeOf(vector, chain);
      expect(result).toBeInstanceOf(ChainError);
      const { message, reportedText } = result as ChainError;
      if (vector.expected!.errorMatch === "exact") expect(reportedText).toBe(vector.expected!.error!);
      else expect(message).not.toBeEmpty();
    });

    test("every vector belongs to one of the groups above", () => {
      expect([...signed, ...unsigned, ...refused].map(({ name }) => name).sort()).toEqual(
        tried.map(({ name }) => name).sort(),
      );
    });
  });
}

function named(vectors: readonly SigningVector[]): (readonly [string, SigningVector])[] {
  return vectors.map((vector) => [vector.name, vector] as const);
}
