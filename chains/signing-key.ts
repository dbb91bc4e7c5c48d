/**
 * A private key as the ability to sign, in memory or in a hardware token, on one of the curves that chains use.
 * ECDSA on secp256k1: https://www.secg.org/sec1-v2.pdf
 * Ed25519: https://www.rfc-editor.org/rfc/rfc8032
 */

/** The curve, and with it the signature scheme, of a key. */
export type Curve = "secp256k1" | "ed25519" | "ed25519-bip32";

/** How a key signs: the names of its methods. */
export type SigningScheme = "sign" | "signRecoverable" | "signBitcoinCashSchnorr";

/** A key in memory and one that never leaves a hardware token look the same to a chain; neither shows its private part. */
export interface SigningKey {
  readonly curve: Curve;

  /**
   * The public key as its owner uses it: 33 bytes (SEC 1 compressed) or 65 bytes (uncompressed) on secp256k1,
   * 32 bytes on the Edwards curves.
   */
  readonly publicKey: Uint8Array;

  /**
   * Signs and returns 64 bytes: `r || s` big-endian on secp256k1 (input: the 32-byte digest; `s` not yet
   * normalised), `R || S` on the Edwards curves (input: the message).
   */
  sign(digestOrMessage: Uint8Array): Promise<Uint8Array>;

  /**
   * Signs a 32-byte digest and tells the recovery id, which a key in memory knows: 65 bytes, the id and `r || s` with `s` in the
   * lower half of the order. Absent where a key cannot tell it: it is found from its public key.
   */
  signRecoverable?(digest: Uint8Array): Promise<Uint8Array>;

  /**
   * Signs a 32-byte digest with the Schnorr scheme of Bitcoin Cash (specification of May 2019); 64 bytes. Absent where a
   * key cannot do it, such as in a token: Bitcoin Cash takes ECDSA from that key as well.
   */
  signBitcoinCashSchnorr?(digest: Uint8Array): Promise<Uint8Array>;

  /**
   * Writes what it signs with into memory that it shares with a thread of this process, to be overwritten as soon as that has
   * signed: 32 bytes on secp256k1, 64 on the Edwards curves. For the keys of wallets alone; chains are not given it. Absent where
   * none is in memory, as in a token.
   */
  copyInto?(shared: Uint8Array): void;

  /** Overwrites the private key, which then signs no more. Absent where none is in memory, as in a token. */
  wipe?(): void;
}
