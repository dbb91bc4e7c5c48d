import { describe, expect, test } from "bun:test";
import { createPublicKey, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { encode } from "cborg";
import { cardano } from "../../chains/ada.ts";
import type { Signer } from "../../chains/chain.ts";
import { enterpriseAddress } from "../../chains/families/cardano/address.ts";
import { readRosettaTransaction, transactionHash } from "../../chains/families/cardano/encode.ts";
import { loadChain } from "../../chains/index.ts";
import type { SigningKey } from "../../chains/signing-key.ts";
import {
  bytesOfAddress,
  COIN,
  hexOf,
  inputOperation,
  outputOperation,
  pendingOf,
  RECIPIENT,
  sign,
  TTL,
} from "./families/cardano/payment.ts";
import { offlineEnvironment } from "./offline-signing-vectors.ts";
import { testedChains } from "./tested-chains.ts";
import { ed25519TokenKey, randomizedEd25519TokenKey, secp256k1TokenKey } from "./token-key.ts";
import {
  type AskedSignature,
  expectedPayload,
  signWithTokens,
  type TokenOf,
  vectorsOf,
} from "./token-signing.ts";

for (const [ticker, { ed25519: format }] of testedChains) {
  if (format === undefined) continue;
  const { shown, idDepends, seed: seedOf } = format;
  const chain = (await loadChain(ticker))!;
  const vectors = await vectorsOf(chain);
  const tokenOf =
    (make: (seed: Uint8Array) => SigningKey): TokenOf =>
    (text) =>
      make(seedOf(text));

  describe(`${ticker}: keys in tokens sign what keys in memory sign`, () => {
    test("in vectors of the original", () => {
      expect(vectors).not.toBeEmpty();
    });

    test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
      const inMemory = await signWithTokens(chain, vector, (_text, key) => key);
      const inToken = await signWithTokens(chain, vector, tokenOf(ed25519TokenKey));
      expect(inToken).toEqual(inMemory);
      expect(inToken.signed.payload).toBe(expectedPayload(vector)!);
      expect(inToken.asked.every(isValid)).toBe(true);

      const randomized = await signWithTokens(chain, vector, tokenOf(randomizedEd25519TokenKey));
      const withoutSignatures = (payload: string, asked: readonly AskedSignature[]) =>
        asked.reduce((text, { signature }) => text.replace(hexOf(signature), "signature"), shown(payload));
      const rest = withoutSignatures(randomized.signed.payload, randomized.asked);
      expect(rest).toContain("signature");
      expect(rest).toBe(withoutSignatures(inMemory.signed.payload, inMemory.asked));
      expect(randomized.asked.map(({ input }) => input)).toEqual(inMemory.asked.map(({ input }) => input));
      expect(randomized.asked.every(isValid)).toBe(true);
      expect(randomized.signed.transactionId === inMemory.signed.transactionId).toBe(!idDepends);
    });

    if (ticker === "XRP") return;
    test("a token's key on secp256k1 is refused", async () => {
      const token = { ...secp256k1TokenKey(new Uint8Array(32).fill(7)) };
      const [vector] = vectors;
      const asIfFitting: TokenOf = (_, { publicKey }) => ({ ...token, publicKey });
      await expect(signWithTokens(chain, vector!, asIfFitting)).rejects.toMatchObject({
        code: "INVALID_KEY",
        message: "This chain signs on ed25519, but the key is one of secp256k1.",
      });
    });
  });
}

describe("ADA: a plain Ed25519 key in a token signs what the same key in memory signs", () => {
  const SEED = new Uint8Array(32).fill(9);
  const token = ed25519TokenKey(SEED);
  /** As cardano-cli writes a plain signing key. */
  const text = `5820${hexOf(SEED)}`;
  const address = cardano.addressOfPublicKey(token.publicKey, "testnet");
  const operations = [
    inputOperation(address, "-10000000"),
    outputOperation(RECIPIENT, "5000000"),
    outputOperation(address, "4800000"),
  ];
  const body = encode(
    new Map<number, unknown>([
      [0, [[hexToBytes(COIN), 0]]],
      [
        1,
        [
          [bytesOfAddress(RECIPIENT), 5_000_000],
          [bytesOfAddress(address), 4_800_000],
        ],
      ],
      [2, 200_000],
      [3, TTL],
    ]),
  );
  const payloads = (hash: string) => [{ account_identifier: { address }, hex_bytes: hash }];
  const pay = (key: SigningKey | string) =>
    typeof key === "string"
      ? sign({ body, payloads }, { operations, privateKeys: [key] })
      : sign({ body, payloads }, { operations, privateKeys: [], keys: [key] });

  test("bit by bit", async () => {
    expect(address).toBe(enterpriseAddress(token.publicKey, "testnet"));
    expect(await pay(token)).toEqual(await pay(text));
  });

  test("with a valid signature under another nonce", async () => {
    const { payload, transactionId } = await pay(randomizedEd25519TokenKey(SEED));
    const inMemory = await pay(text);
    const { bodyBytes, witnesses } = readRosettaTransaction(payload, "payload");
    expect(bodyBytes).toEqual(body);
    expect(transactionId).toBe(inMemory.transactionId);
    expect(payload).not.toBe(inMemory.payload);
    const [[publicKey, signature]] = witnesses as [[Uint8Array, Uint8Array]];
    expect(isValid({ publicKey, signature, input: transactionHash(body) })).toBe(true);
    expect(ed25519.verify(signature, transactionHash(body), token.publicKey)).toBe(true);
  });

  test("but no off-chain withdrawal, which needs a mnemonic", async () => {
    const transaction = pendingOf(operations, {
      withdrawalId: "1",
      hashes: [],
      signatures: [{ id: "token" }],
    });
    const signer: Signer = { signatureId: "token", kind: "private-key", key: async () => token };
    const environment = offlineEnvironment({ network: "testnet" });
    await expect(cardano.sign({ transaction, signers: [signer] }, environment)).rejects.toMatchObject({
      code: "MISSING_KEY",
      message: expect.stringContaining("has to be signed with mnemonic based wallets"),
    });
  });

  test("a token's key on secp256k1 is refused", async () => {
    const key = { ...secp256k1TokenKey(SEED), publicKey: token.publicKey };
    await expect(pay(key)).rejects.toMatchObject({
      code: "INVALID_KEY",
      message: "This chain signs on ed25519, but the key is one of secp256k1.",
    });
  });
});

/** By OpenSSL. */
function isValid({ publicKey, input, signature }: AskedSignature): boolean {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, input, key, signature);
}
