import { createHash } from "node:crypto";
import type { PendingTransaction, SigningRequest } from "../../../../chains/chain.ts";
import { type JsonValue, stringifyExactJson } from "../../../../chains/codec/exact-json.ts";
import { encodeRawData } from "../../../../chains/families/tron/encode.ts";
import { tron } from "../../../../chains/tron.ts";
import { signerOf } from "../../offline-signing-vectors.ts";

/** A throw-away key and its account, in both forms of an address. */
export const PRIVATE_KEY = "4cd527b20dac9976ee94df73b742d6bb657b6d1faeb5f5f0babee76594fefab3";
export const OWNER = "TKu1NTKQQses93aE5iTCh36jSRNyMKBHpU";
export const OWNER_HEX = "416ce5e28418b7d2a864bf6f574b3841903e523eeb";

export const RECIPIENT = "TBH4A1aWPLMYTPmoM8ic3Q16n2ETA2bUAz";
export const RECIPIENT_HEX = "410e583aa7107d3e9338d6224e5723fe1f0a523dfc";

/** The contract of the token USDT. */
export const TOKEN = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
export const TOKEN_HEX = "41a614f803b6fd780986a42c78ec9c7f77e6ded13c";

/** 2025-10-10T09:03:23.199Z */
export const EXPIRATION = 1_760_087_003_199;

const SIGNATURE_ID = "26117108-223b-41d0-9e63-b299b21a6277";

type Json = Readonly<Record<string, JsonValue>>;

/** The JSON of a node for a call of a system contract by {@link OWNER}; `more` are other members of `raw_data`. */
export function nodeTransaction(type: string, value: Json, more: Json = {}): Record<string, JsonValue> {
  const parameter = {
    value: { owner_address: OWNER_HEX, ...value },
    type_url: `type.googleapis.com/protocol.${type}`,
  };
  const rawData = {
    contract: [{ parameter, type }],
    ref_block_bytes: "b824",
    ref_block_hash: "d8d81ec67c7b1c9b",
    expiration: EXPIRATION,
    timestamp: EXPIRATION - 60_000,
    ...more,
  };
  const { encoded } = encodeRawData(rawData);
  return {
    visible: false,
    txID: createHash("sha256").update(encoded).digest("hex"),
    raw_data: rawData,
    raw_data_hex: Buffer.from(encoded).toString("hex"),
  };
}

export const transfer = (more: Json = {}): Record<string, JsonValue> =>
  nodeTransaction("TransferContract", { to_address: RECIPIENT_HEX, amount: 1_000_000 }, more);

/** A pending transaction with this payload; text is taken as it is. */
export function pendingOf(payload: unknown): PendingTransaction {
  return {
    id: "6c357b5f105bc8e5b63acdfb",
    chain: "TRON",
    serializedTransaction: typeof payload === "string" ? payload : stringifyExactJson(payload),
    hashes: [SIGNATURE_ID],
    signatures: [],
  };
}

/** A request to sign this payload with a key, that of {@link OWNER} by default. */
export function requestOf(payload: unknown, privateKey = PRIVATE_KEY): SigningRequest {
  return { transaction: pendingOf(payload), signers: [signerOf(SIGNATURE_ID, { privateKey }, tron)] };
}
