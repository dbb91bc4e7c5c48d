/**
 * The part of a TRON transaction that is signed (`Transaction.raw`).
 * https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { encodeMessage, MessageError, message } from "./message.ts";
import { SYSTEM_CONTRACTS, type SystemContract } from "./system-contracts.ts";

interface RawData {
  readonly encoded: Uint8Array;
  /** The name of its contract, such as `TransferContract`. */
  readonly contractType: string;
  readonly contract: SystemContract;
  /** What the contract is called with; every member has been checked against the contract's form. */
  readonly parameter: JsonObject;
}

const TYPE_URL = "type.googleapis.com/protocol.";

const contractEnvelope = message(
  // An enumeration, encoded like any small number.
  [1, "type", "int32"],
  [2, "parameter", message([1, "type_url", "string"], [2, "value", "bytes"])],
  [3, "provider", "bytes"],
  [4, "ContractName", "bytes"],
  [5, "Permission_id", "int32"],
);

/** `Transaction.raw`; the network takes one contract in its list. */
const rawDataType = message(
  [1, "ref_block_bytes", "bytes"],
  [3, "ref_block_num", "int64"],
  [4, "ref_block_hash", "bytes"],
  [8, "expiration", "int64"],
  [10, "data", "bytes"],
  [11, "contract", contractEnvelope],
  [12, "scripts", "bytes"],
  [14, "timestamp", "int64"],
  [18, "fee_limit", "int64"],
);

function isSingle(list: JsonValue | undefined): boolean {
  return Array.isArray(list) && list.length === 1;
}

/**
 * Encodes the `raw_data` of a node's JSON.
 *
 * @throws MessageError
 */
export function encodeRawData(rawData: JsonValue | undefined): RawData {
  if (!isJsonObject(rawData)) throw new MessageError(wrongMember("raw_data", "must be an object", rawData));
  const { contract: list } = rawData;
  const [call, ...others] = Array.isArray(list) ? list : [];
  if (!isJsonObject(call) || others.length > 0) {
    throw new MessageError(
      isSingle(list)
        ? wrongMember("raw_data.contract[0]", "must be an object", call)
        : wrongMember("raw_data.contract", "must be a list of one contract", list),
    );
  }
  const contractType = typeof call["type"] === "string" ? call["type"] : "";
  const contract = SYSTEM_CONTRACTS.get(contractType);
  if (contract === undefined) {
    throw new MessageError(
      wrongMember("raw_data.contract[0].type", "is not a contract that this program knows", call["type"]),
    );
  }

  const path = "raw_data.contract[0].parameter";
  const typed = call["parameter"];
  if (!isJsonObject(typed)) throw new MessageError(wrongMember(path, "must be an object", typed));
  if (typed["type_url"] !== TYPE_URL + contractType) {
    throw new MessageError(
      wrongMember(`${path}.type_url`, `must be ${TYPE_URL}${contractType}`, typed["type_url"]),
    );
  }
  const { value: parameter } = typed;
  if (!isJsonObject(parameter))
    throw new MessageError(wrongMember(`${path}.value`, "must be an object", parameter));
  const value = bytesToHex(encodeMessage(contract.parameter, parameter, `${path}.value`));
  const envelope = { ...call, type: contract.number, parameter: { ...typed, value } };
  const encoded = encodeMessage(rawDataType, { ...rawData, contract: envelope }, "raw_data");
  return { encoded, contractType, contract, parameter };
}
