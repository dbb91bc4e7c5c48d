/**
 * Signing keys and ECDSA signatures on secp256k1, with s in the lower half of the order.
 * https://www.secg.org/sec1-v2.pdf, https://www.rfc-editor.org/rfc/rfc6979
 * https://github.com/bitcoin/bips/blob/master/bip-0146.mediawiki
 */
import { inspect } from "node:util";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, bytesToNumberBE } from "@noble/curves/utils.js";
import { Recent } from "../codec/recent.ts";
import { ChainError } from "../error.ts";
import type { SigningKey, SigningScheme } from "../signing-key.ts";
import { signSchnorr } from "./bch-schnorr.ts";

const DIGEST_BYTES = 32;

const options = { prehash: false, extraEntropy: false } as const;

const signatures: Readonly<
  Record<SigningScheme, (privateKey: Uint8Array, digest: Uint8Array) => Uint8Array>
> = {
  sign: (privateKey, digest) => secp256k1.sign(digest, privateKey, { ...options, lowS: false }),
  signRecoverable: (privateKey, digest) =>
    secp256k1.sign(digest, privateKey, { ...options, lowS: true, format: "recovered" }),
  signBitcoinCashSchnorr: signSchnorr,
};

/**
 * The signature of a private key (32 bytes) over a 32-byte digest, as {@link SigningKey} has it for the scheme.
 * @throws Error when the bytes are no private key, as those of one that was overwritten
 */
export function secp256k1Signature(
  scheme: SigningScheme,
  privateKey: Uint8Array,
  digest: Uint8Array,
): Uint8Array {
  assertDigest(digest);
  return signatures[scheme](privateKey, digest);
}

class MemorySecp256k1Key implements SigningKey {
  readonly curve = "secp256k1";
  readonly publicKey: Uint8Array;
  readonly #privateKey: Uint8Array;

