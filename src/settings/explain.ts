/** Where each setting comes from, and what it counts before; nothing secret. */
import { parseNamedSecret, showNamedSecret } from "../../providers/named-secret.ts";
import type { ProviderVariable } from "../../providers/provider.ts";
import { holdsApiKey, namedApiKeySettings } from "./api-keys.ts";
import { type Config, maskApiKey, placeOf, type Setting } from "./settings.ts";
import { settingTable } from "./table.ts";

/** A value that may be shown, at a place. */
export interface ExplainedValue {
  /** `set` stands for what must not be shown. */
  readonly value: string;
  /** `default`, `environment`, or a file with its line. */
  readonly from: string;
}

export interface ExplainedSetting extends ExplainedValue {
  readonly name: string;
  readonly meaning: string;
  /** The same variable at places that count less, the next one first. */
  readonly overrides: readonly ExplainedValue[];
}

/**
 * A URL without what may be secret in it: user and password, query, and a path, in which some hosts want a key. Of what is no URL,
 * and no path of a file, nothing that stands before a host. Of a PKCS#11 URI nothing.
 */
export function withoutSecrets(value: string): string {
  const text = value.trim();
  // A PKCS#11 URI may hold the PIN.
  if (/^pkcs11:/i.test(text)) return "set";
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text.replace(/^[^/~.].*@/s, "...@");
  if (!URL.canParse(text)) return "set, but not a URL";
  const { protocol, host, pathname, search } = new URL(text);
  const isBare = ["", "/"].includes(pathname) && search === "";
  return `${protocol}//${host}${isBare ? "" : "/..."}`;
}

/** Variables that name a secret with its provider. */
const NAMED_SECRET = /^TATUM_(?:API_KEY|KMS_STORE_PASSWORD)_(?:\w+_)?FROM$/;

type Definition = Pick<ProviderVariable, "name" | "secret"> & {
  readonly meaning: string;
  readonly standard?: string;
};

function shownValue({ name, secret }: Definition, value: string): string {
  if (holdsApiKey(name)) return maskApiKey(value);
  const named = NAMED_SECRET.test(name) ? parseNamedSecret(value, name) : undefined;
  if (named !== undefined) return showNamedSecret(named);
  return secret ? "set" : withoutSecrets(value);
}

/**
 * Every setting that has a value, in the order of the table, those of secret providers at the end.
 * @param providerVariables of all providers
 */
export function explainSettings(
  config: Config,
  providerVariables: readonly (ProviderVariable & { readonly meaning?: string })[],
): ExplainedSetting[] {
  const found = Map.groupBy(config.set(), ({ name }) => name);
  const ofProviders = providerVariables.filter(({ name }) => !settingTable.some((one) => one.name === name));
  const definitions: Definition[] = [
    ...settingTable,
    ...namedApiKeySettings(config),
    ...ofProviders.map(({ name, secret, meaning = "Of a secret provider" }) => ({ name, secret, meaning })),
  ];
  return definitions.flatMap((definition) => explain(definition, found.get(definition.name) ?? []));
}

function explain(definition: Definition, places: readonly Setting[]): ExplainedSetting[] {
  const { name, meaning, standard } = definition;
  const values = places.map((setting) => ({
    value: shownValue(definition, setting.value),
    from: placeOf(setting),
  }));
  if (standard !== undefined) values.push({ value: standard, from: "default" });
  const [first, ...overrides] = values;
  return first === undefined ? [] : [{ name, meaning, ...first, overrides }];
}
