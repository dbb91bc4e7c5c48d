/**
 * What signed bytes say, member by member, without their signatures. Read with other libraries than those that wrote the
 * bytes, where there are any.
 */
import { RawTx } from "@scure/btc-signer/script.js";
import { getCompiledTransactionMessageDecoder } from "@solana/transaction-messages";
import { TransactionEnvelope } from "@stellar/stellar-sdk/xdr";
import { IntDecoding, msgpackRawDecode } from "algosdk";
import { decode as decodeCbor } from "cborg";
import { decode as decodeRipple } from "ripple-binary-codec";
import { fromRlp, type Hex } from "viem";

export type SignedFields = Readonly<Record<string, string>>;
type Reader = (payload: string) => Readonly<Record<string, unknown>>;

const LEGACY = ["nonce", "gasPrice", "gas", "to", "value", "data", "v"];
const CELO_LEGACY = ["nonce", "gasPrice", "gas", "feeCurrency", "", "", "to", "value", "data", "v"];
const BEGINNING_OF_TYPED: Readonly<Record<string, readonly string[]>> = {
  "0x01": ["chainId", "nonce", "gasPrice"],
  "0x02": ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas"],
  "0x7b": ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas"],
};
const END_OF_TYPED = ["gas", "to", "value", "data", "accessList"];
const VECHAIN = [
  "chainTag",
  "blockRef",
  "expiration",
  "clauses",
  "gasPriceCoef",
  "gas",
  "dependsOn",
  "nonce",
  "reserved",
];
const CARDANO = ["inputs", "outputs", "fee", "ttl"];

function rlpFields(payload: Hex, names: readonly string[]): Record<string, unknown> {
  const items = fromRlp(payload, "hex") as readonly unknown[];
  return Object.fromEntries(names.map((name, position) => [name, items[position]]));
}

function evm(payload: string): Record<string, unknown> {
  const type = payload.slice(0, 4);
  const beginning = BEGINNING_OF_TYPED[type];
  if (beginning !== undefined) {
    const names = [...beginning, ...END_OF_TYPED, ...(type === "0x7b" ? ["feeCurrency"] : [])];
    const { chainId, ...fields } = rlpFields(`0x${payload.slice(4)}`, names);
    return { type, ...fields, chainId: BigInt(chainId as string) };
  }
  const items = fromRlp(payload as Hex, "hex");
  const { v, ...fields } = rlpFields(payload as Hex, items.length === 9 ? LEGACY : CELO_LEGACY);
  // EIP-155: twice the chain id and 35, and the parity, which belongs to the signature.
  const chainId = (BigInt(v as string) - 35n) / 2n;
  return { type: `legacy of ${items.length} items`, ...fields, chainId };
}

/** Scripts of inputs and witnesses are signatures. */
function utxo(payload: string): Record<string, unknown> {
  const { version, lockTime, inputs, outputs } = RawTx.decode(Buffer.from(payload, "hex"));
  return {
    version,
    lockTime,
    outpoints: inputs.map(({ txid, index }) => [txid, index]),
    sequences: inputs.map(({ sequence }) => sequence),
    outputs: outputs.map(({ amount, script }) => [amount, script]),
  };
}

const TOKEN_TRANSFER_CHECKED = 12;

/** Accounts by name and not by number, so that only those count that something is done with. */
function solana(payload: string): Record<string, unknown> {
  const wire = Buffer.from(payload, "base64");
  const message = getCompiledTransactionMessageDecoder().decode(wire.subarray(1 + 64 * (wire[0] ?? 0)));
  if (message.version === 1) throw new Error("No vector is of version 1.");
  const { header, staticAccounts, lifetimeToken, version } = message;
  const lookups = "addressTableLookups" in message ? message.addressTableLookups : [];
  const last = staticAccounts.length - header.numReadonlyNonSignerAccounts;
  const nameOf = (index: number): unknown =>
    staticAccounts[index] ?? [index - staticAccounts.length, lookups];
  const isWritable = (index: number): boolean =>
    index < header.numSignerAccounts - header.numReadonlySignerAccounts ||
    (index >= header.numSignerAccounts && index < last);
  const decimals: unknown[] = [];
  const instructions = message.instructions.map(({ programAddressIndex, accountIndices = [], data = [] }) => {
    const bytes = [...(data as Iterable<number>)];
    const isChecked = bytes[0] === TOKEN_TRANSFER_CHECKED && bytes.length === 10;
    if (isChecked) decimals.push(bytes.pop());
    return [nameOf(programAddressIndex), accountIndices.map(nameOf), bytes];
  });
  return {
    version,
    lifetimeToken,
    signers: staticAccounts.slice(0, header.numSignerAccounts),
    instructions,
    decimals,
    writable: message.instructions.map(({ accountIndices = [] }) => accountIndices.map(isWritable)),
  };
}

