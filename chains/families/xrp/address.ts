/**
 * Public keys and classic addresses of XRP Ledger accounts.
 * https://xrpl.org/docs/concepts/accounts/addresses
 */

import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeAccountID } from "xrpl/dist/npm/utils/index.js";
import { readCompressedPublicKey, readEd25519PublicKey } from "../../keys/public-key.ts";
import type { SigningKey } from "../../signing-key.ts";

/** The 33 bytes by which the ledger knows a public key: SEC 1 compressed, or `ED` and the 32 bytes of ed25519. */
export function ledgerPublicKey({ curve, publicKey }: Pick<SigningKey, "curve" | "publicKey">): Uint8Array {
  return curve === "ed25519" ? Uint8Array.of(0xed, ...publicKey) : publicKey;
}

/**
 * Tells the curve of a public key: 32 bytes are one on ed25519, 33 (SEC 1 compressed) one on secp256k1.
 *
 * @throws ChainError `INVALID_KEY`
 */
export function keyOfEitherCurve(publicKey: Uint8Array): Pick<SigningKey, "curve" | "publicKey"> {
  return publicKey.length === 32
    ? { curve: "ed25519", publicKey: readEd25519PublicKey(publicKey) }
    : { curve: "secp256k1", publicKey: readCompressedPublicKey(publicKey) };
}

/** The classic address (`r...`) of a 33-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  return encodeAccountID(ripemd160(sha256(publicKey)));
}
