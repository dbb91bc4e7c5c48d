/** The kinds of variables that there are: a text, a secret, a path, a flag, a number within bounds, a URL, ... */
import { type NamedSecret, namingProviders, parseNamedSecret } from "../../providers/named-secret.ts";
import { readHttpUrl } from "../http/http-url.ts";
import { expandHome } from "./home.ts";

/** A variable. Those of the secret providers are declared by the providers. */
export interface SettingDefinition<Value = unknown> {
  readonly name: string;
  /** For help and documentation, without a full stop. */
  readonly meaning: string;
  /** Whether its value must never be shown. */
  readonly secret: boolean;
  /** The default, as somebody would write it. */
  readonly standard?: string;
  /** Whether it counts in the environment alone, and not in env files. */
  readonly environmentOnly?: boolean;
  /** What a value has to be, as in "a number of seconds from 0.1 to 600". */
  readonly wanted: string;
  /**
   * @param what the variable and where it is set, for an error
   * @returns `undefined` for what is not {@link wanted}
   * @throws KmsError `CONFIGURATION` where more can be said
   */
  parse(text: string, what: string): Value | undefined;
  /** What was probably meant by a text that is not {@link wanted}. */
  advice?(text: string): string | undefined;
}

/** A variable that always has a value. */
export type SettingWithDefault<Value> = SettingDefinition<Value> & {
  readonly standard: string;
};

export const text = (name: string, meaning: string): SettingDefinition<string> => ({
  name,
  meaning,
  secret: false,
  wanted: "a text",
  parse: (value) => value,
});

export const secret = (name: string, meaning: string): SettingDefinition<string> => ({
  ...text(name, meaning),
  secret: true,
});

/** A secret that a provider gives, by its name there. Not shown as it stands: a command may hold a secret. */
export const namedSecret = (name: string): SettingDefinition<NamedSecret> => ({
  name,
  meaning: "Instead of it: a secret provider and the name of the secret there, as azure:my-secret",
  secret: true,
  wanted: `a secret provider and the name of the secret there, as azure:my-secret; the providers are ${namingProviders.join(", ")}`,
  parse(value, what) {
    const named = parseNamedSecret(value, name);
    return named === undefined ? undefined : { ...named, name: expandHome(named.name, what) };
  },
});

/** A path; `~/` at its beginning is the home directory. */
export const path = (name: string, meaning: string): SettingDefinition<string> => ({
  ...text(name, meaning),
  wanted: "a path",
  parse: expandHome,
});

export const flag = (name: string, meaning: string): SettingWithDefault<boolean> => ({
  name,
  meaning,
  secret: false,
  standard: "false",
  wanted: "true or false (1 or 0)",
  parse(value) {
    if (value === "true" || value === "1") return true;
    return value === "false" || value === "0" ? false : undefined;
  },
});

interface Bounds {
  readonly standard: string;
  readonly from: number;
  readonly to: number;
}

export function bounded(
  name: string,
  meaning: string,
  unit: string,
  bounds: Bounds,
): SettingWithDefault<number> {
  const { standard, from, to } = bounds;
  return {
    name,
    meaning,
    secret: false,
    standard,
    wanted: `a number${unit} from ${from} to ${to}`,
    parse(value) {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      return number >= from && number <= to ? number : undefined;
    },
  };
}

/** Written in seconds, used in milliseconds. */
export function seconds(name: string, meaning: string, bounds: Bounds): SettingWithDefault<number> {
  const written = bounded(name, meaning, " of seconds", bounds);
  return {
    ...written,
    parse(value, what) {
      const number = written.parse(value, what);
      return number === undefined ? undefined : number * 1000;
    },
  };
}

export const withoutDefault = <Value>({
  standard: _,
  ...definition
}: SettingWithDefault<Value>): SettingDefinition<Value> => definition;

export const matching = (
  name: string,
  meaning: string,
  wanted: string,
  pattern: RegExp,
): SettingDefinition<string> => ({
  ...text(name, meaning),
  wanted,
  parse: (value) => (pattern.test(value) ? value : undefined),
});

export const oneOf = <Word extends string>(
  name: string,
  meaning: string,
  words: readonly Word[],
): SettingDefinition<Word> => ({
  name,
  meaning,
  secret: false,
  wanted: `one of ${words.join(", ")}`,
  parse: (value) => words.find((word) => word === value.toLowerCase()),
});

/** Headers of a request by their names in lower case. */
export type HeaderList = Readonly<Record<string, string>>;

const MOST_HEADERS = 32;
/** Characters of all of them, as much as servers take as a rule. */
const MOST_HEADER_TEXT = 8192;
/** A token and a field value of RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[!-~](?:[ -~\t]*[!-~])?$/;
/** What says how a request is sent is ours to say. */
const OWN_HEADERS =
  /^(?:accept-encoding|connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readHeaders(list: string): HeaderList | undefined {
  const entries = list.split(",").filter((entry) => entry.trim() !== "");
  if (list.length > MOST_HEADER_TEXT || entries.length > MOST_HEADERS) return undefined;
  const headers = new Map<string, string>();
  for (const entry of entries) {
    const [, rawName = "", rawValue = ""] = /^([^=]*)=([^;]*)$/.exec(entry) ?? [];
    const name = rawName.trim().toLowerCase();
    if (!HEADER_NAME.test(name) || OWN_HEADERS.test(name) || headers.has(name)) return undefined;
    const value = percentDecoded(rawValue.trim());
    if (value === undefined || !HEADER_VALUE.test(value)) return undefined;
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

/**
 * Headers, which may be secrets, as OpenTelemetry writes them: `name=value,name=value`, the list of W3C Baggage without its
 * metadata, values percent-encoded (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables).
 */
export const headers = (name: string, meaning: string): SettingDefinition<HeaderList> => ({
  name,
  meaning,
  secret: true,
  wanted:
    "headers as name=value, separated by commas: each name once, values percent-encoded, none that says how a request is sent",
  parse: readHeaders,
});

export const url = (name: string, meaning: string): SettingDefinition<URL> => ({
  name,
  meaning,
  secret: false,
  wanted: "an http or https URL",
  parse: (value, what) => readHttpUrl({ what, text: value, code: "CONFIGURATION" }),
});
