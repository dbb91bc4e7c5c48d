/**
 * Private keys of Flow accounts: secp256k1, in hex.
 * https://developers.flow.com/build/cadence/basics/accounts
 */

import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { ChainError } from "../../error.ts";

const DIGITS = 64;
/** Fewer digits would more likely be a part of a key than a key whose first three bytes happen to be 0. */
const FEWEST_DIGITS = 58;

/**
 * Reads 64 hex digits, with or without `0x`. Early versions of this program left out leading zeros, so
 * some digits may be missing in front.
 *
 * @returns 32 bytes, big-endian.
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function privateKeyBytes(text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, "");
  if (/^[0-9a-fA-F]+$/.test(digits) && digits.length >= FEWEST_DIGITS && digits.length <= DIGITS) {
    return hexToBytes(digits.padStart(DIGITS, "0"));
  }
  throw new ChainError(
    "INVALID_KEY",
    "Private key must be 64 hex digits, with or without 0x; leading zeros may be missing.",
  );
}

/** 64 hex digits. */
export function privateKeyText(privateKey: Uint8Array): string {
  return bytesToHex(privateKey);
}
