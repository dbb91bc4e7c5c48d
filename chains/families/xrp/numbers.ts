/**
 * The numbers of a payload in the one form that the ledger's codec reads exactly: amounts as text. Callers write them as
 * JSON numbers, too.
 * https://xrpl.org/docs/references/protocol/data-types/currency-formats
 */

import definitions from "ripple-binary-codec/dist/enums/definitions.json";
import { decimalText } from "../../codec/decimal.ts";
import { isJsonObject, type JsonValue } from "../../codec/exact-json.ts";
import { readDecimal, readWhole } from "../../codec/quantity.ts";

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
