/**
 * The Cadence transaction of an operation: its text and its arguments.
 * https://cadence-lang.org/docs/language/transactions
 */

import type { Hex } from "viem";
import { numberToHex, toRlp } from "viem/utils";
import type { Network } from "../../chain.ts";
import { stringifyExactJson } from "../../codec/exact-json.ts";
import { type CadenceValue, fixedPointText } from "./cadence-value.ts";
import type { Operation } from "./payload.ts";
import {
  ADD_KEY_SCRIPT,
  burnScript,
  CREATE_ACCOUNT_SCRIPT,
  mintMultipleScript,
  mintScript,
  transferScript,
  transferTokenScript,
} from "./scripts.ts";

/** A Cadence text and its arguments as JSON text. */
export interface Script {
  readonly text: string;
  readonly arguments: readonly string[];
}

/** A key needs this weight to authorise alone. */
const FULL_WEIGHT = 1_000;
/** Keys that are added to an account have always had no weight: they authorise together with others at best. */
const ADDED_KEY_WEIGHT = 0;

const ECDSA_SECP256K1: Hex = "0x03";
const SHA3_256: Hex = "0x03";

export function scriptOf(operation: Operation, network: Network): Script {
  switch (operation.kind) {
    case "create-account":
      return script(CREATE_ACCOUNT_SCRIPT, string(accountKey(operation.publicKey, FULL_WEIGHT)));
    case "add-key":
      return script(ADD_KEY_SCRIPT, string(accountKey(operation.publicKey, ADDED_KEY_WEIGHT)));
    case "transfer": {
      const amount = { type: "UFix64", value: fixedPointText(operation.units) };
      return script(transferScript(operation.token, network), amount, address(operation.to));
    }
    case "mint": {
      const { to, url, tokenType } = operation;
      return script(mintScript(network), address(to), string(url), string(tokenType));
    }
    case "mint-multiple": {
      const { to, url, tokenType } = operation;
      const lists = [array(to.map(address)), array(url.map(string))];
      return script(mintMultipleScript(network), ...lists, string(tokenType));
    }
    case "burn":
      return script(burnScript(network), uint64(operation.tokenId), string(operation.tokenType));
    case "transfer-token":
      return script(transferTokenScript(network), address(operation.to), uint64(operation.tokenId));
    case "custom":
      return script(operation.script, ...operation.arguments);
  }
}

function script(text: string, ...values: readonly CadenceValue[]): Script {
  return { text, arguments: values.map((value) => stringifyExactJson(value)) };
}

/** The RLP form of a key of an account, in hex: its coordinates, both algorithms, its weight. */
function accountKey(publicKey: string, weight: number): string {
  const rlp = toRlp([`0x${publicKey}`, ECDSA_SECP256K1, SHA3_256, weight === 0 ? "0x" : numberToHex(weight)]);
  return rlp.slice("0x".length);
}

function string(value: string): CadenceValue {
  return { type: "String", value };
}

function address(value: string): CadenceValue {
  return { type: "Address", value };
}

function uint64(value: string): CadenceValue {
  return { type: "UInt64", value };
}

function array(value: readonly CadenceValue[]): CadenceValue {
  return { type: "Array", value };
}
