/**
 * The check that an input is unlocked by a valid signature over the whole transaction.
 * https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { Script } from "@scure/btc-signer/script.js";
import { equalBytes, hash160 } from "@scure/btc-signer/utils.js";
import type { Unlocking } from "./input-signing.ts";
import { SIGHASH_ALL, type SignatureDigests } from "./signature-digest.ts";
import { publicKeyHashScript, type SpendableScript, witnessKeyHashScript } from "./spendable-script.ts";

/** BIP-143: witness inputs take no other public keys. */
const COMPRESSED_BYTES = 33;

/**
 * Whether an input is unlocked by a valid signature over the whole transaction. Signatures with a hash type other
 * than SIGHASH_ALL do not count: somebody could change the transaction below them.
 *
 * @param amount satoshi of the spent output.
 */
export function isInputSigned(
  digests: SignatureDigests,
  index: number,
  spent: SpendableScript,
  amount: bigint,
  { scriptSig, witness }: Unlocking,
): boolean {
  const isLegacy = spent.kind === "p2pk" || spent.kind === "p2pkh";
  const [signature, publicKey, ...rest] = isLegacy ? legacyStack(spent, scriptSig) : witness;
  if (publicKey === undefined || rest.length > 0 || (isLegacy && witness.length > 0)) return false;
  if (isLegacy) {
    return (
      equalBytes(hash160(publicKey), spent.hash) &&
      isSignature(signature, digests.legacy(index, spent.script), publicKey)
    );
  }
  if (publicKey.length !== COMPRESSED_BYTES) return false;
  const program = witnessKeyHashScript(publicKey);
  const isCommitted =
    spent.kind === "p2wpkh"
      ? scriptSig.length === 0 && equalBytes(program, spent.script)
      : equalBytes(scriptSig, Script.encode([program])) && equalBytes(hash160(program), spent.hash);
  return (
    isCommitted &&
    isSignature(signature, digests.witness(index, publicKeyHashScript(publicKey), amount), publicKey)
  );
}

/** Signature and public key of an input without witness; P2PK has the public key in the spent script. */
function legacyStack(spent: SpendableScript, scriptSig: Uint8Array): readonly Uint8Array[] {
  const pushed = pushedData(scriptSig);
  return spent.kind === "p2pk" && pushed.length > 0 ? [...pushed, spent.script.slice(1, -1)] : pushed;
}

/** The items a scriptSig pushes; none when it is not made of usual data pushes only. */
function pushedData(scriptSig: Uint8Array): readonly Uint8Array[] {
  try {
    const items = Script.decode(scriptSig);
    const data = items.filter((item) => item instanceof Uint8Array);
    return data.length === items.length && equalBytes(Script.encode(data), scriptSig) ? data : [];
  } catch {
    return [];
  }
}

function isSignature(signature: Uint8Array | undefined, digest: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature?.at(-1) !== SIGHASH_ALL) return false;
  try {
    const der = signature.subarray(0, -1);
    return secp256k1.verify(der, digest, publicKey, { prehash: false, format: "der" });
  } catch {
    return false; // Not DER, or not a public key.
  }
}