  constructor(privateKey: Uint8Array, compressed: boolean) {
    this.#privateKey = Uint8Array.from(privateKey);
    this.publicKey = secp256k1.getPublicKey(this.#privateKey, compressed);
  }

  async sign(digest: Uint8Array): Promise<Uint8Array> {
    return secp256k1Signature("sign", this.#privateKey, digest);
  }

  async signRecoverable(digest: Uint8Array): Promise<Uint8Array> {
    return secp256k1Signature("signRecoverable", this.#privateKey, digest);
  }

  async signBitcoinCashSchnorr(digest: Uint8Array): Promise<Uint8Array> {
    return secp256k1Signature("signBitcoinCashSchnorr", this.#privateKey, digest);
  }

  copyInto(shared: Uint8Array): void {
    shared.set(this.#privateKey);
  }

  wipe(): void {
    this.#privateKey.fill(0);
  }

  toJSON(): { curve: string; publicKey: string } {
    return { curve: this.curve, publicKey: bytesToHex(this.publicKey) };
  }

  [inspect.custom](): string {
    return `secp256k1 key of ${bytesToHex(this.publicKey)}`;
  }
}

/**
 * A signing key held in memory. It signs with the deterministic nonce of RFC 6979 (HMAC-SHA256, no extra entropy) and
 * shows nothing but its public key.
 *
 * @param privateKey 32 bytes, big-endian, 1 to n - 1; copied.
 * @param options `compressed`: whether the owner uses the 33-byte public key (the default) or the 65-byte one.
 * @throws ChainError `INVALID_KEY`
 */
export function memorySecp256k1Key(
  privateKey: Uint8Array,
  options: { readonly compressed?: boolean } = {},
): SigningKey {
  if (privateKey.length !== 32) throw new ChainError("INVALID_KEY", "Private key must be 32 bytes long");
  if (!secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new ChainError("INVALID_KEY", "Private key is not a valid number on secp256k1 (1 to n - 1).");
  }
  return new MemorySecp256k1Key(privateKey, options.compressed ?? true);
}

/**
 * Signs a 32-byte digest with any secp256k1 key, in memory or in hardware, and checks the answer.
 *
 * @returns 64 bytes `r || s`, `s` in the lower half of the order (BIP-62, BIP-146).
 * @throws ChainError `INVALID_KEY` when the key's answer is not a signature of its public key.
 */
export async function signLowS(key: SigningKey, digest: Uint8Array): Promise<Uint8Array> {
  const signature = await signUnchecked(key, digest);
  if (!isSignature(signature, digest, key.publicKey)) throw wrongSignature(key);
  return signature;
}

/**
 * {@link signLowS} for who verifies the signature in the finished transaction, so that it is not verified twice.
 *
 * @throws ChainError `INVALID_KEY` when the key's answer is no signature at all.
 */
export async function signUnchecked(key: SigningKey, digest: Uint8Array): Promise<Uint8Array> {
  return (await lowSSignature(key, digest)).toBytes("compact");
}

/** A signature with its recovery id (SEC 1, 4.1.6): the parity of the nonce point's y coordinate. */
export interface RecoverableSignature {
  readonly r: bigint;
  readonly s: bigint;
  readonly recovery: 0 | 1;
}

/**
 * Signs a 32-byte digest like {@link signLowS} and finds the recovery id.
 *
 * @throws ChainError `INVALID_KEY` when the key's answer is not a signature of its public key.
 */
export async function signRecoverable(key: SigningKey, digest: Uint8Array): Promise<RecoverableSignature> {
  const signature = await lowSSignature(key, digest);
  const nonce = noncePoint(signature, digest, pointOf(key.publicKey));
  // The signature is valid when the point has the x coordinate r (SEC 1, 4.1.4), so finding it is also the verification.
  if (nonce.is0() || nonce.x !== signature.r) throw wrongSignature(key);
  const { r, s } = signature;
  return { r, s, recovery: nonce.y % 2n === 0n ? 0 : 1 };
}

/**
 * {@link signRecoverable} for who verifies the signature in the finished transaction, so that it is not verified twice.
 *
 * @throws ChainError `INVALID_KEY` when the key's answer is no signature at all, or is verified here and is not its own.
 */
export async function signRecoverableUnchecked(
  key: SigningKey,
  digest: Uint8Array,
): Promise<RecoverableSignature> {
  if (key.signRecoverable === undefined) return signRecoverable(key, digest);
  assertSecp256k1(key);
  const { r, s, recovery } = readSignature(key, await key.signRecoverable(digest), "recovered");
  // A nonce point whose x is not below the order is met by nobody: transactions of Ethereum's form cannot tell of it.
  if (recovery !== 0 && recovery !== 1) throw wrongSignature(key);
  return { r, s, recovery };
}

/**
 * Whether a signature with its recovery id, and `s` in the lower half of the order, is that of a public key (33 or 65 bytes) over a
 * 32-byte digest: recovering gives this key exactly when the nonce's point, found with it, is the one that the signature names
 * (SEC 1, 4.1.6). Nodes refuse another `s` (https://eips.ethereum.org/EIPS/eip-2).
 */
export function isRecoverableSignature(
  { r, s, recovery }: { readonly r: bigint; readonly s: bigint; readonly recovery: number },
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  assertDigest(digest);
  try {
    const signature = new secp256k1.Signature(r, s);
    if (signature.hasHighS()) return false;
    if (verifiedElsewhere.get(nameOf(publicKey, digest)) === nameOfSignature(signature, recovery))
      return true;
    const nonce = noncePoint(signature, digest, pointOf(publicKey));
    return !nonce.is0() && nonce.x === r && nonce.y % 2n === BigInt(recovery);
  } catch {
    return false; // Not two numbers below the order.
  }
}

/**
 * Whether a signature with `s` in the lower half of the order is that of a public key (33 or 65 bytes) over a 32-byte digest
 * (SEC 1, 4.1.4).
 *
 * @param format `compact` are the 64 bytes `r || s`
 */
export function isSignature(
  bytes: Uint8Array,
  digest: Uint8Array,
  publicKey: Uint8Array,
  format: "compact" | "der" = "compact",
): boolean {
  assertDigest(digest);
  try {
    const signature = secp256k1.Signature.fromBytes(bytes, format);
    if (signature.hasHighS()) return false;
    if (verifiedElsewhere.get(nameOf(publicKey, digest))?.startsWith(nameOfSignature(signature))) return true;
    const nonce = noncePoint(signature, digest, pointOf(publicKey));
    return !nonce.is0() && secp256k1.Point.Fn.create(nonce.x) === signature.r;
  } catch {
    return false; // Not a signature, or not a public key.
  }
}

/** Signatures of which {@link rememberVerified} was told, by public key and digest. */
const verifiedElsewhere = new Recent<string>(1000);

function nameOf(publicKey: Uint8Array, digest: Uint8Array): string {
  return `${bytesToHex(publicKey)} ${bytesToHex(digest)}`;
}

function nameOfSignature({ r, s }: Signature, recovery: number | "" = ""): string {
  return `${r} ${s} ${recovery}`;
}

/** What a key's scheme gave, with `s` in the lower half of the order. @throws Error when it is no signature */
function ownSignature(scheme: "sign" | "signRecoverable", bytes: Uint8Array): Signature {
  const signature = secp256k1.Signature.fromBytes(bytes, scheme === "sign" ? "compact" : "recovered");
  return signature.hasHighS() ? withLowS(signature) : signature;
}

/** Whether what the scheme of a key gave is an ECDSA signature of its public key; a Schnorr signature is none. */
export function isOwnSignature(
  scheme: SigningScheme,
  bytes: Uint8Array,
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (scheme === "signBitcoinCashSchnorr") return false;
  const { r, s, recovery = -1 } = ownSignature(scheme, bytes);
  return scheme === "sign"
    ? isSignature(new secp256k1.Signature(r, s).toBytes("compact"), digest, publicKey)
    : isRecoverableSignature({ r, s, recovery }, digest, publicKey);
}

/**
 * Has a signature that another thread of this process has verified with {@link isOwnSignature} not verified a second time, when it
 * is found again in the finished transaction: by the same public key, over the same digest, the same numbers.
 */
export function rememberVerified(
  scheme: SigningScheme,
  bytes: Uint8Array,
  digest: Uint8Array,
  publicKey: Uint8Array,
): void {
  if (scheme === "signBitcoinCashSchnorr") return;
  const signature = ownSignature(scheme, bytes);
  verifiedElsewhere.set(nameOf(publicKey, digest), nameOfSignature(signature, signature.recovery ?? ""));
}

/** Public keys whose points are kept, and how often one has to come until a table of its multiples is worth its making. */
const KEPT_POINTS = 64;
const USES_WITHOUT_TABLE = 8;

/** Bits: a table of 520 points, which takes as long to make as ten verifications and halves the time of each later one. */
const TABLE_WINDOW = 4;

const keptPoints = new Recent<{ readonly point: Point; uses: number }>(KEPT_POINTS);

/** The point of a public key; that of a key which comes again and again has a table. @throws Error when there is none */
function pointOf(publicKey: Uint8Array): Point {
  const name = bytesToHex(publicKey);
  const kept = keptPoints.get(name) ?? { point: secp256k1.Point.fromBytes(publicKey), uses: 0 };
  keptPoints.set(name, kept);
  kept.uses += 1;
  if (kept.uses === USES_WITHOUT_TABLE) kept.point.precompute(TABLE_WINDOW);
  return kept.point;
}

type Signature = ReturnType<typeof secp256k1.Signature.fromBytes>;
type Point = ReturnType<typeof secp256k1.Point.fromBytes>;

async function lowSSignature(key: SigningKey, digest: Uint8Array): Promise<Signature> {
  assertSecp256k1(key);
  assertDigest(digest);
  const signature = readSignature(key, await key.sign(digest), "compact");
  return signature.hasHighS() ? withLowS(signature) : signature;
}

function withLowS({ r, s }: Signature): Signature {
  return new secp256k1.Signature(r, secp256k1.Point.Fn.neg(s));
}

function assertSecp256k1({ curve }: SigningKey): void {
  if (curve === "secp256k1") return;
  throw new ChainError("INVALID_KEY", `This chain signs on secp256k1, but the key is one of ${curve}.`);
}

function readSignature(key: SigningKey, answer: Uint8Array, format: "compact" | "recovered"): Signature {
  try {
    return secp256k1.Signature.fromBytes(answer, format);
  } catch (cause) {
    throw wrongSignature(key, cause);
  }
}

/** The point that a valid signature was made with: u1 G + u2 Q (SEC 1, 4.1.4). */
function noncePoint({ r, s }: Signature, digest: Uint8Array, publicKey: Point): Point {
  const { BASE, Fn } = secp256k1.Point;
  const inverse = Fn.inv(s);
  const [u1, u2] = [Fn.mul(Fn.create(bytesToNumberBE(digest)), inverse), Fn.mul(r, inverse)];
  return BASE.multiplyUnsafe(u1).add(publicKey.multiplyUnsafe(u2));
}

/** The error of a key whose answer is not a signature of its public key. */
export function wrongSignature(key: SigningKey, cause?: unknown): ChainError {
  return new ChainError(
    "INVALID_KEY",
    `The key of ${bytesToHex(key.publicKey)} returned a signature that its public key does not verify.`,
    { cause },
  );
}

function assertDigest(digest: Uint8Array): void {
  if (digest.length !== DIGEST_BYTES)
    throw new RangeError(`A digest to sign has 32 bytes, not ${digest.length}.`);
}
