/** The bytes of private keys in the text forms of the signing vectors, to put them into tokens. */
import { hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check } from "@scure/base";
import type { Secp256k1Format } from "./tested-chain.ts";

const base58check = createBase58check(sha256);

/** 32 bytes of a key on secp256k1: hex, WIF, or what the chain has instead. */
export function secp256k1Bytes({ privateKey }: Secp256k1Format, text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, "");
  if (/^[0-9a-f]{58,64}$/i.test(digits)) return hexToBytes(digits.padStart(64, "0"));
  return privateKey?.(text) ?? base58check.decode(text.trim()).slice(1, 33);
}
