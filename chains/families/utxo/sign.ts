/**
 * Signing of UTXO transactions, with witnesses and without, and the check that each input is unlocked by a valid signature
 * over the whole transaction.
 * https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki
 */

import { hex } from "@scure/base";
import { RawTx, Script } from "@scure/btc-signer/script.js";
import { equalBytes, hash160 } from "@scure/btc-signer/utils.js";
import type { ChainEnvironment, SignedTransaction, SigningRequest } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { isSignature, wrongSignature } from "../../keys/secp256k1.ts";
import { encodeTransaction, outpoint, transactionId } from "./encode.ts";
import type { UtxoParameters } from "./facts.ts";
import { assertFee, assertNoDust, feeBounds, transactionFee } from "./fee.ts";
import { signInput, type Unlocking } from "./input-signing.ts";
import { parsePayload, type UtxoTransaction } from "./payload.ts";
import { SIGHASH_ALL, SignatureDigests } from "./signature-digest.ts";
import { KeyRing, signingKeys } from "./signing-keys.ts";
import {
  publicKeyHashScript,
  type SpendableScript,
  spendableScript,
  witnessKeyHashScript,
} from "./spendable-script.ts";
import { walletIds } from "./withdrawal.ts";

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
      isWholeSigned(signature, digests.legacy(index, spent.script), publicKey)
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
    isWholeSigned(signature, digests.witness(index, publicKeyHashScript(publicKey), amount), publicKey)
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

function isWholeSigned(
  signature: Uint8Array | undefined,
  digest: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature?.at(-1) !== SIGHASH_ALL) return false;
  return isSignature(signature.subarray(0, -1), digest, publicKey, "der");
}

/** A long list of inputs would hide the rest of the log. */
const NAMED_INPUTS = 10;

/**
 * Signs every input that a key of the request unlocks, keeps the signatures of others, and gives out nothing unless all
 * inputs are signed. Needs no network. The result is the raw transaction in hex.
 *
 * @throws ChainError
 */
export async function signTransaction(
  request: SigningRequest,
  parameters: UtxoParameters,
  environment: Pick<ChainEnvironment, "setting">,
): Promise<SignedTransaction> {
  const transaction = parsePayload(request.transaction, parameters);
  const fee = transactionFee(transaction);
  const bounds = feeBounds(parameters, environment);
  assertNoDust(transaction.outputs, parameters.dustLimit);
  const spent = transaction.spentOutputs.map(({ script }) =>
    spendableScript(script, parameters.spendableScripts),
  );

  const keys = new KeyRing(await signingKeys(request));
  const unlocking = await unlockInputs(transaction, spent, keys);
  const signed = {
    ...transaction,
    inputs: transaction.inputs.map((input, index) => ({
      ...input,
      finalScriptSig: unlocking[index]?.scriptSig ?? input.finalScriptSig,
    })),
  };
  const witnesses = unlocking.map(({ witness }) => witness);
  const raw = encodeTransaction(signed, witnesses);

  assertAllInputsSigned(raw, transaction, spent, { request, keys });
  assertFee(fee, virtualBytes(raw.length, encodeTransaction(signed).length), bounds);
  const inputs = transaction.inputs.map(outpoint);
  return { payload: hex.encode(raw), transactionId: transactionId(signed), filledIn: {}, inputs };
}

async function unlockInputs(
  transaction: UtxoTransaction,
  spent: readonly SpendableScript[],
  keys: KeyRing,
): Promise<readonly Unlocking[]> {
  const digests = new SignatureDigests(transaction);
  const unlocking: Unlocking[] = [];
  for (const [index, script] of spent.entries()) {
    const key = keys.keyOf(script);
    const amount = transaction.spentOutputs[index]?.amount ?? 0n;
    const asGiven = { scriptSig: transaction.inputs[index]?.finalScriptSig ?? new Uint8Array(), witness: [] };
    unlocking.push(key === undefined ? asGiven : await signInput(digests, index, script, amount, key));
  }
  return unlocking;
}

/** Checks the finished bytes, not what they were made from: they are what the network will see. */
function assertAllInputsSigned(
  raw: Uint8Array,
  transaction: UtxoTransaction,
  spent: readonly SpendableScript[],
  { request, keys }: { readonly request: SigningRequest; readonly keys: KeyRing },
): void {
  const signed = RawTx.decode(raw);
  const digests = new SignatureDigests(signed);
  const unsigned: string[] = [];
  for (const [index, script] of spent.entries()) {
    const input = signed.inputs[index];
    const amount = transaction.spentOutputs[index]?.amount;
    if (input === undefined || amount === undefined)
      throw new RangeError(`The signed transaction lost input ${index}.`);
    const unlocking = { scriptSig: input.finalScriptSig, witness: signed.witnesses?.[index] ?? [] };
    if (isInputSigned(digests, index, script, amount, unlocking)) continue;
    const key = keys.keyOf(script);
    if (key !== undefined) throw wrongSignature(key);
    unsigned.push(
      `Input ${index} (${outpoint(input)}) is not signed: ${
        input.finalScriptSig.length > 0
          ? "the script it came with holds no signature that could be verified, and "
          : ""
      }no key of the wallets ${walletIds(request)} belongs to it`,
    );
  }
  if (unsigned.length === 0) return;
  const unnamed = unsigned.length - NAMED_INPUTS;
  const named = unsigned.slice(0, NAMED_INPUTS).join("; ");
  throw new ChainError("MISSING_KEY", unnamed > 0 ? `${named}; and ${unnamed} more` : named);
}

/** BIP-141: what a witness adds counts a quarter. */
function virtualBytes(totalBytes: number, baseBytes: number): number {
  return Math.ceil((3 * baseBytes + totalBytes) / 4);
}
