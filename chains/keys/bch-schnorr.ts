/**
 * The Schnorr signatures of Bitcoin Cash, older than BIP-340 and different from it: the hash is not tagged, public keys are
 * compressed ones, and the nonce point has a y that is a square.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/2019-05-15-schnorr.md
 */
import { FpLegendre } from "@noble/curves/abstract/modular.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { asciiToBytes, bytesToNumberBE, concatBytes, createHmacDrbg } from "@noble/curves/utils.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

const { Point } = secp256k1;
const { Fn, Fp } = Point;

/** Keeps the nonces apart from those of ECDSA over the same digest: equal ones would give the key away. */
const NONCE_DOMAIN = asciiToBytes("Schnorr+SHA256  ");

const deterministicNonce = createHmacDrbg<bigint>(32, 32, (key: Uint8Array, message: Uint8Array) =>
  hmac(sha256, key, message),
);

/**
 * Signs with the deterministic nonce of RFC 6979 (HMAC-SHA256) over key, digest and {@link NONCE_DOMAIN}.
 *
 * @param privateKey 32 bytes, big-endian, 1 to n - 1.
 * @param digest 32 bytes.
 * @returns 64 bytes: the x coordinate of the nonce point, then s.
 */
export function signSchnorr(privateKey: Uint8Array, digest: Uint8Array): Uint8Array {
  const seed = concatBytes(privateKey, digest, NONCE_DOMAIN);
  const candidate = deterministicNonce(seed, (bytes) => {
    const number = bytesToNumberBE(bytes);
    return Fn.isValidNot0(number) ? number : undefined;
  });
  seed.fill(0);
  const point = Point.BASE.multiply(candidate);
  const nonce = hasSquareY(point) ? candidate : Fn.neg(candidate);
  const r = Fp.toBytes(point.x);
  const challenge = challengeOf(r, secp256k1.getPublicKey(privateKey, true), digest);
  const s = Fn.add(nonce, Fn.mul(challenge, Fn.fromBytes(privateKey)));
  return concatBytes(r, Fn.toBytes(s));
}

/**
 * Whether a signature of 64 bytes belongs to a digest of 32 bytes and a public key (SEC 1, compressed or not).
 */
export function verifySchnorr(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const r = bytesToNumberBE(signature.subarray(0, 32));
  const s = bytesToNumberBE(signature.subarray(32));
  if (r >= Fp.ORDER || s >= Fn.ORDER) return false;
  let signer: InstanceType<typeof Point>;
  try {
    signer = Point.fromBytes(publicKey);
  } catch {
    return false;
  }
  const challenge = challengeOf(signature.subarray(0, 32), signer.toBytes(true), digest);
  const point = Point.BASE.multiplyUnsafe(s).subtract(signer.multiplyUnsafe(challenge));
  return !point.is0() && point.x === r && hasSquareY(point);
}

function challengeOf(r: Uint8Array, compressedPublicKey: Uint8Array, digest: Uint8Array): bigint {
  return Fn.create(bytesToNumberBE(sha256(concatBytes(r, compressedPublicKey, digest))));
}

/** Whether the Jacobi symbol of y is 1. */
function hasSquareY(point: InstanceType<typeof Point>): boolean {
  return FpLegendre(Fp, point.y) === 1;
}
