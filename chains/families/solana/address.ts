/**
 * Solana addresses: Ed25519 public keys in base58.
 * https://solana.com/docs/core/accounts
 */

import { bytesToHex } from "@noble/curves/utils.js";
import { base58 } from "@scure/base";
import { ChainError } from "../../error.ts";

/**
 * The address of a 32-byte public key: its base58 form.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  if (publicKey.length === 32) return base58.encode(publicKey);
  throw new ChainError("INVALID_KEY", `Not an ed25519 public key: ${bytesToHex(publicKey)}`);
}
