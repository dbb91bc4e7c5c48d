/**
 * The wire format of transactions and the transaction id.
 * https://developer.bitcoin.org/reference/transactions.html
 * https://github.com/bitcoin/bips/blob/master/bip-0144.mediawiki
 */
import { hex } from "@scure/base";
import { RawTx } from "@scure/btc-signer/script.js";
import { sha256x2 } from "@scure/btc-signer/utils.js";

/** A transaction in the fields of the wire format; hashes in the order in which they are displayed. */
export interface RawTransaction {
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly {
    readonly txid: Uint8Array;
    readonly index: number;
    readonly finalScriptSig: Uint8Array;
    readonly sequence: number;
  }[];
  readonly outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[];
}

/**
 * The bytes of a transaction; with witnesses (BIP-144) if there is one that is not empty.
 *
 * @param witnesses the witness stack of each input.
 */
export function encodeTransaction(
  transaction: RawTransaction,
  witnesses: readonly (readonly Uint8Array[])[] = [],
): Uint8Array {
  const withWitness = witnesses.some((witness) => witness.length > 0);
  return RawTx.encode({
    version: transaction.version,
    lockTime: transaction.lockTime,
    inputs: [...transaction.inputs],
    outputs: [...transaction.outputs],
    segwitFlag: withWitness,
    witnesses: withWitness ? witnesses.map((witness) => [...witness]) : undefined,
  });
}

/** The transaction id in the order in which it is displayed: the double SHA-256 without witnesses, reversed. */
export function transactionId(transaction: RawTransaction): string {
  return hex.encode(sha256x2(encodeTransaction(transaction)).reverse());
}

/** `txid:index` of the output that an input spends. */
export function outpoint(input: RawTransaction["inputs"][number]): string {
  return `${hex.encode(input.txid)}:${input.index}`;
}
