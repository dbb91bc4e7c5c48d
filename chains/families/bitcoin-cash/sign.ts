/**
 * Signing of Bitcoin Cash transactions, whose inputs are all P2PKH: Schnorr or ECDSA, over the digest with fork id.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/2019-05-15-schnorr.md
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex } from "@noble/curves/utils.js";
import { RawOldTx, Script } from "@scure/btc-signer/script.js";
import { concatBytes, equalBytes } from "@scure/btc-signer/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { verifySchnorr } from "../../keys/bch-schnorr.ts";
import { isSignature, signUnchecked } from "../../keys/secp256k1.ts";
import type { SigningKey } from "../../signing-key.ts";
import { encodeTransaction, outpoint, transactionId } from "../utxo/encode.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { assertFee, feeBounds, transactionFee } from "../utxo/fee.ts";
import { SignatureDigests } from "../utxo/signature-digest.ts";
import { publicKeyHashScript } from "../utxo/spendable-script.ts";
import { inputKeys } from "./input-keys.ts";
import { type BitcoinCashTransaction, parsePayload } from "./payload.ts";

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
  return isSignature(withoutType, digest, publicKey, "der");
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

/**
 * Signs every input with its key. Needs no network. The result is the raw transaction in hex.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  parameters: UtxoParameters,
  environment: Pick<ChainEnvironment, "network" | "setting">,
): Promise<SignedTransaction> {
  const { maximumAmount, networks } = parameters;
  const transaction = parsePayload(request.transaction, maximumAmount);
  const fee = transactionFee(transaction);
  const bounds = feeBounds(parameters, environment);
  const keys = await inputKeys(request, transaction.inputs, networks[environment.network]);

  const digests = new SignatureDigests(transaction);
  const inputs: BitcoinCashTransaction["inputs"][number][] = [];
  for (const [index, input] of transaction.inputs.entries()) {
    const { amount, key } = spending(transaction, keys, index);
    const signature = await signInput(digests, index, amount, key);
    inputs.push({ ...input, finalScriptSig: Script.encode([signature, key.publicKey]) });
  }
  const signed = { ...transaction, inputs };
  const raw = encodeTransaction(signed);

  assertSigned(raw, transaction, keys);
  assertFee(fee, raw.length, bounds);
  const outpoints = transaction.inputs.map(outpoint);
  return { payload: bytesToHex(raw), transactionId: transactionId(signed), filledIn: {}, inputs: outpoints };
}

/** Checks the finished bytes, not what they were made from: they are what the network will see. */
function assertSigned(
  raw: Uint8Array,
  transaction: BitcoinCashTransaction,
  keys: readonly SigningKey[],
): void {
  const signed = RawOldTx.decode(raw);
  const digests = new SignatureDigests(signed);
  for (const index of transaction.inputs.keys()) {
    const { amount, key } = spending(transaction, keys, index);
    const [signature, publicKey] = Script.decode(signed.inputs[index]?.finalScriptSig ?? new Uint8Array());
    const isSigned =
      signature instanceof Uint8Array &&
      publicKey instanceof Uint8Array &&
      equalBytes(publicKey, key.publicKey) &&
      isInputSignature(digests, index, amount, signature, publicKey);
    if (isSigned) continue;
    throw new ChainError(
      "INVALID_KEY",
      `Input ${index} is not signed: the key of ${bytesToHex(key.publicKey)} returned a signature that its public key ` +
        "does not verify.",
    );
  }
}

function spending(
  transaction: BitcoinCashTransaction,
  keys: readonly SigningKey[],
  index: number,
): { readonly amount: bigint; readonly key: SigningKey } {
  const amount = transaction.spentOutputs[index]?.amount;
  const key = keys[index];
  if (amount === undefined || key === undefined) throw new RangeError(`Input ${index} has no amount or key.`);
  return { amount, key };
}
