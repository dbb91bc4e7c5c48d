import { describe, expect, test } from "bun:test";
import { isInputSignature, signInput } from "../../../../chains/families/bitcoin-cash/sign.ts";
import { SignatureDigests } from "../../../../chains/families/utxo/signature-digest.ts";
import type { SigningKey } from "../../../../chains/signing-key.ts";
import { testKey } from "../utxo/payment.ts";
import { transactionOf } from "./payment.ts";

const digests = new SignatureDigests(transactionOf([10_000, 20_000]));
const memoryKey = testKey(1);
const { publicKey } = memoryKey;
/** A key as a hardware token gives it. */
const tokenKey: SigningKey = {
  curve: "secp256k1",
  publicKey,
  sign: (digest) => memoryKey.sign(digest),
};

describe.each([
  ["Schnorr", memoryKey],
  ["ECDSA", tokenKey],
])("a %s signature", (_, key) => {
  test("unlocks the input it was made for", async () => {
    const signature = await signInput(digests, 1, 20_000n, key);
    expect(isInputSignature(digests, 1, 20_000n, signature, publicKey)).toBe(true);
  });

  test("unlocks no other input, amount or key", async () => {
    const signature = await signInput(digests, 1, 20_000n, key);
    expect(isInputSignature(digests, 0, 20_000n, signature, publicKey)).toBe(false);
    expect(isInputSignature(digests, 1, 20_001n, signature, publicKey)).toBe(false);
    expect(isInputSignature(digests, 1, 20_000n, signature, testKey(2).publicKey)).toBe(false);
  });

  test.each([0x01, 0x42, 0xc1])("does not count with hash type %d", async (hashType) => {
    const signature = await signInput(digests, 1, 20_000n, key);
    const other = signature.with(-1, hashType);
    expect(isInputSignature(digests, 1, 20_000n, other, publicKey)).toBe(false);
  });
});

test.each([[new Uint8Array()], [Uint8Array.of(0x41)], [new Uint8Array(72).fill(0x41)]])(
  "%p is no signature of a Bitcoin Cash input",
  (signature) => {
    expect(isInputSignature(digests, 0, 10_000n, signature, publicKey)).toBe(false);
  },
);
