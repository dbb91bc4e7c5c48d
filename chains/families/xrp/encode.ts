/**
 * The binary format of the XRP Ledger: its hash, which fields a transaction has, what each of them looks like, and amounts in
 * the form that the codec reads exactly.
 * https://xrpl.org/docs/references/protocol/binary-format
 */

import { sha512 } from "@noble/hashes/sha2.js";
import definitions from "ripple-binary-codec/dist/enums/definitions.json";
import { decode, encode, encodeForSigning } from "xrpl/dist/npm/utils/index.js";
import { decimalText } from "../../codec/decimal.ts";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { wrongMember } from "../../codec/issue.ts";
import { readDecimal, readWhole } from "../../codec/quantity.ts";

/** The hash of the XRP Ledger: the first 32 bytes of SHA-512. */
export function halfSha512(...parts: readonly Uint8Array[]): Uint8Array {
  return sha512(Buffer.concat(parts)).slice(0, 32);
}

interface FieldFormat {
  readonly name: string;
  /** 0: required, 1: optional, 2: may be left out where it has its default value. */
  readonly optionality: number;
}

/** Fields by transaction type; those that all types have are under `common`. */
const transactionFormats: ReadonlyMap<string, readonly FieldFormat[]> = new Map(
  Object.entries(definitions.TRANSACTION_FORMATS),
);

/**
 * What is wrong with the fields of a transaction after the definitions of the ledger, if anything: a missing field
 * never reaches the ledger, an unknown one would be signed as something else or not at all.
 */
export function formatProblem(type: string, fields: readonly string[]): string | undefined {
  const own = transactionFormats.get(type);
  const common = transactionFormats.get("common");
  if (own === undefined || common === undefined || own === common)
    return wrongMember("TransactionType", "is not known", type);
  const missing = own.find(({ name, optionality }) => optionality === 0 && !fields.includes(name));
  if (missing !== undefined) return `${type}: missing field ${missing.name}`;
  const known = new Set([...own, ...common].map(({ name }) => name));
  const unknown = fields.find((field) => !known.has(field));
  return unknown === undefined ? undefined : `${type} has no field ${unknown.slice(0, 60)}`;
}

export type Fields = { readonly [name: string]: JsonValue };

/** The type of each field by its name. */
const fieldTypes: ReadonlyMap<string, string> = new Map(
  (definitions.FIELDS as unknown as readonly [string, { readonly type: string }][]).map(
    ([name, { type }]) => [name, type],
  ),
);

const ADDRESS = "must be an address of the XRP Ledger";
const CURRENCY = "must be a currency code: 3 characters or 40 hex digits";

const wantedOfType: Readonly<Record<string, string>> = {
  AccountID: ADDRESS,
  Amount:
    "must be a whole number of drops as text, from 0 to 10^17, or an object of currency, issuer and value",
  Blob: "must be hex text of whole bytes",
  Currency: CURRENCY,
  Hash128: "must be 32 hex digits",
  Hash160: "must be 40 hex digits",
  Hash192: "must be 48 hex digits",
  Hash256: "must be 64 hex digits",
  Int32: "must be a whole number from -2147483648 to 2147483647",
  Issue: "must be an object of currency and issuer",
  Number: "must be decimal text",
  PathSet: "must be a list of payment paths",
  STArray: "must be a list of objects with one member",
  STObject: "must be an object",
  UInt8: "must be a whole number from 0 to 255",
  UInt16: "must be a whole number from 0 to 65535",
  UInt32: "must be a whole number from 0 to 4294967295",
  UInt64: "must be hex text of at most 16 digits",
  Vector256: "must be a list of texts of 64 hex digits",
};

function isFields(value: JsonValue): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The bytes of a transaction's fields, in upper-case hex. The library's types want a transaction; its codec takes any fields.
 *
 * @throws Error, which may quote a field, for what the ledger's format does not have
 */
export function encodeFields(fields: Fields): string {
  return encode(fields as unknown as Parameters<typeof encode>[0]);
}

/** What is signed of a transaction, in hex: its fields behind the prefix `STX\0`. */
export function encodeUnsigned(fields: Fields): string {
  return encodeForSigning(fields as unknown as Parameters<typeof encodeForSigning>[0]);
}

