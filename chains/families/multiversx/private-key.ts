/**
 * Private keys of MultiversX: Ed25519 seeds in hex and in PEM files (RFC 7468).
 * https://www.rfc-editor.org/rfc/rfc8032
 * https://www.rfc-editor.org/rfc/rfc7468
 */

import { equalBytes, hexToBytes } from "@noble/curves/utils.js";
import type { ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import { addressOfPublicKey } from "./address.ts";
import { isOfEmptyMnemonic } from "./empty-mnemonic.ts";

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

/**
 * The key of a text that {@link seedOfPrivateKey} reads, its address, and a warning when everybody knows that key.
 *
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function parsePrivateKey(text: string): ParsedPrivateKey {
  const key = memoryEd25519Key(seedOfPrivateKey(text));
  const address = addressOfPublicKey(key.publicKey);
  if (!isOfEmptyMnemonic(address)) return { address, key, warnings: [] };
  const warning =
    `This is the key of ${address}, which comes from the empty mnemonic: anybody can compute it and take what the ` +
    "account holds. Move the funds away and do not use the account.";
  return { address, key, warnings: [warning] };
}

/** The text inside the first block of a PEM file. */
function pemContent(text: string): string {
  const [, base64 = ""] = /^-----BEGIN [^\n-]*-----([A-Za-z0-9+/=\s]*)-----END /.exec(text) ?? [];
  return Buffer.from(base64, "base64").toString("latin1");
}
