/**
 * The config file: the variables by their names, in TOML (https://toml.io/en/v1.0.0). It is trusted by the rules of env files, and
 * nothing in it that is not one value of one variable is passed over.
 */

import { exposure } from "../../providers/support/trusted-file.ts";
import { KmsError } from "../errors.ts";
import { isSecretVariable } from "../operations/hardening.ts";
import { decodeText, type EnvFile, isNone, readSettingsBytes, UnreadableLine } from "./env-file.ts";

/** Lines that are looked through for the one that is wrong. */
const MOST_LINES = 1000;

function isToml(text: string): boolean {
  try {
    Bun.TOML.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The line behind the longest beginning that is right; the parser does not tell the place. */
function wrongLine(text: string): number {
  const lines = text.split("\n").slice(0, MOST_LINES);
  let right = lines.length - 1;
  while (right > 0 && !isToml(lines.slice(0, right).join("\n"))) right -= 1;
  return right + 1;
}

/** The line in which a key of the first level stands, as far as a look at the text can tell. */
function lineOfKey(text: string, key: string): number | undefined {
  const at = text
    .split("\n")
    .findIndex((line) =>
      new RegExp(`^\\s*["']?${RegExp.escape(key)}["']?\\s*[=.]|^\\s*\\[${RegExp.escape(key)}[\\].]`).test(
        line,
      ),
    );
  return at === -1 ? undefined : at + 1;
}

/** One entry of a list; `undefined` for what cannot stand in one. */
function entryText(value: unknown): string | undefined {
  if (typeof value === "string" && !value.includes(",")) return value;
  return Number.isFinite(value) ? String(value) : undefined;
}

/** A value as the variable would hold it; `undefined` for a table, a date and what is no number. */
function valueText(name: string, value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || Number.isFinite(value)) return String(value);
  if (!Array.isArray(value)) return undefined;
  // The one variable whose value is a list in JSON.
  if (name.endsWith("_COMMAND")) return JSON.stringify(value);
  const entries = value.map(entryText);
  return entries.every((entry) => entry !== undefined) ? entries.join(",") : undefined;
}

function parse(text: string): Record<string, unknown> {
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    // The latter of brackets in brackets, deeper than the stack.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    // Its message may quote a secret and is not repeated.
    throw new UnreadableLine(
      wrongLine(text),
      "is not TOML, sets a name a second time, or has a whole number above 2^53",
      'Lines are NAME = "text", NAME = 5 or NAME = true; texts, and large numbers, stand between quotation marks.',
    );
  }
}

function collect(text: string): Pick<EnvFile, "variables" | "lines"> {
  const variables: Record<string, string> = {};
  const lines: Record<string, number> = {};
  for (const [name, value] of Object.entries(parse(text))) {
    const line = lineOfKey(text, name);
    const read = valueText(name, value);
    if (read === undefined)
      throw new UnreadableLine(
        line ?? 1,
        "has a table, a date or a list of such where a text, a number, true, false or a list belongs",
        "Every name stands at the beginning of a line, and is that of a variable.",
      );
    variables[name] = read;
    if (line !== undefined) lines[name] = line;
  }
  return { variables, lines };
}

/**
 * The variables of a config file.
 *
 * @param isNamed somebody named it: it has to exist
 * @returns `undefined` when it does not exist and was not named
 * @throws KmsError `CONFIGURATION` when it cannot be read, when others can write it, and when it is no TOML of the kind that is wanted
 */
export function readConfigFile(path: string, isNamed: boolean): EnvFile | undefined {
  if (!isNamed && isNone(path)) return undefined;
  const source = `The config file ${path}`;
  const { bytes, status } = readSettingsBytes(path, { source, option: "--config", isNamed });
  try {
    const { variables, lines } = collect(decodeText(bytes));
    const holdsSecret = Object.entries(variables).some(
      ([name, value]) => value !== "" && isSecretVariable(name),
    );
    const exposed = holdsSecret ? exposure(source, path, status) : undefined;
    return { variables, lines, warnings: exposed === undefined ? [] : [exposed] };
  } catch (error) {
    if (!(error instanceof UnreadableLine)) throw error;
    throw new KmsError("CONFIGURATION", `Line ${error.line} of the config file ${path} ${error.message}.`, {
      hint: error.hint,
    });
  }
}