/** The fields of a transaction that {@link encodeFields} wrote. */
export function decodeFields(blob: string): Fields {
  return decode(blob) as Fields;
}

function canBeEncoded(fields: Fields): boolean {
  try {
    encodeFields(fields);
    return true;
  } catch {
    return false;
  }
}

/** The address of nobody (ACCOUNT_ZERO), in the place of an issuer that may be wrong. */
const NOBODY = "rrrrrrrrrrrrrrrrrrrrrhoLvTp";

/** The member of a token's amount that is wrong: the first one with which alone it could be encoded. */
function wrongAmount(amount: Fields, path: string): string | undefined {
  const { currency, issuer, value, mpt_issuance_id: issuance } = amount;
  if (canBeEncoded({ Amount: { ...amount, value: "1" } })) {
    return wrongMember(`${path}.value`, "must be decimal text of at most 16 digits", value);
  }
  if (issuance !== undefined) {
    return wrongMember(`${path}.mpt_issuance_id`, "must be 48 hex digits", issuance);
  }
  if (canBeEncoded({ Amount: { ...amount, value: "1", issuer: NOBODY } })) {
    return wrongMember(`${path}.issuer`, ADDRESS, issuer);
  }
  if (currency === undefined && issuer === undefined) return undefined;
  return wrongMember(`${path}.currency`, CURRENCY, currency);
}

function wrongWithin(name: string, value: JsonValue, path: string): string | undefined {
  const type = fieldTypes.get(name);
  if (type === "STArray" && Array.isArray(value)) {
    for (const [position, item] of value.entries()) {
      const place = `${path}.${position}`;
      const [entry, another] = isFields(item) ? Object.entries(item) : [];
      if (entry === undefined || another !== undefined) {
        return wrongMember(place, "must be an object with one member", item);
      }
      const [wrapper, inner] = entry;
      if (!isFields(inner)) return wrongMember(`${place}.${wrapper}`, "must be an object", inner);
      const found = wrongField(inner, `${place}.${wrapper}.`);
      if (found !== undefined) return found;
    }
  }
  if (!isFields(value)) return undefined;
  if (type === "STObject") return wrongField(value, `${path}.`);
  return type === "Amount" ? wrongAmount(value, path) : undefined;
}

/**
 * What is wrong with the first field that cannot be encoded: where it is, what is wanted, what it is.
 * @param parent what comes before the names of the fields
 */
export function wrongField(fields: Fields, parent = ""): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const type = fieldTypes.get(name);
    const isEmptyAccount = type === "AccountID" && value === "";
    if (type !== undefined && !isEmptyAccount && canBeEncoded({ [name]: value })) continue;
    const path = parent + name;
    if (type === undefined) return wrongMember(path, "is not known", value);
    return (
      wrongWithin(name, value, path) ??
      wrongMember(path, wantedOfType[type] ?? `cannot be encoded as ${type}`, value)
    );
  }
  return undefined;
}

const AMOUNTS: ReadonlySet<string> = new Set(
  definitions.FIELDS.flatMap(([name, field]) =>
    typeof name === "string" && typeof field === "object" && field.type === "Amount" ? [name] : [],
  ),
);

/**
 * The same value with every amount that is a JSON number as text: whole drops, and the value of a token's amount. What is
 * no amount stays as it is.
 */
export function withAmountsAsText(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withAmountsAsText);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      AMOUNTS.has(name) ? amountText(member) : withAmountsAsText(member),
    ]),
  );
}

function amountText(amount: JsonValue): JsonValue {
  if (!isJsonObject(amount)) return readWhole(amount)?.toString() ?? amount;
  const { value } = amount;
  const read = typeof value === "string" ? undefined : readDecimal(value);
  return read === undefined ? amount : { ...amount, value: decimalText(read) };
}

/** Whether a number of the payload is what the codec made of it: both are numbers, or text for one. */
export function isSameNumber(given: JsonValue, encoded: JsonValue | undefined): boolean {
  const [one, other] = [given, encoded].map(readDecimal);
  return one !== undefined && one.coefficient === other?.coefficient && one.scale === other.scale;
}
