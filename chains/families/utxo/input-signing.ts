/**
 * Signatures that unlock P2PK, P2PKH, P2WPKH and P2SH-P2WPKH inputs.
 * https://github.com/bitcoin/bips/blob/master/bip-0066.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0146.mediawiki
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { Script } from "@scure/btc-signer/script.js";
import { concatBytes } from "@scure/btc-signer/utils.js";
import { ChainError } from "../../error.ts";
import { signUnchecked } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import { SIGHASH_ALL, type SignatureDigests } from "./signature-digest.ts";
import { publicKeyHashScript, type SpendableScript, witnessKeyHashScript } from "./spendable-script.ts";

/** What unlocks an input. */
export interface Unlocking {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

const EMPTY = new Uint8Array();

/**
 * Signs one input with SIGHASH_ALL; the signature is DER with low s (BIP-66, BIP-146). It is verified in the finished bytes.
 *
 * @param index the input's position.
 * @param amount satoshi of the spent output.
 * @param key the key whose public key `spent` commits to.
 * @throws ChainError `INVALID_KEY` when an uncompressed key would have to sign a witness input.
 */
export async function signInput(
  digests: SignatureDigests,
  index: number,
  spent: SpendableScript,
  amount: bigint,
  key: SigningKey,
): Promise<Unlocking> {
  const { publicKey } = key;
  switch (spent.kind) {
    case "p2pk": {
      const signature = await sign(key, digests.legacy(index, spent.script));
      return { scriptSig: Script.encode([signature]), witness: [] };
    }
    case "p2pkh": {
      const signature = await sign(key, digests.legacy(index, spent.script));
      return { scriptSig: Script.encode([signature, publicKey]), witness: [] };
    }
    case "p2wpkh":
    case "p2sh-p2wpkh": {
      if (publicKey.length !== 33) throw uncompressedWitnessKey(index);
      const signature = await sign(key, digests.witness(index, publicKeyHashScript(publicKey), amount));
      const scriptSig = spent.kind === "p2wpkh" ? EMPTY : Script.encode([witnessKeyHashScript(publicKey)]);
      return { scriptSig, witness: [signature, publicKey] };
    }
  }
}

async function sign(key: SigningKey, digest: Uint8Array): Promise<Uint8Array> {
  const signature = secp256k1.Signature.fromBytes(await signUnchecked(key, digest), "compact");
  return concatBytes(signature.toBytes("der"), Uint8Array.of(SIGHASH_ALL));
}

function uncompressedWitnessKey(index: number): ChainError {
  return new ChainError(
    "INVALID_KEY",
    `Input ${index} pays to the uncompressed form of a public key inside a witness script. Nodes do not relay such ` +
      "spending (BIP-143), so it is not signed.",
  );
}
