/** The bytes of private keys in the text forms of the signing vectors, to put them into tokens. */
import { hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check } from "@scure/base";
import { deriveKeypair } from "ripple-keypairs";
import { readSecret } from "../../chains/families/algorand/private-key.ts";
import { seedOfPrivateKey } from "../../chains/families/multiversx/private-key.ts";
import { seedOfSecretKey } from "../../chains/families/solana/private-key.ts";
import { decodeStrkey } from "../../chains/families/stellar/address.ts";

const base58check = createBase58check(sha256);

/** 32 bytes of a key on secp256k1: hex, WIF, or a seed of the XRP Ledger. */
export function secp256k1Bytes(ticker: string, text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, "");
  if (/^[0-9a-f]{58,64}$/i.test(digits)) return hexToBytes(digits.padStart(64, "0"));
  if (ticker === "XRP") return hexToBytes(deriveKeypair(text).privateKey.slice(-64));
  return base58check.decode(text.trim()).slice(1, 33);
}

/** The 32-byte private key of RFC 8032. */
export function ed25519Seed(ticker: string, text: string): Uint8Array {
  switch (ticker) {
    case "ALGO":
      return readSecret(text);
    case "EGLD":
      return seedOfPrivateKey(text);
    case "SOL":
      return seedOfSecretKey(text);
    case "XLM":
      return decodeStrkey("secret seed", text.trim());
    default:
      return hexToBytes(deriveKeypair(text).privateKey.slice(-64));
  }
}
