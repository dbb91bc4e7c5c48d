/**
 * JSON without lost digits: RFC 8259 allows any number, a double holds 53 bits of an integer. Whole numbers that a double
 * cannot hold become `bigint`, however they are written (`1e21`). Others are numbers where the double means the same number
 * as the text (`0.05`), else a {@link JsonDecimal}.
 * https://www.rfc-editor.org/rfc/rfc8259, https://tc39.es/proposal-json-parse-with-source/
 */
import { parseDecimal, toUnits } from "./decimal.ts";

/** A number with a fraction that no double holds: its text. */
export class JsonDecimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** A value read from JSON text. */
export type JsonValue =
  | string
  | number
  | bigint
  | JsonDecimal
  | boolean
  | null
  | readonly JsonValue[]
  | JsonObject;

export interface JsonObject {
  readonly [member: string]: JsonValue;
}

/** Whether a value is an object with members: no list, no number, not `null`. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonDecimal)
  );
}

interface ReviverContext {
  readonly source?: string;
}

/**
 * Parses JSON text, keeping every digit of every number. What is longer than a thousand characters, or has a larger
 * exponent than that, is what `JSON.parse` makes of it.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): JsonValue {
  const exactNumber = (_member: string, value: unknown, context?: ReviverContext): unknown =>
    typeof value === "number" ? exact(value, context?.source ?? "") : value;
  return JSON.parse(text, exactNumber) as JsonValue;
}

function exact(value: number, source: string): number | bigint | JsonDecimal {
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return value;
  const read = parseDecimal(source);
  if (read === undefined) return value;
  const whole = toUnits(read, 0);
  if (whole !== undefined) return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  const held = parseDecimal(String(value));
  const isHeld = held?.coefficient === read.coefficient && held.scale === read.scale;
  return isHeld ? value : new JsonDecimal(source);
}

/** JSON has no other text for these than the plain digits; see the raw JSON text proposal of ECMAScript. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** Writes JSON text; every number keeps its digits. The counterpart of {@link parseExactJson}. */
export function stringifyExactJson(value: unknown, indent?: number): string {
  const exactNumber = (_member: string, member: unknown): unknown =>
    typeof member === "bigint" || member instanceof JsonDecimal ? rawJson(member.toString()) : member;
  return JSON.stringify(value, exactNumber, indent);
}
