/**
 * The payload of a pending TRON transaction: the JSON of a node, whose parts have to say the same.
 * https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { PendingTransaction } from "../../chain.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { readWhole } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { invalidPayload, payloadJson, readOnce } from "../payload.ts";
import { encodeRawData } from "./encode.ts";
import { hexDigits, MessageError } from "./message.ts";
import type { SystemContract } from "./system-contracts.ts";

/** A `serializedTransaction` whose parts were checked to say the same. */
export interface TransactionPayload {
  /** All of the JSON, in the order of its members. */
  readonly json: JsonObject;
  /** 32 bytes: the SHA-256 digest of the encoded `raw_data`. */
  readonly transactionId: Uint8Array;
  /** The name of the contract, such as `TransferContract`. */
  readonly contractType: string;
  readonly contract: SystemContract;
  /** What the contract is called with; every member has been checked against the contract's form. */
  readonly parameter: JsonObject;
  /** The account that acts: 42 hex digits in lower case. */
  readonly owner: string;
  /** A note to everybody, in hex. */
  readonly memo?: string;
  /** The most that the energy of a contract call may cost, in sun. */
  readonly feeLimit?: bigint;
  /** Milliseconds since 1970. */
  readonly expiration: bigint;
}

/** The limit of the network. */
const MAX_TRANSACTION_BYTES = 500 * 1024;

/**
 * Reads the JSON of a transaction as TRON nodes write it, encodes its `raw_data` anew and compares the outcome with the
 * `raw_data_hex` and the `txID` beside it: what is shown is what is signed.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export const parsePayload = readOnce(readPayload);

function readPayload(pending: PendingTransaction): TransactionPayload {
  const refuse = (reason: string): ChainError => invalidPayload(pending, reason);
  const json = payloadJson(pending);
  if (!isJsonObject(json)) throw refuse("it is not a JSON object");
  if ((json["signature"] ?? undefined) !== undefined) throw asInOriginal("Transaction is already signed");
  if ((json["visible"] ?? false) !== false) {
    throw refuse(wrongMember("visible", "must be false, with addresses in hex", json["visible"]));
  }

  const { encoded, ...call } = unlessRefused(() => encodeRawData(json["raw_data"]), refuse);
  if (encoded.length > MAX_TRANSACTION_BYTES) {
    throw refuse(`it has ${encoded.length} bytes; the network takes at most ${MAX_TRANSACTION_BYTES}`);
  }
  const transactionId = sha256(encoded);
  assertSameTransaction(json, encoded, transactionId);

  // All of this was encoded above, so it has the right form.
  const { data, fee_limit: feeLimit, expiration } = json["raw_data"] as JsonObject;
  const lastMillisecond = readWhole(expiration) ?? 0n;
  const mostEnergyCost = readWhole(feeLimit);
  const owner = call.parameter["owner_address"];
  if (typeof owner !== "string" || owner === "") throw refuse("its contract has no owner_address");
  if (lastMillisecond === 0n) throw refuse("raw_data.expiration is missing");
  return {
    json,
    transactionId,
    ...call,
    owner: owner.toLowerCase(),
    ...(data && { memo: hexDigits(String(data)) }),
    ...(mostEnergyCost && { feeLimit: mostEnergyCost }),
    expiration: lastMillisecond,
  };
}

/** What a node wrote beside `raw_data` has to be made from it. @throws ChainError `INVALID_TRANSACTION` */
function assertSameTransaction(json: JsonObject, encoded: Uint8Array, transactionId: Uint8Array): void {
  if (!isHex(json["raw_data_hex"], encoded)) {
    const reason = wrongMember("raw_data_hex", "is not what raw_data is encoded to", json["raw_data_hex"]);
    throw asInOriginal("Invalid transaction", reason);
  }
  if (!isHex(json["txID"], transactionId)) {
    const reason = wrongMember(
      "txID",
      `must be ${bytesToHex(transactionId)}, the hash of raw_data`,
      json["txID"],
    );
    throw asInOriginal("Invalid transaction", reason);
  }
}

function unlessRefused<Result>(read: () => Result, refuse: (reason: string) => ChainError): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof MessageError ? refuse(error.message) : error;
  }
}

/**
 * A refusal that is reported in the words of the original, without anything before or after.
 * @param reason what this program says besides, without a full stop
 */
export function asInOriginal(text: string, reason?: string): ChainError {
  return new ChainError("INVALID_TRANSACTION", reason === undefined ? text : `${text}: ${reason}.`, {
    reportedText: text,
  });
}

function isHex(text: JsonValue | undefined, bytes: Uint8Array): boolean {
  return typeof text === "string" && text.toLowerCase() === bytesToHex(bytes);
}
