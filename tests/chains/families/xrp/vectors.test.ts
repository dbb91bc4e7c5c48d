import { describe, expect, test } from "bun:test";
import { xrpLedger } from "../../../../chains/xrp.ts";
import { networkOf, readVectors, type SigningVector, signVector } from "../../offline-signing-vectors.ts";

interface WalletVector {
  readonly testnet: boolean;
  readonly wallet: { readonly address: string; readonly secret: string };
}

/** What the original signed although it can never land, or with the key of another account. */
const REFUSED = [
  "no autofill: transaction without Sequence/Fee/LastLedgerSequence is signed as given",
  "Account differs from the signing key: still signed",
];

describe("XRP wallets of the original", async () => {
  const vectors = await readVectors<WalletVector>("wallets", "XRP");
  test.each(vectors.map((vector) => [vector.wallet.address, vector] as const))("%s", (_, vector) => {
    const network = networkOf(vector.testnet);
    const { address, secret } = vector.wallet;
    expect(xrpLedger.deriveAddress(vector.wallet, 0, network)).toBe(address);
    expect(xrpLedger.derivePrivateKey(vector.wallet, 5, network)).toBe(secret);
    expect(xrpLedger.parsePrivateKey(secret, network)).toMatchObject({ address, warnings: [] });
  });
});

describe("XRP transactions of the original", async () => {
  const vectors = await readVectors<SigningVector>("signing", "XRP");
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (name, vector) => {
    const result = await signVector(xrpLedger, vector);
    const { expected } = vector;
    if (expected.txData !== undefined && !REFUSED.includes(name)) {
      expect(result).toMatchObject({ payload: expected.txData, transactionId: expected.txid });
      expect(xrpLedger.facts.broadcastPath).toBe(expected.broadcast!.path);
    } else {
      expect(result).toHaveProperty("name", "ChainError");
    }
  });
});
