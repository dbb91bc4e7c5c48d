/** Signing keys and signatures of Ed25519: https://www.rfc-editor.org/rfc/rfc8032 */
import { inspect } from "node:util";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { ChainError } from "../error.ts";
import type { Curve, SigningKey } from "../signing-key.ts";

class MemoryEd25519Key implements SigningKey {
  readonly curve = "ed25519";
  readonly publicKey: Uint8Array;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#seed = Uint8Array.from(seed);
    this.publicKey = ed25519.getPublicKey(this.#seed);
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    return ed25519.sign(message, this.#seed);
  }

  wipe(): void {
    this.#seed.fill(0);
  }

  toJSON(): { curve: string; publicKey: string } {
    return { curve: this.curve, publicKey: bytesToHex(this.publicKey) };
  }

  [inspect.custom](): string {
    return `ed25519 key of ${bytesToHex(this.publicKey)}`;
  }
}

/**
 * A signing key held in memory. It shows nothing but its public key.
 *
 * @param seed the 32-byte private key of RFC 8032, 5.1.5; copied.
 * @throws ChainError `INVALID_KEY`
 */
export function memoryEd25519Key(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new ChainError("INVALID_KEY", "Private key must be 32 bytes long");
  return new MemoryEd25519Key(seed);
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

function isSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false; // Not 64 bytes, or not points of the curve.
  }
}
