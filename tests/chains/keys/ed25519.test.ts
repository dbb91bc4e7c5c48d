import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, bytesToNumberLE, hexToBytes, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { memoryEd25519Key, signEd25519 } from "../../../chains/keys/ed25519.ts";
import type { SigningKey } from "../../../chains/signing-key.ts";

/** https://www.rfc-editor.org/rfc/rfc8032#section-7.1 */
const RFC_8032 = [
  {
    name: "TEST 1",
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name: "TEST 2",
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    name: "TEST 3",
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
];

const seed = hexToBytes(RFC_8032[0]!.seed);

describe("an ed25519 key in memory", () => {
  test.each(RFC_8032)("signs $name of RFC 8032", async (vector) => {
    const key = memoryEd25519Key(hexToBytes(vector.seed));
    expect(bytesToHex(key.publicKey)).toBe(vector.publicKey);
    expect(bytesToHex(await signEd25519(key, hexToBytes(vector.message)))).toBe(vector.signature);
  });

  test("shows its public key and nothing else", () => {
    const key = memoryEd25519Key(seed);
    const shown = [
      JSON.stringify(key),
      inspect(key),
      inspect({ key }, { depth: 5, showHidden: true }),
      `${key}`,
    ];
    expect(shown[0]).toContain(RFC_8032[0]!.publicKey);
    for (const text of shown) {
      expect(text).not.toContain(RFC_8032[0]!.seed);
      expect(text).not.toContain(String(seed[0]).concat(", ", String(seed[1])));
    }
  });

  test("keeps its key when the caller erases the bytes", async () => {
    const bytes = Uint8Array.from(seed);
    const key = memoryEd25519Key(bytes);
    bytes.fill(0);
    expect(bytesToHex(await key.sign(new Uint8Array()))).toBe(RFC_8032[0]!.signature);
  });

  test("signs bit by bit as noble does with the seed", async () => {
    for (let length = 0; length < 40; length++) {
      const [bytes, message] = [new Uint8Array(32).fill(length * 5), new Uint8Array(length * 7).fill(length)];
      const key = memoryEd25519Key(bytes);
      expect(key.publicKey).toEqual(ed25519.getPublicKey(bytes));
      expect(await signEd25519(key, message)).toEqual(ed25519.sign(message, bytes));
    }
  });

  test("signs no more once it was overwritten", async () => {
    const key = memoryEd25519Key(seed);
    key.wipe?.();
    expect(key.sign(Uint8Array.of(1))).rejects.toThrow("overwritten");
  });

  test.each([0, 31, 33, 64])("%d bytes are no key", (length) => {
    expect(() => memoryEd25519Key(new Uint8Array(length))).toThrow("Private key must be 32 bytes long");
  });
});

describe("a key whose answer is wrong", () => {
  const { publicKey } = memoryEd25519Key(seed);
  const answering = (answer: Uint8Array, curve: SigningKey["curve"] = "ed25519"): SigningKey => ({
    curve,
    publicKey,
    sign: async () => answer,
  });

  test.each([0, 63, 64, 65])("an answer of %d bytes that is no signature is refused", (length) => {
    expect(signEd25519(answering(new Uint8Array(length)), new Uint8Array(1))).rejects.toMatchObject({
      code: "INVALID_KEY",
    });
  });

  test("the signature of another message is refused", () => {
    const signature = hexToBytes(RFC_8032[0]!.signature);
    expect(signEd25519(answering(signature), Uint8Array.of(1))).rejects.toMatchObject({
      code: "INVALID_KEY",
    });
  });

  test("a signature with one bit changed is refused", async () => {
    const signature = hexToBytes(RFC_8032[0]!.signature);
    for (const at of [0, 31, 32, 62, 63]) {
      const altered = signature.with(at, (signature[at] ?? 0) ^ 0b0001_0000);
      expect(signEd25519(answering(altered), new Uint8Array())).rejects.toMatchObject({
        code: "INVALID_KEY",
      });
    }
  });

  // RFC 8032, 5.1.7: s is a number below the order, and R the encoding of a point that arithmetic gives.
  test("a signature that says the same with another s or another R is refused", async () => {
    const signature = hexToBytes(RFC_8032[0]!.signature);
    const s = bytesToNumberLE(signature.subarray(32)) + ed25519.Point.Fn.ORDER;
    const above = Uint8Array.from([...signature.subarray(0, 32), ...numberToBytesLE(s, 32)]);
    await expect(signEd25519(answering(above), new Uint8Array())).rejects.toMatchObject({
      code: "INVALID_KEY",
    });
    // With the neutral element as R, which y = p + 1 encodes as well, s = k a; the private key is needed for it.
    const neutral = numberToBytesLE(ed25519.Point.Fp.ORDER + 1n, 32);
    const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
    const k = bytesToNumberLE(sha512(Uint8Array.from([...neutral, ...publicKey])));
    const { Fn } = ed25519.Point;
    const proof = numberToBytesLE(Fn.mul(Fn.create(k), scalar), 32);
    const odd = Uint8Array.from([...neutral, ...proof]);
    expect(ed25519.verify(odd, new Uint8Array(), publicKey, { zip215: true })).toBeTrue();
    await expect(signEd25519(answering(odd), new Uint8Array())).rejects.toMatchObject({
      code: "INVALID_KEY",
    });
  });

  test.each(ED25519_TORSION_SUBGROUP)("for the public key %s anybody could sign", async (text) => {
    const commitment = ed25519.Point.BASE.multiply(5n).toBytes();
    const signature = Uint8Array.from([...commitment, 5, ...new Uint8Array(31)]);
    const key = { ...answering(signature), publicKey: hexToBytes(text) };
    expect(signEd25519(key, Uint8Array.of(1))).rejects.toMatchObject({ code: "INVALID_KEY" });
  });

  test("a key of another curve is refused", () => {
    expect(signEd25519(answering(new Uint8Array(64), "secp256k1"), new Uint8Array())).rejects.toThrow(
      "secp256k1",
    );
  });
});
