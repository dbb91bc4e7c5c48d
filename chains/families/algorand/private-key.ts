/**
 * Text forms of an Algorand account's secret: a mnemonic, or the Ed25519 key with its public key (64 bytes).
 * https://www.rfc-editor.org/rfc/rfc8032
 */

import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { base32nopad, base64 } from "@scure/base";
import { ChainError } from "../../error.ts";
import { memoryEd25519Key } from "../../keys/ed25519.ts";
import type { SigningKey } from "../../signing-key.ts";
import { mnemonicToSeed } from "./mnemonic.ts";

const SEED_BYTES = 32;
const SECRET_BYTES = 64;
const BASE64_CHARACTERS = 88;

/**
 * The 32-byte key of a secret in any form that users of Algorand have: a mnemonic of 25 words, or the 64 bytes as base32
 * (as wallets of this program hold them), base64 (as the SDKs for Python and Go print them) or hex.
 *
 * @throws ChainError `INVALID_KEY`, without the secret in its message.
 */
export function readSecret(text: string): Uint8Array {
  const trimmed = text.trim();
  if (/\s/.test(trimmed)) return mnemonicToSeed(trimmed);
  const bytes = decode(trimmed);
  if (bytes?.length !== SECRET_BYTES) throw new ChainError("INVALID_KEY", "bad secret key size");
  const seed = bytes.slice(0, SEED_BYTES);
  if (secretText(seed) !== base32nopad.encode(bytes)) {
    throw new ChainError(
      "INVALID_KEY",
      "The second half of the secret is not the public key of the first half.",
    );
  }
  return seed;
}

/** The form in which wallets hold a key: base32 without padding of key and public key, 103 characters. */
export function secretText(seed: Uint8Array): string {
  return base32nopad.encode(concatBytes(seed, memoryEd25519Key(seed).publicKey));
}

export function keyOfSecret(text: string): SigningKey {
  return memoryEd25519Key(readSecret(text));
}

function decode(text: string): Uint8Array | undefined {
  try {
    if (text.length === BASE64_CHARACTERS) return base64.decode(text);
    if (/^(?:0x)?[0-9a-f]{128}$/i.test(text)) return hexToBytes(text.replace(/^0x/i, ""));
    // People type 0 for O and 1 for I, which base32 does not have.
    return base32nopad.decode(
      text.toUpperCase().replace(/=+$/, "").replaceAll("0", "O").replaceAll("1", "I"),
    );
  } catch {
    return undefined;
  }
}
