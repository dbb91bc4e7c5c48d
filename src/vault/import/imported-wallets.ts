/**
 * The JSON that both the original's vault and `export` hold: signature ID -> wallet, newest first
 * (https://www.rfc-editor.org/rfc/rfc8259).
 */
import * as v from "valibot";
import { type JsonValue, parseExactJson } from "../../../chains/codec/exact-json.ts";
import { KmsError } from "../../errors.ts";
import type { WalletEntry } from "../wallet-changes.ts";
import { longestSignatureId, type WalletRecord } from "../wallet-record.ts";

/**
 * A member of a JSON object as it stands in its text. A JavaScript object would move members with names like "1" to the
 * front and keep only the last of two with one name.
 */
interface JsonMember {
  readonly name: string;
  /** The value's text. */
  readonly text: string;
}

/** A string, a bracket, a comma or a colon; numbers and words are what lies between. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** @param text The text of an object, known to be valid JSON. */
function jsonMembers(text: string): JsonMember[] {
  const members: JsonMember[] = [];
  let depth = 0;
  let name: string | undefined;
  let start = 0;
  const finish = (end: number) => {
    if (name !== undefined) members.push({ name, text: text.slice(start, end).trim() });
    name = undefined;
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") {
      if (depth === 1) finish(index);
      depth -= 1;
    } else if (depth === 1 && token === ",") finish(index);
    else if (depth === 1 && token !== ":" && name === undefined) {
      name = JSON.parse(token) as string;
      start = text.indexOf(":", index + token.length) + 1;
    }
  }
  return members;
}

/** A wallet of another file. */
export interface ImportedWallet {
  readonly signatureId: string;
  readonly record: WalletRecord;
  /** What another vault calls it. */
  readonly names?: WalletEntry[2];
}

const objectSchema = v.custom<WalletRecord>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/**
 * The wallets in the order of the text, each with all its fields and values.
 *
 * @throws SyntaxError when the text is not JSON
 * @throws KmsError `IMPORT_DAMAGED` when it is JSON of another shape, naming the entry
 */
export function parseImportedWallets(text: string): ImportedWallet[] {
  if (!v.is(objectSchema, parseJson(text))) throw damaged("it does not hold a JSON object");
  const members = jsonMembers(text);
  const twice = repeatedName(members);
  if (twice !== undefined) throw damaged(`it holds the signature ID ${JSON.stringify(twice)} twice`);
  return members.map(parseEntry);
}

function parseEntry({ name, text }: JsonMember): ImportedWallet {
  const shownName = JSON.stringify(name.slice(0, longestSignatureId));
  if (name.length === 0 || name.length > longestSignatureId) {
    throw damaged(`${shownName} is no signature ID: it has ${name.length} characters`);
  }
  const record = parseJson(text);
  if (!v.is(objectSchema, record)) throw damaged(`the entry ${shownName} is not a JSON object`);
  const twice = repeatedName(jsonMembers(text));
  if (twice !== undefined)
    throw damaged(`the entry ${shownName} has the field ${JSON.stringify(twice)} twice`);
  if (holdsInfinity(record)) throw damaged(`the entry ${shownName} has a number that cannot be kept`);
  return { signatureId: name, record };
}

/** Whether a number such as 1e4000 was too large to be read exactly: it would be written back as `null`. */
function holdsInfinity(value: JsonValue): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsInfinity);
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** Text nested so deeply that the parser gives up is no JSON to us. */
function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw error instanceof RangeError ? new SyntaxError("The JSON is nested too deeply.") : error;
  }
}

function repeatedName(members: readonly JsonMember[]): string | undefined {
  const names = new Set<string>();
  return members.find(({ name }) => names.size === names.add(name).size)?.name;
}

function damaged(what: string): KmsError {
  return new KmsError("IMPORT_DAMAGED", `The file to import has an unknown shape: ${what}.`);
}
