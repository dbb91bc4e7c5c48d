/**
 * Private keys of Stellar accounts: Ed25519 seeds (RFC 8032) as strkeys that begin with `S` (SEP-23).
 * https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md
 */

import type { ParsedPrivateKey } from "../../chain.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { decodeStrkey, encodeStrkey } from "./address.ts";

/** The secret seed (`S...`) of 32 bytes. */
export function secretSeed(seed: Uint8Array): string {
  return encodeStrkey("secret seed", seed);
}

/**
 * Reads a secret seed (`S...`).
 *
 * @throws ChainError `INVALID_KEY`, without the secret in its message.
 */
export function parsePrivateKey(text: string): ParsedPrivateKey {
  const key = memoryEd25519Key(decodeStrkey("secret seed", text.trim()));
  return { address: encodeStrkey("account ID", key.publicKey), key, warnings: [] };
}
