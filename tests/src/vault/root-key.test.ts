import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { RootKey } from "../../../src/vault/root-key.ts";
import { caught } from "./caught.ts";

const vaultId = Buffer.alloc(16, 7);
const key = Buffer.alloc(32, 9);
const rootKey = new RootKey(Uint8Array.from(key), vaultId);
const id = Buffer.from("record");
const text = Buffer.from("plain text");
const utf8 = (value: string) => new TextEncoder().encode(value);

describe("sealed bytes", () => {
  const sealed = rootKey.seal("wallet", id, text);

  test("open under the same purpose and id", () => {
    expect(rootKey.open("wallet", id, sealed)).toEqual(text);
  });

  test("are never the same twice", () => {
    expect(rootKey.seal("wallet", id, text)).not.toEqual(sealed);
  });

  test("may be empty inside", () => {
    expect(rootKey.open("wallet", id, rootKey.seal("wallet", id, new Uint8Array()))).toHaveLength(0);
  });

  test("are version, nonce, AES-256-GCM under an HKDF key, as an independent implementation makes them", () => {
    const info = Buffer.concat([utf8("tatum-kms/v1/wallet\0"), id]);
    const recordKey = hkdf(sha256, key, vaultId, info, 32);
    const additionalData = Buffer.from(
      `00000006${Buffer.from("wallet").toString("hex")}00000010${vaultId.toString("hex")}00000006${id.toString("hex")}`,
      "hex",
    );
    expect(sealed[0]).toBe(1);
    const opened = gcm(recordKey, sealed.subarray(1, 13), additionalData).decrypt(sealed.subarray(13));
    expect(Buffer.from(opened)).toEqual(text);
  });

  test.each([
    ["another purpose", rootKey, "job", id],
    ["another id", rootKey, "wallet", Buffer.from("other")],
    ["a part of the id moved into the purpose", rootKey, "walletr", Buffer.from("ecord")],
    ["another vault", new RootKey(Uint8Array.from(key), Buffer.alloc(16, 8)), "wallet", id],
    ["another root key", RootKey.generate(vaultId), "wallet", id],
  ] as const)("do not open under %s", (_name, otherKey, purpose, otherId) => {
    expect(otherKey.open(purpose, otherId, sealed)).toBeUndefined();
  });

  test("do not open with any one bit changed", () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(rootKey.open("wallet", id, changed)).toBeUndefined();
    }
  });

  test("do not open with any part missing", () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(rootKey.open("wallet", id, sealed.subarray(0, length))).toBeUndefined();
    }
  });
});

test("a keyed hash is HMAC-SHA-256 under an HKDF key of its own", () => {
  const hashKey = hkdf(sha256, key, vaultId, utf8("tatum-kms/v1-hash/job\0"), 32);
  expect(Buffer.from(rootKey.keyedHash("job", text))).toEqual(Buffer.from(hmac(sha256, hashKey, text)));
});

test("purposes of a root key differ in their hashes", () => {
  expect(rootKey.keyedHash("job", text)).not.toEqual(rootKey.keyedHash("lane", text));
});

test.each(["", "Wallet", "a\0b", "/a", "a b", "a".repeat(65)])(
  "%j is not taken for a purpose of a root key",
  (purpose) => {
    expect(() => rootKey.seal(purpose, id, text)).toThrow(RangeError);
  },
);

test("a root key has 32 bytes", () => {
  expect(() => new RootKey(randomBytes(31), vaultId)).toThrow(RangeError);
});

test("wiping overwrites the key and ends its use", async () => {
  const bytes = randomBytes(32);
  const wiped = new RootKey(bytes, vaultId);
  wiped.wipe();
  expect(bytes).toEqual(Buffer.alloc(32));
  for (const use of [
    () => wiped.seal("wallet", id, text),
    () => wiped.open("wallet", id, rootKey.seal("wallet", id, text)),
    () => wiped.keyedHash("job", text),
    () => wiped.wrapWith((wrapped) => wrapped),
  ]) {
    expect((await caught(use)).code).toBe("INTERNAL");
  }
});

test("a root key does not print", () => {
  for (const printed of [inspect(rootKey), Bun.inspect(rootKey), JSON.stringify({ rootKey }), `${rootKey}`]) {
    expect(printed).not.toMatch(/9, ?9|0909|CQkJ/);
  }
});
