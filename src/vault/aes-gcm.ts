/** AES-256-GCM with 96-bit nonces and 128-bit tags (NIST SP 800-38D), by the native code behind node:crypto. */
import { createCipheriv, createDecipheriv } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
export const nonceLength = 12;
export const tagLength = 16;

/**
 * @param key 32 bytes.
 * @param nonce 12 bytes, never used twice with one key.
 * @returns Cipher text followed by the tag.
 */
export function aesGcmEncrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plainText: Uint8Array,
  additionalData: Uint8Array,
): Uint8Array {
  assertNonce(nonce);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(additionalData);
  return Buffer.concat([cipher.update(plainText), cipher.final(), cipher.getAuthTag()]);
}

/**
 * @param cipherText Cipher text followed by the tag.
 * @returns The plain text, or `undefined` when key, nonce, cipher text, tag and additional data do not belong together.
 */
export function aesGcmDecrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  cipherText: Uint8Array,
  additionalData: Uint8Array,
): Uint8Array | undefined {
  assertNonce(nonce);
  if (cipherText.length < tagLength) return undefined;
  const tagStart = cipherText.length - tagLength;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: tagLength });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(cipherText.subarray(tagStart));
  const plainText = decipher.update(cipherText.subarray(0, tagStart));
  try {
    return Buffer.concat([plainText, decipher.final()]);
  } catch {
    return undefined;
  } finally {
    plainText.fill(0);
  }
}

function assertNonce(nonce: Uint8Array): void {
  if (nonce.length !== nonceLength) {
    throw new RangeError(`A nonce has ${nonceLength} bytes, not ${nonce.length}.`);
  }
}
