/**
 * Messages of TRON's protocol: their form, and their canonical Protocol Buffers encoding (proto3) from the JSON that nodes
 * write (`"visible": false`).
 * https://protobuf.dev/programming-guides/encoding/
 */

import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { bytesField, varintField } from "../../codec/protobuf.ts";
import { readWhole } from "../../codec/quantity.ts";
import { HEX_ADDRESS } from "./address.ts";

type ScalarType = "address" | "bytes" | "string" | "bool" | "int32" | "int64";

interface EnumType {
  readonly kind: "enum";
  /** The names in the order of their numbers, which begin with 0. */
  readonly names: readonly string[];
}

export interface MessageType {
  readonly kind: "message";
  /** In the order of their numbers, which is the order of the encoding. */
  readonly fields: readonly Field[];
  /** Members that the JSON may have as well and that are not encoded. */
  readonly ignored: readonly string[];
}

interface RepeatedType {
  readonly kind: "repeated";
  readonly of: MessageType;
}

export type FieldType = ScalarType | EnumType | MessageType | RepeatedType;

interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
}

/** A message with these fields, in the order of their numbers. */
export function message(...fields: readonly (readonly [number, string, FieldType])[]): MessageType {
  return {
    kind: "message",
    fields: fields.map(([number, name, type]) => ({ number, name, type })),
    ignored: [],
  };
}

export function repeated(of: MessageType): RepeatedType {
  return { kind: "repeated", of };
}

export function enumeration(...names: readonly string[]): EnumType {
  return { kind: "enum", names };
}

/** Why a message cannot be encoded from its JSON, beginning with the member it is about. */
export class MessageError extends Error {
  override readonly name = "MessageError";
}

const LARGEST = { int32: 2n ** 31n - 1n, int64: 2n ** 63n - 1n } as const;
const WHOLE_BYTES = /^(?:0x)?(?:[0-9a-f]{2})*$/i;

/**
 * Encodes a message: fields in the order of their numbers, those with the default value left out.
 *
 * @param path where the JSON stands, for errors.
 * @throws MessageError for members that the type does not have and for values out of range. No field of TRON is
 * negative.
 */
export function encodeMessage(type: MessageType, json: JsonValue | undefined, path: string): Uint8Array {
  if (!isJsonObject(json)) throw new MessageError(wrongMember(path, "must be an object", json));
  const known = [...type.fields.map(({ name }) => name), ...type.ignored];
  const unknown = Object.keys(json).find((member) => !known.includes(member));
  if (unknown !== undefined)
    throw new MessageError(wrongMember(`${path}.${unknown.slice(0, 60)}`, "is not known", json[unknown]));
  return concatBytes(...type.fields.map((field) => encodeField(field, json[field.name] ?? undefined, path)));
}

/** Hex text as nodes write it: in lower case, without `0x`. */
export function hexDigits(text: string): string {
  return text.toLowerCase().replace(/^0x/, "");
}

function encodeField({ name, number, type }: Field, json: JsonValue | undefined, parent: string): Uint8Array {
  if (json === undefined) return new Uint8Array();
  const path = `${parent}.${name}`;
  if (typeof type === "string") return encodeScalar(number, type, json, path);
  switch (type.kind) {
    case "enum":
      return unlessZero(number, enumNumber(type, json, path));
    case "message":
      return bytesField(number, encodeMessage(type, json, path));
    case "repeated":
      if (!Array.isArray(json)) throw new MessageError(wrongMember(path, "must be a list", json));
      return concatBytes(
        ...json.map((item, i) => bytesField(number, encodeMessage(type.of, item, `${path}[${i}]`))),
      );
  }
}

function encodeScalar(
  number: number,
  type: Extract<FieldType, string>,
  json: JsonValue,
  path: string,
): Uint8Array {
  switch (type) {
    case "bool":
      if (typeof json !== "boolean") throw new MessageError(wrongMember(path, "must be true or false", json));
      return unlessZero(number, json ? 1n : 0n);
    case "int32":
    case "int64":
      return unlessZero(number, integer(json, LARGEST[type], path));
    case "string":
      if (typeof json !== "string") throw new MessageError(wrongMember(path, "must be text", json));
      return unlessEmpty(number, utf8ToBytes(json));
    case "bytes":
    case "address":
      if (typeof json !== "string" || !WHOLE_BYTES.test(json)) {
        throw new MessageError(wrongMember(path, "must be hex text of whole bytes", json));
      }
      if (type === "address" && json !== "" && !HEX_ADDRESS.test(json)) {
        throw new MessageError(wrongMember(path, "must be an address: 41 and 40 hex digits", json));
      }
      return unlessEmpty(number, hexToBytes(hexDigits(json)));
  }
}

function integer(json: JsonValue, largest: bigint, path: string): bigint {
  const value = readWhole(json) ?? -1n;
  if (value >= 0n && value <= largest) return value;
  throw new MessageError(wrongMember(path, `must be a JSON integer from 0 to ${largest}`, json));
}

function enumNumber({ names }: EnumType, json: JsonValue, path: string): bigint {
  const isName = (name: string): boolean =>
    typeof json === "string" && name.toLowerCase() === json.toLowerCase();
  const number = typeof json === "number" ? json : names.findIndex(isName);
  if (names[number] !== undefined) return BigInt(number);
  throw new MessageError(wrongMember(path, `must be one of ${names.join(", ")}`, json));
}

function unlessZero(number: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : varintField(number, value);
}

function unlessEmpty(number: number, content: Uint8Array): Uint8Array {
  return content.length === 0 ? content : bytesField(number, content);
}
