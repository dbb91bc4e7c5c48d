/**
 * Private keys of TRON accounts: secp256k1, in hex.
 * https://developers.tron.network/docs/account
 */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { ChainError } from "../../error.ts";

/**
 * Reads 64 hex digits, with or without `0x`.
 *
 * @returns 32 bytes, big-endian.
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function privateKeyBytes(text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, "");
  if (/^[0-9a-f]{64}$/i.test(digits)) return hexToBytes(digits);
  throw new ChainError("INVALID_KEY", "A TRON private key is 64 hex digits, with or without 0x.");
}

/** 64 hex digits. */
export function privateKeyText(privateKey: Uint8Array): string {
  return bytesToHex(privateKey);
}
