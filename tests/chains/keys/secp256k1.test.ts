import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  isRecoverableSignature,
  isSignature,
  memorySecp256k1Key,
  signLowS,
  signRecoverable,
  signRecoverableUnchecked,
} from "../../../chains/keys/secp256k1.ts";
import type { SigningKey } from "../../../chains/signing-key.ts";

const ORDER = secp256k1.Point.Fn.ORDER;
const SECRET = sha256(new TextEncoder().encode("a private key for tests"));
const digests = Array.from({ length: 24 }, (_, byte) => new Uint8Array(32).fill(byte));

/** A key as hardware holds it: `s` as it comes, here always the high one. */
function highSKey(options?: { compressed: boolean }): SigningKey {
  const key = memorySecp256k1Key(SECRET, options);
  return {
    curve: "secp256k1",
    publicKey: key.publicKey,
    sign: async (digest) => {
      const { r, s } = secp256k1.Signature.fromBytes(await key.sign(digest), "compact");
      return new secp256k1.Signature(r, s > ORDER / 2n ? s : ORDER - s).toBytes("compact");
    },
  };
}

describe("a secp256k1 key in memory", () => {
  test("has the public key its owner uses", () => {
    expect(memorySecp256k1Key(SECRET).publicKey).toEqual(secp256k1.getPublicKey(SECRET, true));
    expect(memorySecp256k1Key(SECRET, { compressed: false }).publicKey).toHaveLength(65);
  });

  // Private key 1 and the message "Satoshi Nakamoto", a vector for RFC 6979 on secp256k1 that many libraries carry:
  // https://bitcointalk.org/index.php?topic=285142.msg3299061#msg3299061
  test("signs with the nonce of RFC 6979", async () => {
    const one = new Uint8Array(32);
    one[31] = 1;
    const digest = sha256(new TextEncoder().encode("Satoshi Nakamoto"));
    expect(bytesToHex(await signLowS(memorySecp256k1Key(one), digest))).toBe(
      "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    );
  });

  test("leaves s as it comes", async () => {
    const signatures = await Promise.all(digests.map((digest) => memorySecp256k1Key(SECRET).sign(digest)));
    const high = signatures.map((bytes) => secp256k1.Signature.fromBytes(bytes, "compact").hasHighS());
    expect(new Set(high)).toEqual(new Set([true, false]));
  });

  test("does not follow changes of the bytes it was made from", async () => {
    const bytes = SECRET.slice();
    const key = memorySecp256k1Key(bytes);
    bytes.fill(1);
    expect(await key.sign(digests[0]!)).toEqual(await memorySecp256k1Key(SECRET).sign(digests[0]!));
  });

  test.each([
    ["JSON.stringify", (key: SigningKey) => JSON.stringify({ key })],
    ["Bun.inspect", (key: SigningKey) => Bun.inspect({ key }, { depth: 10 })],
    ["util.inspect", (key: SigningKey) => inspect({ key }, { depth: 10, showHidden: true })],
    ["String", (key: SigningKey) => String(key)],
    ["own properties", (key: SigningKey) => JSON.stringify(Object.getOwnPropertyDescriptors(key))],
  ])("does not show its private part in %s", (_, show) => {
    const shown = show(memorySecp256k1Key(SECRET));
    expect(shown).not.toContain(bytesToHex(SECRET));
    expect(shown.replaceAll(/\s/g, "")).not.toContain([...SECRET.subarray(0, 8)].join(","));
  });

  test.each<[string, Uint8Array, string]>([
    ["31 bytes", new Uint8Array(31).fill(1), "Private key must be 32 bytes long"],
    ["33 bytes", new Uint8Array(33).fill(1), "Private key must be 32 bytes long"],
    ["zero", new Uint8Array(32), "Private key is not a valid number on secp256k1 (1 to n - 1)."],
    ["n", hexToBytes(ORDER.toString(16)), "Private key is not a valid number on secp256k1 (1 to n - 1)."],
  ])("is refused: %s", (_, bytes, message) => {
    expect(() => memorySecp256k1Key(bytes)).toThrow(
      expect.objectContaining({ name: "ChainError", code: "INVALID_KEY", message }),
    );
  });

  test("n - 1 is the last valid key", () => {
    expect(memorySecp256k1Key(hexToBytes((ORDER - 1n).toString(16))).publicKey).toHaveLength(33);
  });
});

describe.each([
  ["in memory", memorySecp256k1Key(SECRET)],
  ["that gives high s", highSKey()],
  ["that gives high s and is used uncompressed", highSKey({ compressed: false })],
])("a key %s", (_, key) => {
  test("gives low-S signatures that verify", async () => {
    for (const digest of digests) {
      const signature = await signLowS(key, digest);
      expect(secp256k1.verify(signature, digest, key.publicKey, { prehash: false, lowS: true })).toBeTrue();
    }
  });

  test("gives recoverable signatures of its public key", async () => {
    const seen = new Set<number>();
    for (const digest of digests) {
      const { r, s, recovery } = await signRecoverable(key, digest);
      const recovered = new secp256k1.Signature(r, s, recovery).recoverPublicKey(digest);
      expect(recovered.toHex(key.publicKey.length === 33)).toBe(bytesToHex(key.publicKey));
      expect(s <= ORDER / 2n).toBeTrue();
      seen.add(recovery);
    }
    expect(seen).toEqual(new Set([0, 1]));
  });

  test("gives the same ones to who verifies them in the finished transaction", async () => {
    for (const digest of digests) {
      const signature = await signRecoverableUnchecked(key, digest);
      expect(signature).toEqual(await signRecoverable(key, digest));
      expect(isRecoverableSignature(signature, digest, key.publicKey)).toBeTrue();
    }
  });
});

describe("a key with a wrong answer", () => {
  const good = memorySecp256k1Key(SECRET);
  const digest = digests[0]!;

  test.each([
    ["a signature of another key", () => memorySecp256k1Key(new Uint8Array(32).fill(7)).sign(digest)],
    ["a signature of another digest", () => good.sign(digests[1]!)],
    ["zeros", async () => new Uint8Array(64)],
    ["63 bytes", async () => (await good.sign(digest)).subarray(1)],
    ["r = 5, which no point has", async () => (await good.sign(digest)).fill(0, 0, 31).with(31, 5)],
  ])("is found out: %s", async (_, sign) => {
    const key: SigningKey = { curve: "secp256k1", publicKey: good.publicKey, sign };
    const refusal = expect.objectContaining({ name: "ChainError", code: "INVALID_KEY" });
    await expect(signLowS(key, digest)).rejects.toEqual(refusal);
    await expect(signRecoverable(key, digest)).rejects.toEqual(refusal);
  });

  test.each([
    ["zeros", new Uint8Array(65)],
    ["64 bytes", new Uint8Array(64).fill(1)],
    ["a recovery id of no transaction", new Uint8Array(65).fill(1).fill(2, 0, 1)],
  ])("is found out when it tells its recovery id: %s", async (_, answer) => {
    const { publicKey, sign } = good;
    const key: SigningKey = { curve: "secp256k1", publicKey, sign, signRecoverable: async () => answer };
    await expect(signRecoverableUnchecked(key, digest)).rejects.toEqual(
      expect.objectContaining({ name: "ChainError", code: "INVALID_KEY" }),
    );
  });

  test("a key of another curve is refused", async () => {
    const key: SigningKey = { ...good, curve: "ed25519", publicKey: new Uint8Array(32), sign: good.sign };
    await expect(signLowS(key, digest)).rejects.toThrow("the key is one of ed25519");
  });

  test.each([31, 33])("a digest of %d bytes is not signed", async (length) => {
    await expect(signLowS(good, new Uint8Array(length))).rejects.toThrow(RangeError);
    await expect(good.sign(new Uint8Array(length))).rejects.toThrow(RangeError);
  });
});

/** Often enough that the key gets a table on the way. */
const ROUNDS = 20;

describe("a signature is verified as noble does it, however often its key came before:", () => {
  const key = memorySecp256k1Key(sha256(SECRET));
  const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1);
  const anyDigest = (round: number): Uint8Array => sha256(Uint8Array.of(round));

  test.each<[string, (signature: Uint8Array, round: number) => Uint8Array]>([
    ["as it was made", (signature) => signature],
    ["with a bit of r changed", (signature, round) => flipped(signature, round)],
    ["with a bit of s changed", (signature, round) => flipped(signature, 32 + round)],
    ["with r = 5, which no point has", (signature) => signature.with(31, 5).fill(0, 0, 31)],
    ["of zeros", () => new Uint8Array(64)],
    ["of 63 bytes", (signature) => signature.subarray(1)],
  ])("%s", async (_, change) => {
    for (let round = 0; round < ROUNDS; round++) {
      const digest = anyDigest(round);
      const signature = change(await signLowS(key, digest), round);
      const expected =
        signature.length === 64 && secp256k1.verify(signature, digest, key.publicKey, { prehash: false });
      expect(isSignature(signature, digest, key.publicKey)).toBe(expected);
      expect(isSignature(signature, anyDigest(round + 1), key.publicKey)).toBeFalse();
    }
  });

  test("with s in the upper half of the order it is none", async () => {
    const high = await highSKey().sign(digests[0]!);
    expect(isSignature(high, digests[0]!, highSKey().publicKey)).toBeFalse();
  });

  // https://eips.ethereum.org/EIPS/eip-2
  test("with s in the upper half of the order it is none, also with the recovery id that belongs to it", async () => {
    const digest = digests[0]!;
    const { r, s, recovery } = await signRecoverable(key, digest);
    const high = { r, s: ORDER - s, recovery: 1 - recovery };
    const recovered = new secp256k1.Signature(r, high.s, high.recovery).recoverPublicKey(digest);
    expect(recovered.toHex()).toBe(bytesToHex(key.publicKey));
    expect(isRecoverableSignature(high, digest, key.publicKey)).toBeFalse();
  });

  test("with its recovery id it is that of the public key that is recovered", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const digest = anyDigest(round);
      const { r, s, recovery } = await signRecoverable(key, digest);
      expect(isRecoverableSignature({ r, s, recovery }, digest, key.publicKey)).toBeTrue();
      for (const other of [0, 1, 2, 3, 27].filter((id) => id !== recovery))
        expect(isRecoverableSignature({ r, s, recovery: other }, digest, key.publicKey)).toBeFalse();
      expect(isRecoverableSignature({ r, s, recovery }, anyDigest(round + 1), key.publicKey)).toBeFalse();
      expect(isRecoverableSignature({ r: s, s: r, recovery }, digest, key.publicKey)).toBeFalse();
      expect(isRecoverableSignature({ r: 5n, s: 1n, recovery: 0 }, digest, key.publicKey)).toBeFalse();
      expect(isRecoverableSignature({ r: 0n, s, recovery }, digest, key.publicKey)).toBeFalse();
      const { publicKey } = memorySecp256k1Key(SECRET);
      expect(isRecoverableSignature({ r, s, recovery }, digest, publicKey)).toBeFalse();
    }
  });
});
