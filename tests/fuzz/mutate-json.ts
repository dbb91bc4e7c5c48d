/** Changes to JSON that keep it JSON, also inside of texts that are JSON or bytes themselves. */
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import type { Random } from "../random.ts";
import { damageText, HOSTILE_TEXTS, mutateText } from "./mutate-text.ts";

type JsonObject = { readonly [member: string]: JsonValue };

/** Members and values that were seen elsewhere, to be put into the place of others. */
export interface Vocabulary {
  readonly names: readonly string[];
  valuesOf(name: string): readonly JsonValue[];
}

const HOSTILE_NUMBERS: readonly (number | bigint)[] = [
  0,
  -0,
  1,
  -1,
  2,
  0.1,
  1e21,
  1e-9,
  1.5e300,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n,
  2n ** 128n,
  2n ** 256n - 1n,
  2n ** 256n,
  -(2n ** 63n),
  10n ** 400n,
];
/** Deeper than any recursion bears. */
const DEEP = 20_000;

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{}` with the members, also with one named `__proto__`. */
function objectOf(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  return Object.fromEntries(entries);
}

export class JsonMutator {
  readonly #random: Random;
  readonly #vocabulary: Vocabulary;

  constructor(random: Random, vocabulary: Vocabulary) {
    this.#random = random;
    this.#vocabulary = vocabulary;
  }

  /** The text of JSON after one change, which may leave it no JSON any more. */
  text(text: string): string {
    const random = this.#random;
    if (random.chance(0.04)) return this.#deep(text);
    if (random.chance(0.06)) return damageText(text, random);
    const json = parsed(text);
    if (json === undefined) return this.#rawText(text);
    const changed = stringifyExactJson(this.value(json));
    return random.chance(0.04) ? this.#withRepeatedMember(changed) : changed;
  }

  /** A value with one change somewhere in it. */
  value(value: JsonValue, name = ""): JsonValue {
    const random = this.#random;
    if (Array.isArray(value) && value.length > 0 && random.chance(0.85)) {
      const at = random.below(value.length);
      return value.map((item: JsonValue, index) => (index === at ? this.value(item, name) : item));
    }
    if (isObject(value) && Object.keys(value).length > 0 && random.chance(0.85)) {
      const chosen = random.pick(Object.keys(value));
      return objectOf(
        Object.entries(value).map(([member, item]) => [
          member,
          member === chosen ? this.value(item, member) : item,
        ]),
      );
    }
    return this.#replace(value, name);
  }

  #replace(value: JsonValue, name: string): JsonValue {
    const random = this.#random;
    const seen = this.#vocabulary.valuesOf(name);
    if (seen.length > 0 && random.chance(0.25)) return random.pick(seen);
    if (random.chance(0.08)) return this.#anyValue();
    if (typeof value === "string") return this.#string(value);
    if (typeof value === "number" || typeof value === "bigint") return this.#number(value);
    if (typeof value === "boolean") return !value;
    if (Array.isArray(value)) return this.#list(value);
    if (isObject(value)) return this.#object(value);
    return this.#anyValue();
  }

  #string(value: string): JsonValue {
    const random = this.#random;
    if (/^\s*[[{]/.test(value) && random.chance(0.9)) return this.text(value);
    if (/^\d{1,80}$/.test(value) && random.chance(0.3)) return String(this.#number(BigInt(value)));
    return this.#rawText(value);
  }

  /** Such as `<hex>:<JSON>`: each part by itself. */
  #rawText(text: string): string {
    const colon = text.indexOf(":");
    if (colon < 8 || !/^[0-9a-fA-F]+$/.test(text.slice(0, colon))) return mutateText(text, this.#random);
    const [bytes, rest] = [text.slice(0, colon), text.slice(colon + 1)];
    return this.#random.chance(0.6)
      ? `${mutateText(bytes, this.#random)}:${rest}`
      : `${bytes}:${this.text(rest)}`;
  }

  #number(value: number | bigint): JsonValue {
    const random = this.#random;
    if (random.chance(0.3)) return random.pick(HOSTILE_NUMBERS);
    if (random.chance(0.1)) return String(value);
    if (typeof value === "number" && !Number.isSafeInteger(value)) return value / 2;
    const step = BigInt(random.pick([1, -1, 1, 256, 1000, random.below(2 ** 31)]));
    const changed = random.chance(0.8) ? BigInt(value) + step : -BigInt(value);
    return Number.isSafeInteger(Number(changed)) ? Number(changed) : changed;
  }

  #list(list: readonly JsonValue[]): JsonValue {
    const random = this.#random;
    const at = random.below(list.length + 1);
    switch (random.below(5)) {
      case 0:
        return list.filter((_, index) => index !== at);
      case 1:
        return [...list.slice(0, at), this.#anyValue(), ...list.slice(at)];
      case 2:
        return list.flatMap((item, index) => (index === at ? [item, item] : [item]));
      case 3:
        return list.toReversed();
      default:
        return list.length === 0
          ? [[]]
          : Array.from({ length: 300 }, (_, index) => list[index % list.length] as JsonValue);
    }
  }

  #object(object: JsonObject): JsonValue {
    const random = this.#random;
    const entries = Object.entries(object);
    const at = random.below(entries.length);
    switch (random.below(4)) {
      case 0:
        return objectOf(entries.filter((_, index) => index !== at));
      case 1:
        return objectOf(entries.toReversed());
      case 2:
        return objectOf(entries.map(([name, item], index) => [index === at ? this.#anyName() : name, item]));
      default: {
        const name = this.#anyName();
        const seen = this.#vocabulary.valuesOf(name);
        const value = seen.length > 0 && random.chance(0.8) ? random.pick(seen) : this.#anyValue();
        return objectOf([...entries, [name, value]]);
      }
    }
  }

  #anyName(): string {
    const { names } = this.#vocabulary;
    return this.#random.chance(0.85) && names.length > 0
      ? this.#random.pick(names)
      : this.#random.pick(HOSTILE_TEXTS);
  }

  #anyValue(): JsonValue {
    const random = this.#random;
    const values = this.#vocabulary.valuesOf(this.#anyName());
    return random.pick<JsonValue>([
      null,
      true,
      false,
      [],
      {},
      [[]],
      random.pick(HOSTILE_NUMBERS),
      random.pick(HOSTILE_TEXTS),
      random.below(1000),
      ...(values.length > 0 ? [random.pick(values)] : []),
    ]);
  }

  /** Nesting in the place of a value. */
  #deep(text: string): string {
    const depth = this.#random.chance(0.3) ? DEEP : 1 + this.#random.below(2_000);
    const nested = this.#random.chance(0.5)
      ? "[".repeat(depth) + "]".repeat(depth)
      : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    const values = [...text.matchAll(/:(?:"[^"\\]*"|\d+)/g)];
    if (values.length === 0) return nested;
    const { 0: found, index } = this.#random.pick(values);
    return `${text.slice(0, index)}:${nested}${text.slice(index + found.length)}`;
  }

  /** A second member of the same name; which one counts, parsers do not agree on. */
  #withRepeatedMember(text: string): string {
    const members = [...text.matchAll(/"([^"\\]+)":/g)].map(([, name]) => name ?? "");
    if (members.length === 0 || !text.startsWith("{")) return text;
    const name = this.#random.pick(members);
    const values = this.#vocabulary.valuesOf(name);
    const value = values.length > 0 ? this.#random.pick(values) : this.#anyValue();
    return `${text.slice(0, -1)},${JSON.stringify(name)}:${stringifyExactJson(value)}}`;
  }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
