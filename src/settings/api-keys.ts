/**
 * The API keys that the settings name: `TATUM_API_KEY`, which is the default one, and any number of others as
 * `TATUM_API_KEY_<NAME>`, each of them also in a file (`..._FILE`) or with a secret provider (`..._FROM`). All but this and the connection know their names alone.
 */
import { defaultApiKey, parseApiKeyName } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import { namedSecret, path, type SettingDefinition, secret } from "./kinds.ts";
import { readSecret, type SecretReading, type SecretSources } from "./secret-sources.ts";
import type { Config } from "./settings.ts";
import { settings } from "./table.ts";

const VARIABLE = /^TATUM_API_KEY_([A-Z0-9][A-Z0-9_]*?)(?:_FILE|_FROM)?$/;

export function apiKeyVariable(name: string): string {
  return name === defaultApiKey ? settings.apiKey.name : `${settings.apiKey.name}_${name.toUpperCase()}`;
}

/** The name that a variable is about; `undefined` for every other variable, and for those of the default key. */
function nameIn(variable: string): string | undefined {
  const [, upper = ""] = VARIABLE.exec(variable) ?? [];
  const name = parseApiKeyName(upper);
  return name === defaultApiKey ? undefined : name;
}

function sourcesOf(name: string): SecretSources {
  if (name === defaultApiKey)
    return { value: settings.apiKey, file: settings.apiKeyFile, from: settings.apiKeyFrom };
  const variable = apiKeyVariable(name);
  return {
    value: secret(variable, `Key of the Tatum API for wallets of the key ${name}`),
    file: path(`${variable}_FILE`, "Instead of it: a file to take it from"),
    from: namedSecret(`${variable}_FROM`),
  };
}

const definitionsOf = (name: string): readonly SettingDefinition[] => Object.values(sourcesOf(name));

/** The names of the other keys that are set. */
function otherNames(config: Config): string[] {
  return [...new Set([...config.set()].flatMap(({ name }) => nameIn(name) ?? []))].sort();
}

/** The variables of the other keys, as the settings have them. */
export function namedApiKeySettings(config: Config): SettingDefinition[] {
  return otherNames(config).flatMap(definitionsOf);
}

/** Whether the value of a variable is an API key. */
export function holdsApiKey(variable: string): boolean {
  return (
    variable === settings.apiKey.name || (nameIn(variable) !== undefined && !/_(?:FILE|FROM)$/.test(variable))
  );
}

/** The names of all keys that are set, the default one first. */
export function apiKeyNames(config: Config): string[] {
  const isSet = definitionsOf(defaultApiKey).some(({ name }) => config.setting(name) !== undefined);
  return [...(isSet ? [defaultApiKey] : []), ...otherNames(config)];
}

/** An API key, and where it was given, as in `TATUM_API_KEY (from environment)`. */
export interface GivenApiKey {
  readonly apiKeyName: string;
  readonly apiKey: string;
  readonly apiKeySetting: string;
}

/** Visible ASCII: what a header can carry. */
const KEY = /^[\x21-\x7e]{1,1000}$/;

/** @throws KmsError `CONFIGURATION` */
function checked(given: GivenApiKey): GivenApiKey {
  if (KEY.test(given.apiKey)) return given;
  throw new KmsError("CONFIGURATION", `${given.apiKeySetting} holds characters that no API key has.`);
}

/** Which API key is wanted. */
export interface ApiKeyChoice extends SecretReading {
  /** The key of `--api-key`, which counts before every variable. */
  readonly option?: string | undefined;
  /** {@link defaultApiKey} without it. */
  readonly name?: string | undefined;
}

/**
 * @throws KmsError `CONFIGURATION` when it is not set, is set twice or can be no key
 * @throws ProviderError when its file cannot be read, or its provider does not give it
 */
export async function readApiKey(
  config: Config,
  { option, name: apiKeyName = defaultApiKey, ...reading }: ApiKeyChoice,
): Promise<GivenApiKey> {
  if (option !== undefined) return checked({ apiKeyName, apiKey: option, apiKeySetting: "--api-key" });
  const found = await readSecret(config, sourcesOf(apiKeyName), reading);
  if (found !== undefined) return checked({ apiKeyName, apiKey: found.value, apiKeySetting: found.setting });
  throw new KmsError("CONFIGURATION", `${apiKeyVariable(apiKeyName)} is not set.`, {
    hint: "Set it in the environment or in an env file.",
  });
}
