import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gcm } from "@noble/ciphers/aes.js";
import fc from "fast-check";
import { aesGcmDecrypt, aesGcmEncrypt } from "../../../src/vault/root-key.ts";

interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
  readonly result: "valid" | "invalid";
}

const file = join(import.meta.dir, "../../vectors/wycheproof/aes_gcm_test.json");
const tests: WycheproofTest[] = JSON.parse(readFileSync(file, "utf8")).testGroups[0].tests;
const bytes = (hex: string) => Buffer.from(hex, "hex");

describe("Wycheproof vectors of AES-GCM", () => {
  test.each(tests.map((vector) => [vector.tcId, vector.comment, vector] as const))(
    "test %i %s",
    (_id, _comment, vector) => {
      const [key, nonce, aad] = [bytes(vector.key), bytes(vector.iv), bytes(vector.aad)];
      const sealed = bytes(vector.ct + vector.tag);
      const opened = aesGcmDecrypt(key, nonce, sealed, aad);
      const encrypted = Buffer.from(aesGcmEncrypt(key, nonce, bytes(vector.msg), aad));
      if (vector.result === "valid") {
        expect(opened).toEqual(bytes(vector.msg));
        expect(encrypted).toEqual(sealed);
      } else {
        expect(opened).toBeUndefined();
        expect(encrypted).not.toEqual(sealed);
      }
    },
  );
});

test("agrees with an independent implementation on any input", () => {
  const length = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
  const some = fc.uint8Array({ maxLength: 2000 });
  fc.assert(
    fc.property(length(32), length(12), some, some, (key, nonce, text, aad) => {
      const encrypted = aesGcmEncrypt(key, nonce, text, aad);
      expect(Buffer.from(encrypted)).toEqual(Buffer.from(gcm(key, nonce, aad).encrypt(text)));
      expect(Buffer.from(aesGcmDecrypt(key, nonce, encrypted, aad) ?? [1])).toEqual(Buffer.from(text));
    }),
  );
});

test("a tag of AES-GCM that was cut short does not open", () => {
  const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array()];
  const sealed = aesGcmEncrypt(key, nonce, none, none);
  for (let length = 0; length < 16; length++) {
    expect(aesGcmDecrypt(key, nonce, sealed.subarray(0, length), none)).toBeUndefined();
  }
});

test.each([0, 8, 11, 13, 16])("a nonce of AES-GCM of %i bytes is refused", (length) => {
  const [key, nonce, text] = [new Uint8Array(32), new Uint8Array(length), new Uint8Array(20)];
  expect(() => aesGcmEncrypt(key, nonce, text, text)).toThrow(RangeError);
  expect(() => aesGcmDecrypt(key, nonce, text, text)).toThrow(RangeError);
});
