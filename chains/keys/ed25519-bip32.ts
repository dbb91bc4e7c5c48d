/**
 * Signing keys of BIP32-Ed25519 (Khovratovich, Law, 2017): Ed25519 keys with a scalar that is not the hash of a seed.
 * https://cardano-foundation.github.io/cardano-wallet/concepts/Ed25519_BIP.pdf, https://www.rfc-editor.org/rfc/rfc8032
 */
import { ChainError } from "../error.ts";
import type { SigningKey } from "../signing-key.ts";
import { ExtendedEd25519Key, signEd25519 } from "./ed25519.ts";

/**
 * A signing key held in memory: an extended private key. It shows nothing but its public key.
 *
 * @param extendedKey 64 bytes `kL || kR`: the scalar (little-endian) and the key of the deterministic nonce; copied.
 * @throws ChainError `INVALID_KEY`
 */
export function memoryEd25519Bip32Key(extendedKey: Uint8Array): SigningKey {
  if (extendedKey.length !== 64) {
    throw new ChainError("INVALID_KEY", "Extended private key must be 64 bytes long");
  }
  const [lowest = 0, highest = 0] = [extendedKey[0], extendedKey[31]];
  // A multiple of the cofactor 8, with bit 254 as the highest one.
  if ((lowest & 0b0000_0111) !== 0 || (highest & 0b1100_0000) !== 0b0100_0000) {
    throw new ChainError(
      "INVALID_KEY",
      "Extended private key does not begin with a scalar of BIP32-Ed25519 (a multiple of 8 from 2^254 to 2^255).",
    );
  }
  return new ExtendedEd25519Key("ed25519-bip32", Uint8Array.from(extendedKey));
}

/**
 * Signs a message with an extended Ed25519 key, in memory or in hardware, and checks the answer (RFC 8032, 5.1.7). A plain
 * Ed25519 key is as good: both give signatures of one kind.
 *
 * @returns 64 bytes `R || S`.
 * @throws ChainError `INVALID_KEY` when the key is of another curve or its answer is not a signature of its public key.
 */
export function signEd25519Bip32(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  return signEd25519(key, message, ["ed25519-bip32", "ed25519"]);
}
