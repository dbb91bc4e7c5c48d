/** TRON in the weeks: transfers of TRX. https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak256 } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { type ChainModel, hex } from "./chain-model.ts";

const TYPE_URL = "type.googleapis.com/protocol.TransferContract";
const recipient = "41bdb598d1c9c105d16dcab3cf7bf82192372be150";
/** Some three hours. */
const WINDOW = 3_600;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

function field(number: number, value: Uint8Array | bigint): Buffer {
  const isBytes = typeof value !== "bigint";
  const tag = varint(BigInt(number * 8 + (isBytes ? 2 : 0)));
  return Buffer.concat(isBytes ? [tag, varint(BigInt(value.length)), value] : [tag, varint(value)]);
}

interface RawData {
  readonly contract: readonly {
    readonly parameter: { readonly value: { readonly amount: number; readonly owner_address: string } };
  }[];
  readonly expiration: number;
  readonly timestamp: number;
  readonly ref_block_bytes: string;
  readonly ref_block_hash: string;
}

function encode(raw: RawData): Buffer {
  const { amount, owner_address: owner } = raw.contract[0]!.parameter.value;
  const transfer = Buffer.concat([
    field(1, Buffer.from(owner, "hex")),
    field(2, Buffer.from(recipient, "hex")),
    field(3, BigInt(amount)),
  ]);
  const any = Buffer.concat([field(1, Buffer.from(TYPE_URL)), field(2, transfer)]);
  return Buffer.concat([
    field(1, Buffer.from(raw.ref_block_bytes, "hex")),
    field(4, Buffer.from(raw.ref_block_hash, "hex")),
    field(8, BigInt(raw.expiration)),
    field(11, Buffer.concat([field(1, 1n), field(2, any)])),
    field(14, BigInt(raw.timestamp)),
  ]);
}

function ownerOf(signature: string, digest: Uint8Array): string {
  const bytes = Buffer.from(signature, "hex");
  const recovery = bytes[64]! % 27;
  const compact = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), "compact").addRecoveryBit(recovery);
  const key = compact.recoverPublicKey(digest).toBytes(false);
  return `41${keccak256(key.subarray(1)).slice(-40)}`;
}

export const tron: ChainModel = {
  ticker: "TRON",
  pathName: "tron",
  uniqueness: "window",
  blockTime: 3_000,
  finality: 57_000,
  window: WINDOW,
  wallet(signatureId, privateKey) {
    const address = `41${privateKeyToAddress(`0x${hex(privateKey)}`)
      .slice(2)
      .toLowerCase()}`;
    return {
      signatureId,
      address,
      privateKey,
      entry: { privateKey: hex(privateKey), chain: "TRON", testnet: false },
    };
  },
  serialize({ wallet, amount, height, time, blocks = WINDOW }) {
    const value = { amount: Number(amount), owner_address: wallet.address, to_address: recipient };
    const raw = {
      contract: [{ parameter: { value, type_url: TYPE_URL }, type: "TransferContract" }],
      ref_block_bytes: (Number(height) % 0x10000).toString(16).padStart(4, "0"),
      ref_block_hash: "5a".repeat(8),
      expiration: Math.floor(time + blocks * this.blockTime),
      timestamp: Math.floor(time),
    };
    const bytes = encode(raw);
    return JSON.stringify({
      visible: false,
      txID: hex(sha256(bytes)),
      raw_data: raw,
      raw_data_hex: bytes.toString("hex"),
    });
  },
  read(payload) {
    const { raw_data, raw_data_hex, signature } = JSON.parse(payload) as {
      raw_data: RawData;
      raw_data_hex: string;
      signature: [string];
    };
    const bytes = encode(raw_data);
    if (bytes.toString("hex") !== raw_data_hex) throw new Error("its two halves say different things");
    const digest = sha256(bytes);
    const { amount, owner_address: owner } = raw_data.contract[0]!.parameter.value;
    if (ownerOf(signature[0], digest) !== owner) throw new Error("its signature is not the owner's");
    return {
      transactionId: hex(digest),
      account: owner,
      amount: BigInt(amount),
      fee: 0n,
      lastTime: raw_data.expiration,
    };
  },
  words: {
    known: "DUP_TRANSACTION_ERROR: Dup transaction.",
    landed: "DUP_TRANSACTION_ERROR: Dup transaction.",
    used: "DUP_TRANSACTION_ERROR: Dup transaction.",
    expired: "TRANSACTION_EXPIRATION_ERROR: Transaction expired",
    conflict: "DUP_TRANSACTION_ERROR: Dup transaction.",
    "too-early": "TAPOS_ERROR: Tapos failed",
    poor: "CONTRACT_VALIDATE_ERROR: balance is not sufficient.",
  },
};
