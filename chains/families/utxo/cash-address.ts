/**
 * CashAddr, the address format of Bitcoin Cash, with the types that say that the receiver understands tokens.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
 * https://github.com/cashtokens/cashtokens
 */
import { bech32 } from "@scure/base";

/** What a CashAddr address says. */
export interface CashAddress {
  /** The network, such as `bitcoincash`; lower case. */
  readonly prefix: string;
  /** 0 to 15; see {@link CashAddressType}. */
  readonly type: number;
  /** 20, 24, 28, 32, 40, 48, 56 or 64 bytes. */
  readonly hash: Uint8Array;
}

/** What the hash of an address is taken of. The `token` ones say that the receiver understands tokens. */
export const CashAddressType = {
  publicKey: 0,
  script: 1,
  tokenPublicKey: 2,
  tokenScript: 3,
} as const;

/** The three lowest bits of the version byte are an index into these. */
const HASH_BYTES: readonly number[] = [20, 24, 28, 32, 40, 48, 56, 64];
/** The highest bit of the version byte has no meaning yet. */
const RESERVED_BIT = 0x80;
const CHECKSUM_WORDS = 8;

/** The letters of 5-bit words, which are those of Bech32 (BIP-173). */
const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/**
 * Writes an address, with its prefix and in lower case.
 *
 * @throws RangeError for a type or a length that the format does not have.
 */
export function encodeCashAddress({ prefix, type, hash }: CashAddress): string {
  const size = HASH_BYTES.indexOf(hash.length);
  if (size < 0 || !(type >= 0 && type <= 15)) {
    throw new RangeError(`CashAddr has no type ${type} with ${hash.length} bytes.`);
  }
  const payload = bech32.toWords(Uint8Array.of((type << 3) | size, ...hash));
  const letters = [...payload, ...checksum(prefix, payload)].map((word) => LETTERS.charAt(word));
  return `${prefix}:${letters.join("")}`;
}

/**
 * Reads an address in lower or in upper case.
 *
 * @param text with or without a prefix.
 * @param defaultPrefix what an address without a prefix is read with.
 * @returns `undefined` when it is not an address; a wrong checksum or a wrong prefix are the usual reasons.
 */
export function decodeCashAddress(text: string, defaultPrefix: string): CashAddress | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const [body = "", prefix = defaultPrefix, ...rest] = lower.split(":").reverse();
  if (rest.length > 0 || !/^[a-z]+$/.test(prefix)) return undefined;
  const words = Array.from(body, (letter) => LETTERS.indexOf(letter));
  const payload = words.slice(0, -CHECKSUM_WORDS);
  const found = words.slice(-CHECKSUM_WORDS);
  if (words.includes(-1) || found.join() !== checksum(prefix, payload).join()) return undefined;
  const [version = RESERVED_BIT, ...hash] = bech32.fromWordsUnsafe(payload) ?? [];
  if (version >= RESERVED_BIT || hash.length !== HASH_BYTES[version & 0x07]) return undefined;
  return { prefix, type: version >> 3, hash: Uint8Array.from(hash) };
}

const GENERATORS: readonly bigint[] = [
  0x98f2bc8e61n,
  0x79b76d99e2n,
  0xf33e5fb3c4n,
  0xae2eabe2a8n,
  0x1e4f43e470n,
];

/** The 40 bits of the BCH code over prefix and payload, as eight words. */
function checksum(prefix: string, payload: readonly number[]): number[] {
  const lowBits = Array.from(prefix, (letter) => letter.charCodeAt(0) & 0x1f);
  let state = 1n;
  for (const word of [...lowBits, 0, ...payload, ...new Array<number>(CHECKSUM_WORDS).fill(0)]) {
    const top = state >> 35n;
    state = ((state & 0x07_ffff_ffffn) << 5n) ^ BigInt(word);
    for (const [bit, generator] of GENERATORS.entries()) {
      if ((top >> BigInt(bit)) & 1n) state ^= generator;
    }
  }
  state ^= 1n;
  return Array.from({ length: CHECKSUM_WORDS }, (_, index) =>
    Number((state >> BigInt(35 - 5 * index)) & 0x1fn),
  );
}
