/**
 * Transfers of the BNB Beacon Chain as they are written: the document that is signed (`StdSignDoc` of the Cosmos SDK), and the
 * signed transfer in Amino, the encoding of Tendermint.
 * https://github.com/tendermint/go-amino
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/auth/stdtx.go
 */
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { bytesField, varint, varintField } from "../../codec/protobuf.ts";
import type { Share, TransferPayload } from "./payload.ts";

/** What a signature covers besides the transfer. */
export interface SigningAccount {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** The text whose SHA-256 is signed: compact JSON, members in alphabetical order. */
export function signDocument(
  { inputs, outputs, memo, source }: TransferPayload,
  { chainId, accountNumber, sequence }: SigningAccount,
): string {
  return stringifyExactJson({
    account_number: accountNumber.toString(),
    chain_id: chainId,
    data: null,
    memo,
    msgs: [{ inputs: inputs.map(shareJson), outputs: outputs.map(shareJson) }],
    sequence: sequence.toString(),
    source: source.toString(),
  });
}

function shareJson({ address, coins }: Share): unknown {
  return { address, coins: coins.map(({ denom, amount }) => ({ amount, denom })) };
}

/** Prefixes of registered types ("BNB Beacon Chain encoding types"). */
const STD_TX = hexToBytes("f0625dee");
const TRANSFER = hexToBytes("2a2c87fa");
/** `PubKeySecp256k1`, and the length of the key behind it. */
const PUBLIC_KEY = hexToBytes("eb5ae98721");

export interface StandardSignature {
  /** 33 bytes */
  readonly publicKey: Uint8Array;
  /** 64 bytes `r || s` */
  readonly signature: Uint8Array;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A signed transfer as the network takes it: an Amino `StdTx` with its length before it. */
export function encodeStandardTransaction(transfer: TransferPayload, signed: StandardSignature): Uint8Array {
  const signature = concatBytes(
    bytesField(1, concatBytes(PUBLIC_KEY, signed.publicKey)),
    bytesField(2, signed.signature),
    numberField(3, signed.accountNumber),
    numberField(4, signed.sequence),
  );
  const transaction = concatBytes(
    STD_TX,
    bytesField(1, encodeTransfer(transfer)),
    bytesField(2, signature),
    transfer.memo === "" ? new Uint8Array() : bytesField(3, utf8ToBytes(transfer.memo)),
    numberField(4, transfer.source),
  );
  return concatBytes(varint(BigInt(transaction.length)), transaction);
}

function encodeTransfer({ inputs, outputs }: TransferPayload): Uint8Array {
  return concatBytes(
    TRANSFER,
    ...inputs.map((share) => bytesField(1, encodeShare(share))),
    ...outputs.map((share) => bytesField(2, encodeShare(share))),
  );
}

function encodeShare({ account, coins }: Share): Uint8Array {
  const encoded = coins.map(({ denom, amount }) =>
    bytesField(2, concatBytes(bytesField(1, utf8ToBytes(denom)), numberField(2, amount))),
  );
  return concatBytes(bytesField(1, account), ...encoded);
}

/** A number of 0 is left out. */
function numberField(field: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : varintField(field, value);
}
