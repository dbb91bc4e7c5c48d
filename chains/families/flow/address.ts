/**
 * What Flow wallets show in the place of an address: the public key (secp256k1, both coordinates). The chain gives accounts
 * their addresses.
 * https://developers.flow.com/build/cadence/basics/accounts
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { uncompressedPublicKey } from "../../keys/public-key.ts";

/**
 * A public key as accounts hold it: 128 hex digits.
 *
 * @throws ChainError `INVALID_KEY` when it is no public key on secp256k1.
 */
export function publicKeyText(publicKey: Uint8Array): string {
  return bytesToHex(uncompressedPublicKey(publicKey).subarray(1));
}

export function isPublicKey(text: string): boolean {
  if (!/^[0-9a-f]{128}$/.test(text)) return false;
  try {
    secp256k1.Point.fromHex(`04${text}`);
    return true;
  } catch {
    return false;
  }
}
