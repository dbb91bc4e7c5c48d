/**
 * Public keys from outside, such as those of hardware tokens, checked before an address is told of them.
 * https://www.secg.org/sec1-v2.pdf (secp256k1), https://www.rfc-editor.org/rfc/rfc8032 (Ed25519)
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ChainError } from "../error.ts";

/** Lengths in bytes (SEC 1, 2.3.3). */
const COMPRESSED = 33;
const UNCOMPRESSED = 65;
const ED25519 = 32;

const COMPRESSED_KEY = "compressed public key on secp256k1";

/**
 * A public key on secp256k1, compressed (33 bytes) or not (65 bytes).
 *
 * @returns the bytes as they are.
 * @throws ChainError `INVALID_KEY` for bytes of another length or that are no point of the curve.
 */
export function readSecp256k1PublicKey(publicKey: Uint8Array): Uint8Array {
  pointOfSecp256k1(publicKey);
  return publicKey;
}

/**
 * The uncompressed form (65 bytes) of a public key on secp256k1 in either form.
 *
 * @throws ChainError `INVALID_KEY` for bytes of another length or that are no point of the curve.
 */
export function uncompressedPublicKey(publicKey: Uint8Array): Uint8Array {
  return pointOfSecp256k1(publicKey).toBytes(false);
}

/**
 * A compressed public key on secp256k1 (33 bytes), for chains that know no other.
 *
 * @returns the bytes as they are.
 * @throws ChainError `INVALID_KEY` for bytes of another length or that are no point of the curve.
 */
export function readCompressedPublicKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== COMPRESSED) throw wrongLength(publicKey, COMPRESSED, COMPRESSED_KEY);
  return readSecp256k1PublicKey(publicKey);
}

/**
 * A public key on Ed25519 (RFC 8032, 5.1.5; 32 bytes) that a private key can have: a point of the group of prime order.
 * For points of small order anybody can make signatures.
 *
 * @returns the bytes as they are.
 * @throws ChainError `INVALID_KEY` for other bytes.
 */
export function readEd25519PublicKey(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== ED25519) throw wrongLength(publicKey, ED25519, "public key on ed25519");
  if (isPointOfPrimeOrder(publicKey)) return publicKey;
  throw new ChainError("INVALID_KEY", "Not a public key on ed25519: no private key has it.");
}

function pointOfSecp256k1(publicKey: Uint8Array): InstanceType<typeof secp256k1.Point> {
  const { length } = publicKey;
  if (length !== COMPRESSED && length !== UNCOMPRESSED)
    throw wrongLength(publicKey, COMPRESSED, COMPRESSED_KEY);
  try {
    return secp256k1.Point.fromBytes(publicKey);
  } catch (cause) {
    const message = "Not a public key on secp256k1: the bytes are no point of the curve.";
    throw new ChainError("INVALID_KEY", message, { cause });
  }
}

function isPointOfPrimeOrder(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false; // Not a point of the curve, or not its one encoding.
  }
}

function wrongLength({ length }: Uint8Array, expected: number, kind: string): ChainError {
  return new ChainError("INVALID_KEY", `Not a ${kind}: it has ${length} bytes instead of ${expected}.`);
}