function stellar(payload: string): Record<string, unknown> {
  const envelope = TransactionEnvelope.fromXdr(Buffer.from(payload, "base64"));
  switch (envelope.type) {
    case "envelopeTypeTxV0":
      return { ...envelope.v0.tx };
    case "envelopeTypeTx":
      return { ...envelope.v1.tx };
    case "envelopeTypeTxFeeBump": {
      const { feeSource, fee, innerTx } = envelope.feeBump.tx;
      const { fee: innerFee, ...inner } = innerTx.v1.tx;
      return { ...inner, innerFee, innerSignatures: innerTx.v1.signatures, feeSource, fee };
    }
  }
}

/** Fields of a Protocol Buffers message by number: `[number, varint or bytes]`. */
function protobufFields(bytes: Uint8Array): [field: number, value: bigint | Uint8Array][] {
  const found: [number, bigint | Uint8Array][] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++] ?? 0);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    if ((key & 7n) === 0n) {
      found.push([Number(key >> 3n), value]);
      continue;
    }
    found.push([Number(key >> 3n), bytes.subarray(at, at + Number(value))]);
    at += Number(value);
  }
  return found;
}

function bnbBeacon(payload: string): Record<string, unknown> {
  const bytes = Buffer.from(payload, "hex");
  // A length in one or two bytes, and the prefix of the type.
  const start = bytes.indexOf("f0625dee", 0, "hex") + 4;
  const members = protobufFields(bytes.subarray(start));
  const [, signature] = members.find(([field]) => field === 2) ?? [];
  const signed = signature instanceof Uint8Array ? protobufFields(signature) : [];
  return {
    transfer: members.filter(([field]) => field === 1),
    memo: members.filter(([field]) => field === 3),
    source: members.filter(([field]) => field === 4),
    accountNumber: signed.filter(([field]) => field === 3),
    sequence: signed.filter(([field]) => field === 4),
  };
}

/** `[transaction in hex, data]`; the transaction is `[body, witnesses, ...]`. */
function cardano(payload: string): Record<string, unknown> {
  const [transaction] = decodeCbor(Buffer.from(payload, "hex"), { useMaps: true }) as [string];
  const [body, , isValid, auxiliary] = decodeCbor(Buffer.from(transaction, "hex"), { useMaps: true }) as [
    Map<number, unknown>,
    unknown,
    boolean,
    unknown,
  ];
  const members = [...body].map(([key, value]) => [CARDANO[key] ?? `body ${key}`, value]);
  return { ...Object.fromEntries(members), isValid, auxiliary };
}

/** Bytes are hex of either case. */
function tron(payload: string): Record<string, unknown> {
  const { raw_data: rawData } = JSON.parse(payload.toLowerCase()) as { raw_data: Record<string, unknown> };
  const { contract, ...rest } = rawData;
  const [{ parameter, ...envelope }] = contract as [Record<string, unknown>];
  return { ...rest, ...envelope, parameter };
}

/** Flags without `tfFullyCanonicalSig`, which says nothing any more. */
function xrpLedger(payload: string): Record<string, unknown> {
  const { Flags = 0, ...fields } = decodeRipple(payload);
  return { ...fields, Flags: Number(Flags) % 0x80000000 };
}

function withoutMembers(names: readonly string[], read: Reader): Reader {
  return (payload) =>
    Object.fromEntries(Object.entries(read(payload)).filter(([name]) => !names.includes(name)));
}

const readers: Readonly<Record<string, Reader>> = {
  ADA: cardano,
  ALGO: (payload) => {
    const bytes = Buffer.from(payload, "hex");
    return (msgpackRawDecode(bytes, { intDecoding: IntDecoding.BIGINT }) as { txn: Record<string, unknown> })
      .txn;
  },
  BCH: utxo,
  BNB: bnbBeacon,
  BTC: utxo,
  DOGE: utxo,
  EGLD: withoutMembers(["signature"], (payload) => JSON.parse(payload) as Record<string, unknown>),
  FLOW: withoutMembers(
    ["payload_signatures", "envelope_signatures"],
    (payload) => JSON.parse(payload) as Record<string, unknown>,
  ),
  LTC: utxo,
  SOL: solana,
  TRON: tron,
  VET: (payload) => rlpFields(payload as Hex, VECHAIN),
  XLM: stellar,
  XRP: withoutMembers(["TxnSignature", "SigningPubKey"], xrpLedger),
};

function textOf(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => {
      if (typeof member === "bigint") return `${member}n`;
      if (member instanceof Uint8Array) return Buffer.from(member).toString("hex");
      if (member instanceof Map) return [...member];
      if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
      return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ""
  );
}

/** Every member as text. */
export function signedFields(ticker: string, payload: string): SignedFields {
  const fields = (readers[ticker] ?? evm)(payload);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
}

/** The names of the members in which two differ. */
export function differingFields(a: SignedFields, b: SignedFields): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}
