/**
 * Signatures of P2PKH inputs on Bitcoin Cash: Schnorr or ECDSA, over the digest with fork id.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/2019-05-15-schnorr.md
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes } from "@scure/btc-signer/utils.js";
import { verifySchnorr } from "../../keys/bch-schnorr.ts";
import { signUnchecked } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import type { SignatureDigests } from "../utxo/signature-digest.ts";
import { publicKeyHashScript } from "../utxo/spendable-script.ts";

/** SIGHASH_ALL with the mark of Bitcoin Cash (fork id 0), which keeps signatures from being valid on Bitcoin. */
const HASH_TYPE = 0x41;
/** 64 bytes and the hash type; no other signature may be that long. */
const SCHNORR_BYTES = 65;

/**
 * Signs a P2PKH input of the key: Schnorr where the key can, else ECDSA (DER, low s).
 *
 * @param amount satoshi of the spent output.
 * @returns the signature followed by the hash type.
 */
export async function signInput(
  digests: SignatureDigests,
  index: number,
  amount: bigint,
  key: SigningKey,
): Promise<Uint8Array> {
  const digest = digestOf(digests, index, amount, key.publicKey);
  const signature =
    key.signBitcoinCashSchnorr === undefined
      ? secp256k1.Signature.fromBytes(await signUnchecked(key, digest), "compact").toBytes("der")
      : await key.signBitcoinCashSchnorr(digest);
  return concatBytes(signature, Uint8Array.of(HASH_TYPE));
}

/** Whether a signature with its hash type unlocks a P2PKH input of a public key. */
export function isInputSignature(
  digests: SignatureDigests,
  index: number,
  amount: bigint,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.at(-1) !== HASH_TYPE) return false;
  const digest = digestOf(digests, index, amount, publicKey);
  const withoutType = signature.subarray(0, -1);
  if (signature.length === SCHNORR_BYTES) return verifySchnorr(withoutType, digest, publicKey);
  try {
    return secp256k1.verify(withoutType, digest, publicKey, { prehash: false, format: "der" });
  } catch {
    return false; // Not DER.
  }
}

/** The digest of BIP-143, which Bitcoin Cash uses for all inputs. */
function digestOf(
  digests: SignatureDigests,
  index: number,
  amount: bigint,
  publicKey: Uint8Array,
): Uint8Array {
  return digests.witness(index, publicKeyHashScript(publicKey), amount, HASH_TYPE);
}
