/**
 * The payload of a pending Algorand transaction: a transaction object of algosdk as JSON, made the map that is signed.
 * https://dev.algorand.co/concepts/transactions/reference/
 */

import { base64 } from "@scure/base";
import type { Network, PendingTransaction } from "../../chain.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { shown, wrongMember } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import { invalidPayload, payloadJson } from "../payload.ts";
import type { PackedMap } from "./encode.ts";
import { GENESIS } from "./networks.ts";
import {
  ASSET_PARAMETERS,
  COMMON_MEMBERS,
  MemberError,
  readBytes,
  TYPE_MEMBERS,
} from "./transaction-members.ts";

/** A `serializedTransaction` that was read and understood. */
export interface TransactionPayload {
  readonly type: string;
  /** The members of the transaction as they are encoded and signed; their names are those of Algorand. */
  readonly packed: PackedMap;
  /** 32 bytes. */
  readonly sender: Uint8Array;
  /** The last round (block) that can hold the transaction. */
  readonly lastRound: bigint;
}

/** Members of the JSON that are not part of the transaction. The fee is final, whatever `flatFee` says. */
const DECORATION = ["name", "tag", "type", "flatFee"];
/** The limit of the network, in rounds. */
const MAX_VALIDITY = 1000n;

/**
 * Reads the `serializedTransaction` of a pending transaction. Everything it asks for is in the result; a member that cannot
 * be carried over is refused, unless it is empty.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function parsePayload(pending: PendingTransaction, network: Network): TransactionPayload {
  try {
    const json = payloadJson(pending);
    if (!isJsonObject(json)) throw new MemberError("it is not a JSON object");
    const { type } = json;
    const typeMembers = typeof type === "string" ? TYPE_MEMBERS.get(type) : undefined;
    if (typeof type !== "string" || typeMembers === undefined) {
      throw new MemberError(
        wrongMember("type", `must be one of ${[...TYPE_MEMBERS.keys()].join(", ")}`, type),
      );
    }
    assertTag(json);

    const members = [...COMMON_MEMBERS, ...typeMembers];
    const parameters = type === "acfg" ? ASSET_PARAMETERS : [];
    assertNothingElse(json, [...DECORATION, ...[...members, ...parameters].map(({ name }) => name)]);
    const packed: PackedMap = { type, ...pack(members, json), apar: pack(parameters, json) };

    const { snd: sender, fv: firstRound, lv: lastRound } = packed;
    if (!(sender instanceof Uint8Array)) throw new MemberError("from is the zero address");
    if (typeof firstRound !== "bigint" || typeof lastRound !== "bigint")
      throw new MemberError("rounds missing");
    if (lastRound < firstRound || lastRound - firstRound > MAX_VALIDITY) {
      throw new MemberError(`lastRound must lie 0 to ${MAX_VALIDITY} rounds after firstRound`);
    }
    assertNetwork(packed, network, pending.id);
    return { type, packed, sender, lastRound };
  } catch (error) {
    throw error instanceof MemberError ? invalidPayload(pending, error.message) : error;
  }
}

function pack(members: typeof COMMON_MEMBERS, json: JsonObject): PackedMap {
  const entries = members.flatMap(({ name, packed, read, required }) => {
    const written = json[name] ?? undefined;
    if (written === undefined && required) throw new MemberError(`${name} is missing`);
    const value = written === undefined ? undefined : read(written, name);
    return value === undefined ? [] : [[packed, value] as const];
  });
  return Object.fromEntries(entries);
}

/** What is signed is prefixed with `TX`; another tag would be another kind of message. */
function assertTag({ tag }: JsonObject): void {
  const isTransaction = tag === undefined || Buffer.from(readBytes(tag, 2, "tag")).toString() === "TX";
  if (!isTransaction) throw new MemberError("tag must be TX");
}

function assertNothingElse(json: JsonObject, known: readonly string[]): void {
  const other = Object.entries(json).find(([name, value]) => !known.includes(name) && !isEmpty(value));
  if (other === undefined) return;
  throw new MemberError(
    wrongMember(other[0].slice(0, 60), `is not supported in a transaction of type ${json["type"]}`, other[1]),
  );
}

/** algosdk writes members that it did not set as well. */
function isEmpty(value: JsonValue): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value;
}

function assertNetwork({ gen: id, gh: hash }: PackedMap, network: Network, pendingId: string): void {
  const genesis = GENESIS[network];
  const isHash = hash instanceof Uint8Array && base64.encode(hash) === genesis.hash;
  if (isHash && (id === undefined || id === genesis.id)) return;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `genesisHash or genesisID of transaction ${pendingId} is not that of ${genesis.id}, the network of this daemon` +
      `${typeof id === "string" && id !== genesis.id ? `: genesisID is ${shown(id)}` : ""}.`,
  );
}
