/**
 * The root key: the 256-bit key that seals everything in one vault, by AES-GCM (NIST SP 800-38D) with keys of HKDF
 * (https://www.rfc-editor.org/rfc/rfc5869). It never changes and is stored only wrapped in key slots.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { KmsError } from "../errors.ts";

/**
 * Joins byte strings so that no two different lists give the same bytes: each is preceded by its length as a 32-bit
 * big-endian number. Text counts as UTF-8, a number as 64-bit big-endian.
 */
export function lengthPrefixed(parts: readonly (Uint8Array | string | number)[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = toBytes(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}

function toBytes(part: Uint8Array | string | number): Uint8Array {
  if (typeof part === "string") return Buffer.from(part, "utf8");
  if (typeof part !== "number") return part;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(part));
  return bytes;
}

/** With 96-bit nonces and 128-bit tags, by the native code behind node:crypto. */
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
  const cipher = createCipheriv(ALGORITHM, key, nonce, {
    authTagLength: tagLength,
  });
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
  const decipher = createDecipheriv(ALGORITHM, key, nonce, {
    authTagLength: tagLength,
  });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(cipherText.subarray(tagStart));
  const plainText = decipher.update(cipherText.subarray(0, tagStart));
  try {
    // GCM is a stream: nothing is left for the end but the comparison of the tag.
    decipher.final();
    return plainText;
  } catch {
    plainText.fill(0);
    return undefined;
  }
}

function assertNonce(nonce: Uint8Array): void {
  if (nonce.length !== nonceLength) {
    throw new RangeError(`A nonce has ${nonceLength} bytes, not ${nonce.length}.`);
  }
}

/** The first byte of all sealed bytes. */
const SEAL_VERSION = 1;
/** Which vault it is; in hexadecimal. */
export interface VaultIdentity {
  /** Stands in the file unprotected. */
  readonly vaultId: string;
  /** Comes from the root key: only who has that can make a vault of this fingerprint. */
  readonly fingerprint: string;
}

/** Two beginnings of HKDF's info, so that no key that seals is a key that hashes. */
const SEAL_INFO = "tatum-kms/v1/";
const HASH_INFO = "tatum-kms/v1-hash/";
const PURPOSE = /^[a-z][a-z0-9/-]{0,63}$/;

export const rootKeyLength = 32;

