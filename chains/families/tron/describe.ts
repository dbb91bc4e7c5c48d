/**
 * The intents of a TRON transaction, read from its payload alone.
 * https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Intent, PendingTransaction } from "../../chain.ts";
import { isJsonObject, type JsonValue, stringifyExactJson } from "../../codec/exact-json.ts";
import { readWhole } from "../../codec/quantity.ts";
import { decodeCall } from "../evm/call-data.ts";
import { HEX_ADDRESS, readableAddress } from "./address.ts";
import { hexDigits } from "./message.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";

/**
 * What a pending transaction does: its contract, its memo and its fee limit. Amounts are in the smallest unit.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction, ticker: string): readonly Intent[] {
  const payload = parsePayload(pending);
  const { memo, feeLimit } = payload;
  return [
    ...actions(payload, ticker),
    ...(memo === undefined ? [] : [{ kind: "data", hex: memo } as const]),
    ...(feeLimit === undefined ? [] : [{ kind: "fee", amount: String(feeLimit), asset: ticker } as const]),
  ];
}

function actions(payload: TransactionPayload, ticker: string): readonly Intent[] {
  const { contractType, parameter } = payload;
  const from = readableAddress(payload.owner);
  switch (contractType) {
    case "TransferContract":
    case "TransferAssetContract": {
      const asset = contractType === "TransferContract" ? ticker : tokenName(parameter["asset_name"]);
      const to = addressText(parameter["to_address"]);
      return [{ kind: "transfer", from, to, amount: amountText(parameter["amount"]), asset }];
    }
    case "TriggerSmartContract":
      return contractCall(payload, from, ticker);
    case "CreateSmartContract":
      return contractCreation(payload, from);
    default:
      return [systemContract(payload, from)];
  }
}

function contractCall({ parameter }: TransactionPayload, from: string, ticker: string): readonly Intent[] {
  const to = addressText(parameter["contract_address"]);
  const amount = amountText(parameter["call_value"]);
  const coins: Intent = { kind: "transfer", from, to, amount, asset: ticker };
  const tokenAmount = amountText(parameter["call_token_value"]);
  const tokens: readonly Intent[] =
    tokenAmount === "0"
      ? []
      : [{ kind: "transfer", from, to, amount: tokenAmount, asset: amountText(parameter["token_id"]) }];

  const data = hexText(parameter["data"]);
  if (data === "") return [coins, ...tokens];
  const { method, arguments: values } = decodeCall(`0x${data}`);
  const readable = values.map((value) =>
    /^0x[0-9a-f]{40}$/.test(value) ? addressText(`41${value.slice(2)}`) : value,
  );
  const [recipient, tokenUnits] = readable;
  if (method === "transfer(address,uint256)" && recipient !== undefined && tokenUnits !== undefined) {
    const transfer: Intent = { kind: "transfer", from, to: recipient, amount: tokenUnits, asset: to };
    return [transfer, ...(amount === "0" ? [] : [coins]), ...tokens];
  }
  return [{ kind: "contract-call", from, to, amount, method, arguments: readable }, ...tokens];
}

function contractCreation({ parameter }: TransactionPayload, from: string): readonly Intent[] {
  const json = parameter["new_contract"];
  const { call_value: callValue, bytecode } = isJsonObject(json) ? json : {};
  const codeBytes = hexText(bytecode).length / 2;
  // Its energy limits and its share of them are part of what is created.
  const codeDigest = bytesToHex(sha256(utf8ToBytes(stringifyExactJson(json))));
  const creation: Intent = {
    kind: "contract-creation",
    from,
    amount: amountText(callValue),
    codeBytes,
    codeDigest,
  };
  const tokenAmount = amountText(parameter["call_token_value"]);
  if (tokenAmount === "0") return [creation];
  const token = amountText(parameter["token_id"]);
  return [
    creation,
    { kind: "opaque", reason: `The new contract gets ${tokenAmount} of the token ${token}.` },
  ];
}

/** Every other contract of the network, with the members it is called with. */
function systemContract({ contractType, contract, parameter }: TransactionPayload, from: string): Intent {
  const other = ["receiver_address", "to_address", "contract_address", "account_address"].find(
    (member) => (parameter[member] ?? "") !== "",
  );
  return {
    kind: "contract-call",
    from,
    to: other === undefined ? from : addressText(parameter[other]),
    amount: contract.spends === undefined ? "0" : amountText(parameter[contract.spends]),
    method: contractType,
    arguments: contract.parameter.fields.flatMap(({ name, type }) => {
      const value = parameter[name] ?? undefined;
      if (name === "owner_address" || value === undefined) return [];
      if (type === "int32" || type === "int64") return `${name}: ${amountText(value)}`;
      return `${name}: ${type === "address" ? addressText(value) : valueText(value)}`;
    }),
  };
}

function addressText(hexAddress: JsonValue | undefined): string {
  const isAddress = typeof hexAddress === "string" && HEX_ADDRESS.test(hexAddress);
  return isAddress ? readableAddress(hexAddress) : "";
}

function amountText(value: JsonValue | undefined): string {
  return String(readWhole(value) ?? value ?? 0);
}

function hexText(value: JsonValue | undefined): string {
  return typeof value === "string" ? hexDigits(value) : "";
}

/** A TRC-10 token is named by its number, in digits; the oldest ones by any text. */
function tokenName(value: JsonValue | undefined): string {
  const hex = hexText(value);
  const name = Buffer.from(hex, "hex").toString("latin1");
  return /^\d+$/.test(name) ? name : hex;
}

function valueText(value: JsonValue): string {
  return typeof value === "string" ? value : stringifyExactJson(value);
}
