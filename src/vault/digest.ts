/**
 * The digest of many rows: the sum modulo 2^256 of a keyed hash of each (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental
 * Multiset Hash Functions, Asiacrypt 2003, MSet-Add-Hash, https://doi.org/10.1007/978-3-540-40061-5_12). It does not depend
 * on the order and is kept up to date without reading the other rows.
 */

const MODULUS = 1n << 256n;

/** @param hash of a row, 32 bytes */
export function hashNumber(hash: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(hash).toString("hex")}`);
}

/** @param hash of the row, 32 bytes, or the number of it */
export function addToDigest(digest: bigint, hash: Uint8Array | bigint): bigint {
  return (digest + (typeof hash === "bigint" ? hash : hashNumber(hash))) % MODULUS;
}

/** @param hash of the row, 32 bytes, or the number of it */
export function takeFromDigest(digest: bigint, hash: Uint8Array | bigint): bigint {
  return (digest - (typeof hash === "bigint" ? hash : hashNumber(hash)) + MODULUS) % MODULUS;
}

/** 64 digits, hexadecimal. */
export function serializeDigest(digest: bigint): string {
  return digest.toString(16).padStart(64, "0");
}
