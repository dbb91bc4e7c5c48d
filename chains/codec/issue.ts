/** What is wrong with a member of a payload or an answer, in one form: where it is, what is wanted there, what it is. */
import * as v from "valibot";
import { JsonDecimal } from "./exact-json.ts";

const MAXIMUM_SHOWN = 60;

/** Members that hold keys; what they are is not told. */
const HOLDS_A_KEY = /(?:^|\.)(?:mintPK|privateKey|secret|mnemonic|seed)$/i;

/** A value in words short enough for an error. */
export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null && !(value instanceof JsonDecimal)) return "an object";
  const text = String(value);
  if (text.length <= MAXIMUM_SHOWN) return typeof value === "string" ? JSON.stringify(value) : text;
  const start = `${text.slice(0, MAXIMUM_SHOWN)}...`;
  return typeof value === "string" ? JSON.stringify(start) : `${start} (${text.length} characters)`;
}

/**
 * What is wrong with a member, without a full stop.
 *
 * @param path where it is, such as `inputs.0.script`
 * @param wanted goes on from the path: `must be hex text`, `is not supported`
 * @param found what it is
 */
export function wrongMember(path: string, wanted: string, found: unknown): string {
  if (found === undefined) return `${path} is missing`;
  if (HOLDS_A_KEY.test(path) || /, but is |: it is /.test(wanted)) return `${path} ${wanted}`;
  return wanted.startsWith("must ")
    ? `${path} ${wanted}, but is ${shown(found)}`
    : `${path} ${wanted}: it is ${shown(found)}`;
}

const wantedOfType: Readonly<Record<string, string>> = {
  string: "must be text",
  number: "must be a JSON number",
  boolean: "must be true or false",
  array: "must be a list",
  object: "must be an object",
  strict_object: "must be an object",
  loose_object: "must be an object",
  record: "must be an object",
  integer: "must be a whole number",
  safe_integer: "must be a whole number",
  non_empty: "must not be empty",
};

/** What a schema wants that says it in no words of its own; those of the library are no sentence of ours. */
function wantedOf({ type, expected, requirement }: v.BaseIssue<unknown>): string {
  switch (type) {
    case "min_value":
      return `must not be below ${requirement}`;
    case "max_value":
      return `must not be above ${requirement}`;
    case "min_length":
      return requirement === 1 ? "must not be empty" : `must not be shorter than ${requirement}`;
    case "max_length":
      return `must not be longer than ${requirement}`;
    case "length":
      return `must have the length ${requirement}`;
    case "literal":
    case "picklist":
      return `must be ${(expected ?? "something else")
        .replaceAll('"', "")
        .replaceAll(" | ", ", ")
        .replace(/^\((.*)\)$/, "$1")}`;
    default:
      return expected === "never" ? "is not known" : (wantedOfType[type] ?? "is not what belongs there");
  }
}

/**
 * An issue of a schema in our words, without a full stop. A message of the schema goes on from the path.
 *
 * @param options.whole what the value as a whole is called
 * @param options.quoted whether to tell what was found: not of answers, which may be long
 */
export function describeIssue(
  issue: v.BaseIssue<unknown>,
  { whole = "it", quoted = true }: { readonly whole?: string; readonly quoted?: boolean } = {},
): string {
  const path = v.getDotPath(issue) ?? whole;
  const isOwn = !issue.message.startsWith("Invalid ");
  const wanted = isOwn ? issue.message : wantedOf(issue);
  if (issue.input === undefined || quoted) return wrongMember(path, wanted, issue.input);
  return `${path} ${wanted}`;
}
