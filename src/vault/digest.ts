/**
 * The digest of many rows: the sum modulo 2^256 of a keyed hash of each (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental
 * Multiset Hash Functions, Asiacrypt 2003, MSet-Add-Hash, https://doi.org/10.1007/978-3-540-40061-5_12). It does not depend
 * on the order and is kept up to date without reading the other rows.
 */

const MODULUS = 1n << 256n;

function numberOf(hash: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(hash).toString("hex")}`);
}

/** @param hash of the row, 32 bytes */
export function addToDigest(digest: bigint, hash: Uint8Array): bigint {
  return (digest + numberOf(hash)) % MODULUS;
}

/** @param hash of the row, 32 bytes */
export function takeFromDigest(digest: bigint, hash: Uint8Array): bigint {
  return (digest - numberOf(hash) + MODULUS) % MODULUS;
}

/** Rows of which the words of a sum are still exact numbers: 2^32 * 2^20 < 2^53. */
const BETWEEN_CARRIES = 2 ** 20;
const WORD = 2 ** 32;

/** The digest of many rows one after another, as {@link addToDigest} makes it, without a large number for each. */
export class DigestSum {
  /** 32 bits of each, the lowest last, and what was carried over. */
  readonly #words = new Float64Array(8);
  #uncarried = 0;

  /** @param hash of the row, 32 bytes */
  add(hash: Uint8Array): void {
    for (let word = 0, at = 0; word < 8; word++, at += 4) {
      const high = ((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0);
      const low = ((hash[at + 2] ?? 0) << 8) | (hash[at + 3] ?? 0);
      this.#words[word] = (this.#words[word] ?? 0) + (((high << 16) | low) >>> 0);
    }
    this.#uncarried += 1;
    if (this.#uncarried === BETWEEN_CARRIES) this.#carry();
  }

  /** The sum modulo 2^256 of what was added. */
  get value(): bigint {
    this.#carry();
    return this.#words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  }

  #carry(): void {
    let carried = 0;
    for (let word = 7; word >= 0; word--) {
      const sum = (this.#words[word] ?? 0) + carried;
      this.#words[word] = sum % WORD;
      carried = Math.floor(sum / WORD);
    }
    this.#uncarried = 0;
  }
}

/** 64 digits, hexadecimal. */
export function serializeDigest(digest: bigint): string {
  return digest.toString(16).padStart(64, "0");
}
