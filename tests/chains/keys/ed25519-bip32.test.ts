import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/curves/utils.js";
import { memoryEd25519Key } from "../../../chains/keys/ed25519.ts";
import { memoryEd25519Bip32Key, signEd25519Bip32 } from "../../../chains/keys/ed25519-bip32.ts";

/** RFC 8032, 7.1, test 2, its seed expanded as 5.1.5 says. */
const SEED = hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const PUBLIC_KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const MESSAGE = Uint8Array.of(0x72);
const SIGNATURE =
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

const { head, prefix } = ed25519.utils.getExtendedPublicKey(SEED);
const EXTENDED = concatBytes(head, prefix);

test("an extended Ed25519 key signs as RFC 8032 says", async () => {
  const key = memoryEd25519Bip32Key(EXTENDED);
  expect(bytesToHex(key.publicKey)).toBe(PUBLIC_KEY);
  expect(bytesToHex(await signEd25519Bip32(key, MESSAGE))).toBe(SIGNATURE);
});

test("a plain Ed25519 key serves as well", async () => {
  expect(bytesToHex(await signEd25519Bip32(memoryEd25519Key(SEED), MESSAGE))).toBe(SIGNATURE);
});

test("an extended Ed25519 key shows nothing but its public key", () => {
  const key = memoryEd25519Bip32Key(EXTENDED);
  for (const text of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)]) {
    expect(text).toInclude(PUBLIC_KEY);
    expect(text).not.toInclude(bytesToHex(head).slice(0, 16));
    expect(text).not.toInclude(bytesToHex(prefix).slice(0, 16));
  }
});

test("the caller's bytes can be overwritten afterwards", async () => {
  const bytes = Uint8Array.from(EXTENDED);
  const key = memoryEd25519Bip32Key(bytes);
  bytes.fill(0);
  expect(bytesToHex(await key.sign(MESSAGE))).toBe(SIGNATURE);
});

describe("of extended Ed25519 keys, refused is", () => {
  const changed = (position: number, change: (byte: number) => number): Uint8Array =>
    EXTENDED.map((byte, at) => (at === position ? change(byte) : byte));

  test.each([
    ["a key of 32 bytes", SEED],
    ["a scalar that is no multiple of 8", changed(0, (byte) => byte | 1)],
    ["a scalar of 2^255 and more", changed(31, (byte) => byte | 0x80)],
    ["a scalar below 2^254", changed(31, (byte) => byte & 0x3f)],
  ])("%s", (_, bytes) => {
    expect(() => memoryEd25519Bip32Key(bytes)).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
  });

  test("a signature that the public key does not verify", async () => {
    const good = memoryEd25519Bip32Key(EXTENDED);
    const bad = { curve: good.curve, publicKey: good.publicKey, sign: async () => new Uint8Array(64) };
    await expect(signEd25519Bip32(bad, MESSAGE)).rejects.toHaveProperty("code", "INVALID_KEY");
  });

  test("a key of another curve", async () => {
    const key = {
      ...memoryEd25519Bip32Key(EXTENDED),
      curve: "secp256k1" as const,
      sign: async () => MESSAGE,
    };
    await expect(signEd25519Bip32(key, MESSAGE)).rejects.toHaveProperty("code", "INVALID_KEY");
  });
});
