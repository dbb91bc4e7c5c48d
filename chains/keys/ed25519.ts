/**
 * Signing keys and signatures of Ed25519: https://www.rfc-editor.org/rfc/rfc8032
 * Signatures are made here, and verified by the system's library (BoringSSL), which has no part in making them.
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { inspect } from "node:util";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, bytesToNumberLE, concatBytes, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { Recent } from "../codec/recent.ts";
import { ChainError } from "../error.ts";
import type { Curve, SigningKey } from "../signing-key.ts";

const { Point } = ed25519;
/** Numbers modulo the order of the base point. */
const { Fn } = Point;

/**
 * A key in memory as what it signs with, so that neither its scalar nor its public key is derived for each signature: 64 bytes,
 * the scalar (little-endian) and the key of the deterministic nonce.
 */
export class ExtendedEd25519Key implements SigningKey {
  readonly curve: Curve;
  readonly publicKey: Uint8Array;
  readonly #extendedKey: Uint8Array;

  /** @param extendedKey taken over, to be overwritten by {@link wipe} */
  constructor(curve: Curve, extendedKey: Uint8Array) {
    this.curve = curve;
    this.#extendedKey = extendedKey;
    this.publicKey = Point.BASE.multiply(scalarOf(extendedKey)).toBytes();
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    return ed25519Signature(this.#extendedKey, this.publicKey, message);
  }

  copyInto(shared: Uint8Array): void {
    shared.set(this.#extendedKey);
  }

  wipe(): void {
    this.#extendedKey.fill(0);
  }

  toJSON(): { curve: string; publicKey: string } {
    return { curve: this.curve, publicKey: bytesToHex(this.publicKey) };
  }

  [inspect.custom](): string {
    return `${this.curve} key of ${bytesToHex(this.publicKey)}`;
  }
}

/** @throws RangeError when it is 0, as that of a key that was overwritten */
function scalarOf(extendedKey: Uint8Array): bigint {
  const scalar = Fn.create(bytesToNumberLE(extendedKey.subarray(0, 32)));
  if (scalar === 0n) throw new RangeError("The key was overwritten.");
  return scalar;
}

/**
 * The signature of RFC 8032, 5.1.6, from the third step on.
 * @param extendedKey 64 bytes: the scalar (little-endian) and the key of the deterministic nonce
 */
export function ed25519Signature(
  extendedKey: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const scalar = scalarOf(extendedKey);
  const nonce = hashToScalar(extendedKey.subarray(32), message);
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const challenge = hashToScalar(commitment, publicKey, message);
  return concatBytes(commitment, numberToBytesLE(Fn.add(nonce, Fn.mul(challenge, scalar)), 32));
}

function hashToScalar(...parts: Uint8Array[]): bigint {
  return Fn.create(bytesToNumberLE(sha512(concatBytes(...parts))));
}

/**
 * A signing key held in memory. It shows nothing but its public key.
 *
 * @param seed the 32-byte private key of RFC 8032, 5.1.5; it is not kept.
 * @throws ChainError `INVALID_KEY`
 */
export function memoryEd25519Key(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new ChainError("INVALID_KEY", "Private key must be 32 bytes long");
  const extendedKey = sha512(seed);
  const [lowest = 0, highest = 0] = [extendedKey[0], extendedKey[31]];
  // The second step of 5.1.5: a multiple of the cofactor 8, with bit 254 as the highest one.
  extendedKey[0] = lowest & 0b1111_1000;
  extendedKey[31] = (highest & 0b0111_1111) | 0b0100_0000;
  return new ExtendedEd25519Key("ed25519", extendedKey);
}

/**
 * Signs a message with any Ed25519 key, in memory or in hardware, and checks the answer (RFC 8032, 5.1.7).
 *
 * @param curves the kinds of keys that fit; all of them give signatures of one kind.
 * @returns 64 bytes `R || S`.
 * @throws ChainError `INVALID_KEY` when the key is of another curve or its answer is not a signature of its public key.
 */
export async function signEd25519(
  key: SigningKey,
  message: Uint8Array,
  curves: readonly Curve[] = ["ed25519"],
): Promise<Uint8Array> {
  if (!curves.includes(key.curve)) {
    throw new ChainError("INVALID_KEY", `This chain signs on ed25519, but the key is one of ${key.curve}.`);
  }
  const signature = await key.sign(message);
  if (isSignature(signature, message, key.publicKey)) return signature;
  throw new ChainError(
    "INVALID_KEY",
    `The key of ${bytesToHex(key.publicKey)} returned a signature that its public key does not verify.`,
  );
}

/** What says that 32 bytes are a public key on Ed25519 (RFC 8410, 4: DER of SubjectPublicKeyInfo). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Public keys that were seen to be of use. */
const publicKeys = new Recent<KeyObject>(1000);

/** @throws Error when it is no point, or one of small order, for which anybody can make signatures */
function publicKeyOf(publicKey: Uint8Array): KeyObject {
  const name = bytesToHex(publicKey);
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  if (Point.fromBytes(publicKey).isSmallOrder()) throw new RangeError("A point of small order.");
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" });
  publicKeys.set(name, key);
  return key;
}

function isSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return verify(null, message, publicKeyOf(publicKey), signature);
  } catch {
    return false; // Not 64 bytes, or not points of the curve.
  }
}
