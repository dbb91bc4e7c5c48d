/**
 * Hierarchical deterministic keys on Ed25519, whose levels are all hardened.
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 */
import { createHmac } from "node:crypto";
import { ChainError } from "../error.ts";

const HARDENED = 0x80000000;
const PATH = /^m(?:\/\d{1,10}')*$/;

/**
 * The private key of a path below a seed.
 *
 * @param seed the BIP-39 seed, 16 to 64 bytes.
 * @param path such as `m/44'/501'/0'/0'`; `m` is the master key. Indices 0 to 2^31 - 1.
 * @returns the 32-byte private key (the seed of RFC 8032).
 * @throws ChainError `INVALID_KEY` for a path with an index out of range or a level that is not hardened.
 */
export function slip10Ed25519(seed: Uint8Array, path: string): Uint8Array {
  if (seed.length < 16 || seed.length > 64) {
    throw new ChainError("INVALID_KEY", `A seed has 16 to 64 bytes, not ${seed.length}.`);
  }
  let node = hmac(Buffer.from("ed25519 seed"), seed);
  for (const index of indices(path)) {
    const data = Buffer.alloc(37);
    data.set(node.subarray(0, 32), 1);
    data.writeUInt32BE(HARDENED + index, 33);
    node = hmac(node.subarray(32), data);
    data.fill(0);
  }
  return Uint8Array.from(node.subarray(0, 32));
}

function indices(path: string): readonly number[] {
  const levels = PATH.test(path) ? path.split("/").slice(1) : undefined;
  const parsed = levels?.map((level) => Number(level.slice(0, -1)));
  if (parsed?.every((index) => index < HARDENED)) return parsed;
  throw new ChainError(
    "INVALID_KEY",
    `${path} is not a path of hardened levels (such as m/44'/501'/0') with indices from 0 to 2147483647.`,
  );
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac("sha512", key).update(data).digest();
}
