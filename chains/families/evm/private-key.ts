/**
 * Private keys of the EVM family as text: 32 bytes of secp256k1 in hex.
 * https://www.secg.org/sec1-v2.pdf
 */
import type { Hex } from "viem";
import { bytesToHex, hexToBytes } from "viem/utils";
import type { ParsedPrivateKey } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { memorySecp256k1Key } from "../../keys/secp256k1.ts";
import { type AddressForms, walletAddress } from "./address.ts";

const WRONG_LENGTH =
  "Private key must be 32 bytes long: 64 hex digits, with or without 0x. A mnemonic is for storemanagedwallet; keys of " +
  "other chains, such as WIF, have another form.";

const HEX_KEY = /^[0-9a-fA-F]{64}$/;

/**
 * Reads a private key written as 64 hex digits, with or without `0x`. Blanks around it do not matter.
 *
 * @returns 32 bytes, big-endian.
 * @throws ChainError `INVALID_KEY`, without the key in its message.
 */
export function privateKeyBytes(text: string): Uint8Array {
  const trimmed = text.trim();
  const digits = /^0x/i.test(trimmed) ? trimmed.slice(2) : trimmed;
  if (digits.length !== 64) throw new ChainError("INVALID_KEY", WRONG_LENGTH);
  if (!HEX_KEY.test(digits)) {
    throw new ChainError("INVALID_KEY", "Private key must be 64 hex digits, with or without 0x.");
  }
  return hexToBytes(`0x${digits}`);
}

/** @throws ChainError `INVALID_KEY` */
export function parsePrivateKey(text: string, forms: AddressForms): ParsedPrivateKey {
  const key = memorySecp256k1Key(privateKeyBytes(text));
  return { address: walletAddress(key.publicKey, forms), key, warnings: [] };
}

/** The usual text form of a 32-byte private key: `0x` and 64 lower-case hex digits. */
export function privateKeyText(privateKey: Uint8Array): Hex {
  return bytesToHex(privateKey);
}