/** HMAC-SHA-256 (RFC 2104) of byte strings one after another; 32 bytes. */
export function hashWith(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = new Bun.CryptoHasher("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** What is the same for all records of a purpose. */
interface Purpose {
  readonly name: string;
  /** HKDF's info up to the record id. */
  readonly info: Uint8Array;
  /** The additional data up to the record id. */
  readonly identity: Uint8Array;
}

/** One block of HKDF's output is as long as a key: the counter after the info is 1 (RFC 5869, section 2.3). */
const FIRST_BLOCK = Uint8Array.of(1);

export class RootKey {
  readonly #key: Uint8Array;
  readonly #vaultId: Uint8Array;
  /** Keys of keyed hashes by purpose, so that none is derived twice. */
  readonly #hashKeys = new Map<string, Uint8Array>();
  /** HKDF's pseudorandom key, from which all others are expanded. */
  readonly #extracted: Uint8Array;
  /** The purpose that was sealed or opened for last: records come many in a row. */
  #purpose: Purpose | undefined;
  #wiped = false;

  /** @param key 32 bytes, taken over: they are overwritten by {@link wipe}. */
  constructor(key: Uint8Array, vaultId: Uint8Array) {
    if (key.length !== rootKeyLength) throw new RangeError(`A root key has ${rootKeyLength} bytes.`);
    this.#key = key;
    this.#vaultId = vaultId;
    this.#extracted = hashWith(vaultId, key);
  }

  /** A new key from the operating system's randomness. */
  static generate(vaultId: Uint8Array): RootKey {
    return new RootKey(randomBytes(rootKeyLength), vaultId);
  }

  get vaultId(): Uint8Array {
    return this.#vaultId;
  }

  /**
   * Encrypts a record under a key of its own (HKDF-SHA-256, RFC 5869) and binds it to the vault, the purpose and
   * the record id: it opens only under the same three.
   *
   * @param purpose What kind of record it is: lower-case letters, digits, "/" and "-", such as "wallet".
   * @returns Version byte 0x01, nonce, cipher text, tag.
   */
  seal(purpose: string, recordId: Uint8Array, plainText: Uint8Array): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const { key, identity } = this.#recordKey(purpose, recordId);
    const sealed = aesGcmEncrypt(key, nonce, plainText, identity);
    key.fill(0);
    return Buffer.concat([Uint8Array.of(SEAL_VERSION), nonce, sealed]);
  }

  /** The counterpart of {@link seal}; `undefined` when the bytes were not sealed as this record of this vault. */
  open(purpose: string, recordId: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < 1 + nonceLength + tagLength || sealed[0] !== SEAL_VERSION) return undefined;
    const nonce = sealed.subarray(1, 1 + nonceLength);
    const { key, identity } = this.#recordKey(purpose, recordId);
    const plainText = aesGcmDecrypt(key, nonce, sealed.subarray(1 + nonceLength), identity);
    key.fill(0);
    return plainText;
  }

  /** HMAC-SHA-256 of byte strings one after another, under a key that only this vault has and that serves only this purpose; 32 bytes. */
  keyedHash(purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
    return hashWith(this.#hashKey(purpose), ...parts);
  }

  /** A copy of the key of {@link keyedHash}; 32 bytes. */
  copyHashKey(purpose: string): Uint8Array {
    return Uint8Array.from(this.#hashKey(purpose));
  }

  #hashKey(purpose: string): Uint8Array {
    if (this.#wiped) throw new KmsError("INTERNAL", "The vault was used after it was closed.");
    const known = this.#hashKeys.get(purpose);
    if (known !== undefined) return known;
    const key = this.#expand(infoOf(HASH_INFO, purpose));
    this.#hashKeys.set(purpose, key);
    return key;
  }

  /** Hands the key itself to a key slot, which wraps it. */
  wrapWith(wrap: (key: Uint8Array) => Uint8Array): Uint8Array {
    if (this.#wiped) throw new KmsError("INTERNAL", "The vault was used after it was closed.");
    return wrap(this.#key);
  }

  /** Overwrites the key. Everything else throws from here on. */
  wipe(): void {
    this.#key.fill(0);
    this.#extracted.fill(0);
    for (const key of this.#hashKeys.values()) key.fill(0);
    this.#hashKeys.clear();
    this.#wiped = true;
  }

  toJSON(): string {
    return "[root key]";
  }

  [inspect.custom](): string {
    return "[root key]";
  }

  /** The key of a record, and what it is bound to. */
  #recordKey(
    purpose: string,
    recordId: Uint8Array,
  ): { readonly key: Uint8Array; readonly identity: Uint8Array } {
    if (this.#purpose?.name !== purpose) {
      const identity = lengthPrefixed([purpose, this.#vaultId]);
      this.#purpose = { name: purpose, info: infoOf(SEAL_INFO, purpose), identity };
    }
    const { info, identity } = this.#purpose;
    return {
      key: this.#expand(info, recordId),
      identity: Buffer.concat([identity, lengthPrefixed([recordId])]),
    };
  }

  /** 32 bytes of HKDF-Expand (RFC 5869, section 2.3). */
  #expand(...info: readonly Uint8Array[]): Uint8Array {
    if (this.#wiped) throw new KmsError("INTERNAL", "The vault was used after it was closed.");
    return hashWith(this.#extracted, ...info, FIRST_BLOCK);
  }
}

/** The beginning of HKDF's info. @throws RangeError for what is not the name of a purpose */
function infoOf(prefix: string, purpose: string): Uint8Array {
  if (!PURPOSE.test(purpose)) throw new RangeError(`"${purpose}" is not the name of a purpose.`);
  return Buffer.from(`${prefix}${purpose}\0`);
}
