/**
 * Signing of Bitcoin Cash transactions, whose inputs are all P2PKH.
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/replay-protected-sighash.md
 */
import { bytesToHex } from "@noble/curves/utils.js";
import { RawOldTx, Script } from "@scure/btc-signer/script.js";
import { equalBytes } from "@scure/btc-signer/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import type { SigningKey } from "../../signing-key.ts";
import { encodeTransaction, outpoint, transactionId } from "../utxo/encode.ts";
import type { UtxoParameters } from "../utxo/facts.ts";
import { assertFee, feeBounds, transactionFee } from "../utxo/fee.ts";
import { SignatureDigests } from "../utxo/signature-digest.ts";
import { inputKeys } from "./input-keys.ts";
import { isInputSignature, signInput } from "./input-signature.ts";
import { type BitcoinCashTransaction, parsePayload } from "./payload.ts";

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
