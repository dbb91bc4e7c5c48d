/**
 * Private keys of MultiversX: Ed25519 seeds (RFC 8032) in hex and in PEM files, and their derivation paths (SLIP-0010, SLIP-0044).
 * https://www.rfc-editor.org/rfc/rfc7468
 * https://github.com/satoshilabs/slips/blob/master/slip-0010.md
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 */

import { equalBytes, hexToBytes } from "@noble/curves/utils.js";
import type { Network } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";

/** 508 on mainnet; on test networks 1, unlike other wallets, which have 508 everywhere. */
const COIN_TYPES: Readonly<Record<Network, number>> = { mainnet: 508, testnet: 1 };

/** The path of the account at an index. */
export function accountPath(network: Network, index: number): string {
  return `m/44'/${COIN_TYPES[network]}'/0'/0'/${index}'`;
}

const SEED_DIGITS = 64;

/**
 * Reads 64 hex digits, with or without `0x`; 128 hex digits, which hold the public key as well; or the
 * content of a PEM file as the wallets of the chain write it (Base64 of 128 hex digits).
 *
 * @returns the 32-byte seed.
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function seedOfPrivateKey(text: string): Uint8Array {
  const trimmed = text.trim();
  const digits = (trimmed.startsWith("-----BEGIN") ? pemContent(trimmed) : trimmed).replace(/^0x/i, "");
  if (!/^(?:[0-9a-fA-F]{64}){1,2}$/.test(digits)) {
    throw new ChainError(
      "INVALID_KEY",
      "Private key must be 64 hex digits, with or without 0x, 128 hex digits, or the content of a PEM file.",
    );
  }
  const seed = hexToBytes(digits.slice(0, SEED_DIGITS));
  const publicKey = hexToBytes(digits.slice(SEED_DIGITS));
  if (publicKey.length > 0 && !equalBytes(publicKey, memoryEd25519Key(seed).publicKey)) {
    throw new ChainError("INVALID_KEY", "The second half of the private key is not its public key.");
  }
  return seed;
}

/** The text inside the first block of a PEM file. */
function pemContent(text: string): string {
  const [, base64 = ""] = /^-----BEGIN [^\n-]*-----([A-Za-z0-9+/=\s]*)-----END /.exec(text) ?? [];
  return Buffer.from(base64, "base64").toString("latin1");
}
