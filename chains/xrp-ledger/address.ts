import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeAccountID } from "ripple-address-codec";
import type { SigningKey } from "../signing-key.ts";

/** The 33 bytes by which the ledger knows a public key: SEC 1 compressed, or `ED` and the 32 bytes of ed25519. */
export function ledgerPublicKey({ curve, publicKey }: Pick<SigningKey, "curve" | "publicKey">): Uint8Array {
  return curve === "ed25519" ? Uint8Array.of(0xed, ...publicKey) : publicKey;
}

/** The classic address (`r...`) of a 33-byte public key. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  return encodeAccountID(ripemd160(sha256(publicKey)));
}
