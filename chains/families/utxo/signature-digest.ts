/**
 * The digests that signatures of inputs cover: the original one and that of BIP-143.
 * https://en.bitcoin.it/wiki/OP_CHECKSIG
 * https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki
 */
import { CompactSize, RawInput, RawOutput, VarBytes } from "@scure/btc-signer/script.js";
import { concatBytes, sha256x2 } from "@scure/btc-signer/utils.js";
import type { RawTransaction } from "./encode.ts";

export const SIGHASH_ALL = 0x01;

const OUTPOINT_BYTES = 36;
const EMPTY = new Uint8Array();

/**
 * The digests that the signatures of a transaction's inputs cover, for hash types that commit to all inputs and
 * outputs. What the inputs share is hashed once.
 */
export class SignatureDigests {
  readonly #transaction: RawTransaction;
  readonly #blankInputs: readonly Uint8Array[];
  readonly #outputs: Uint8Array;
  readonly #outpointsHash: Uint8Array;
  readonly #sequencesHash: Uint8Array;
  readonly #outputsHash: Uint8Array;

  constructor(transaction: RawTransaction) {
    this.#transaction = transaction;
    this.#blankInputs = transaction.inputs.map((input) =>
      RawInput.encode({ ...input, finalScriptSig: EMPTY }),
    );
    this.#outputs = concatBytes(...transaction.outputs.map((output) => RawOutput.encode(output)));
    this.#outpointsHash = sha256x2(...this.#blankInputs.map((input) => input.subarray(0, OUTPOINT_BYTES)));
    this.#sequencesHash = sha256x2(...this.#blankInputs.map((input) => input.subarray(-4)));
    this.#outputsHash = sha256x2(this.#outputs);
  }

  /** The original digest, for inputs without witness. `scriptCode` is the script of the spent output. */
  legacy(index: number, scriptCode: Uint8Array, hashType = SIGHASH_ALL): Uint8Array {
    const { version, lockTime, outputs } = this.#transaction;
    const signedInput = RawInput.encode({ ...this.#input(index), finalScriptSig: scriptCode });
    return sha256x2(
      uint32(version),
      CompactSize.encode(BigInt(this.#blankInputs.length)),
      ...this.#blankInputs.with(index, signedInput),
      CompactSize.encode(BigInt(outputs.length)),
      this.#outputs,
      uint32(lockTime),
      uint32(hashType),
    );
  }

  /** The digest of BIP-143, which commits to the amount (satoshi) of the spent output. */
  witness(index: number, scriptCode: Uint8Array, amount: bigint, hashType = SIGHASH_ALL): Uint8Array {
    const blankInput = RawInput.encode({ ...this.#input(index), finalScriptSig: EMPTY });
    return sha256x2(
      uint32(this.#transaction.version),
      this.#outpointsHash,
      this.#sequencesHash,
      blankInput.subarray(0, OUTPOINT_BYTES),
      VarBytes.encode(scriptCode),
      uint64(amount),
      blankInput.subarray(-4),
      this.#outputsHash,
      uint32(this.#transaction.lockTime),
      uint32(hashType),
    );
  }

  #input(index: number): RawTransaction["inputs"][number] {
    const input = this.#transaction.inputs[index];
    if (input === undefined) throw new RangeError(`The transaction has no input ${index}.`);
    return input;
  }
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
