/**
 * What every chain says when it refuses a transaction: which member is wrong, what is wanted there and what it is, in
 * sentences of this program. The vectors are good transactions; each member of each is broken in turn.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { tickers } from "../../chains/index.ts";
import { type FuzzVector, readAllVectors } from "../fuzz/signing-vectors.ts";
import { withRememberedKeys, workOn } from "../fuzz/work-on-entry.ts";
import { testedChainOf } from "./tested-chains.ts";

// Thousands of transactions for each chain: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

type Path = readonly (string | number)[];
type Change = (old: JsonValue) => JsonValue | undefined;

const breaks: Readonly<Record<string, Change>> = {
  missing: () => undefined,
  null: () => null,
  "an object": () => ({}),
  "an empty list": () => [],
  "in a list": (old) => [old],
  true: () => true,
  "a text": () => "zz top",
  "an empty text": () => "",
  "a number": () => 12_345,
  "a negative number": () => -1,
  "a fraction": () => 1.5,
  "a huge number": () => 10n ** 100n,
  "a huge number as text": () => "9".repeat(100),
  "a long text": () => "ab".repeat(50_000),
};

/** Bytes as an object with numbers as names, of which one stands for all. */
function isByteMap(value: object): boolean {
  const names = Object.keys(value);
  return names.length > 3 && names.every((name, position) => name === String(position));
}

/** The places of all members, of lists those of the first entry. */
function* placesIn(value: JsonValue, at: Path = []): Generator<Path> {
  if (typeof value !== "object" || value === null) return;
  const entries = Object.entries(value);
  for (const [name, item] of Array.isArray(value) || isByteMap(value) ? entries.slice(0, 1) : entries) {
    const place = [...at, Array.isArray(value) ? Number(name) : name];
    yield place;
    yield* placesIn(item as JsonValue, place);
  }
}

function changed(value: JsonValue, [name, ...rest]: Path, change: Change): JsonValue {
  if (name === undefined) return value;
  const replace = (old: JsonValue): JsonValue | undefined =>
    rest.length === 0 ? change(old) : changed(old, rest, change);
  if (Array.isArray(value)) {
    return value.flatMap((item: JsonValue, position) => {
      const replaced = position === name ? replace(item) : item;
      return replaced === undefined ? [] : [replaced];
    });
  }
  return Object.fromEntries(
    Object.entries(value as object)
      .map(([key, item]) => [key, key === name ? replace(item as JsonValue) : (item as JsonValue)] as const)
      .filter(([, item]) => item !== undefined),
  ) as JsonValue;
}

/** `<hex>:<JSON>` or JSON; nothing for payloads that are one text. */
function jsonPart(payload: string): { readonly before: string; readonly json: JsonValue } | undefined {
  const before = /^[0-9a-f]+:/.exec(payload)?.[0] ?? "";
  try {
    return { before, json: parseExactJson(payload.slice(before.length)) };
  } catch {
    return undefined;
  }
}

interface Broken {
  readonly entry: JsonValue;
  /** The member that was broken, as in `outputs.0.script`. */
  readonly member: string;
  readonly how: string;
}

/** The transaction of a vector, with every member that `isNew` broken in every way. */
function* brokenOnes({ pending }: FuzzVector, isNew: (member: string) => boolean): Generator<Broken> {
  for (const name of Object.keys(pending)) {
    if (!isNew(`/${name}`)) continue;
    for (const [how, change] of Object.entries(breaks)) {
      yield { entry: changed(pending, [name], change), member: name, how };
    }
  }
  const part = jsonPart(String(pending["serializedTransaction"]));
  if (part === undefined) return;
  for (const place of placesIn(part.json)) {
    const member = place.join(".");
    if (!isNew(member.replaceAll(/\b\d+\b/g, "#"))) continue;
    for (const [how, change] of Object.entries(breaks)) {
      const serializedTransaction = part.before + stringifyExactJson(changed(part.json, place, change));
      yield { entry: { ...pending, serializedTransaction }, member, how };
    }
  }
}

/** Words of libraries and of the language, which say nothing to whoever reads a log. */
const FOREIGN_WORDS =
  /\bInvalid (?!transaction:)|\bExpected\b|\breceived\b|\bundefined\b|\bNaN\b|\[object|\bError:|\bcannot construct\b|\bJSON\.parse\b|\n|\bat \w+ \(/i;

/** The members that choose the wallets; a refusal that is about a wallet or its key is about them. */
const CHOOSE_WALLETS = ["hashes", "signatures", "index", "withdrawalId", "withdrawalResponses"];

function faultsOf(problem: string, { member, how }: Broken, aliasesHere: readonly string[]): string[] {
  const faults: string[] = [];
  if (FOREIGN_WORDS.test(problem)) faults.push("foreign words");
  if (!/[^.\s]\.$/.test(problem)) faults.push("not one full stop at the end");
  if (/(?<!\.)\.\.(?!\.)/.test(problem) || / {2}|: \.|: $/.test(problem))
    faults.push("something is left out");
  if (problem.length > 700) faults.push("too long");
  const names = member.split(".").filter((name) => !/^\d+$/.test(name));
  const isAboutWallet =
    CHOOSE_WALLETS.includes(member) && /wallet|signers|signature ID|private key/i.test(problem);
  if (
    names.length > 0 &&
    !isAboutWallet &&
    ![...names, ...aliasesHere].some((name) => problem.includes(name))
  ) {
    faults.push("names no member");
  }
  const isAboutMember = problem.replaceAll(/\[(\d+)\]/g, ".$1").includes(`${member} `);
  if (
    how === "a text" &&
    isAboutMember &&
    member !== "serializedTransaction" &&
    member !== "mintPK" &&
    !problem.includes('"zz top"')
  ) {
    faults.push("does not tell what it is");
  }
  return faults;
}

const all = await readAllVectors();

describe("a refusal", () => {
  test.each(tickers.map((ticker) => [ticker]))(
    "of %s names member, value and what is wanted",
    async (ticker) => {
      const found = all.find(({ chain }) => chain.facts.ticker === ticker);
      if (found === undefined) throw new Error(`${ticker} has no vectors.`);
      const chain = withRememberedKeys(found.chain);
      const seen = new Set<string>();
      const isNew = (member: string): boolean => !seen.has(member) && Boolean(seen.add(member));
      const wrong: unknown[] = [];
      let refusals = 0;
      for (const vector of found.vectors) {
        const undamaged = await workOn(vector.pending, chain, vector);
        if (undamaged.kind !== "signed") continue;
        for (const broken of brokenOnes(vector, isNew)) {
          const { kind, problem } = await workOn(broken.entry, chain, vector);
          // A member that is left out may be one that the node is asked for.
          if (problem === undefined || ["NETWORK", "NODE_ANSWER_INVALID"].includes(kind)) continue;
          refusals++;
          const faults = faultsOf(problem, broken, testedChainOf(ticker).alsoNamed ?? []);
          if (faults.length > 0)
            wrong.push({ ...broken, entry: undefined, problem: problem.slice(0, 400), faults });
        }
      }
      expect(refusals).toBeGreaterThan(30);
      expect(wrong).toEqual([]);
    },
  );
});
