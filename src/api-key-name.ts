/** The names of API keys: a wallet, a job and a lease name the key that they belong to, which itself stands in the settings alone. */
import { KmsError } from "./errors.ts";

/** The name of the key of `TATUM_API_KEY`. Wallets and jobs that name none belong to it. */
export const defaultApiKey = "default";

/** As a wallet or an option names it: `shop` for `TATUM_API_KEY_SHOP`. */
export const apiKeyNamePattern = /^[a-z0-9][a-z0-9_]{0,31}$/;

/** `TATUM_API_KEY_SHOP_FILE` and `..._FROM` say where the key of `shop` is. */
const RESERVED = /(?:^|_)(?:file|from)$/;

/** The one form of a name; `undefined` for what is none. */
export function parseApiKeyName(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  return apiKeyNamePattern.test(name) && !RESERVED.test(name) ? name : undefined;
}

/** The names in a list, separated by commas. What is none is not repeated: somebody may have typed a key. @throws KmsError `USAGE` */
export function readApiKeyNames(text: string): string[] {
  const names = text.split(",").map((part) => {
    const name = parseApiKeyName(part);
    if (name !== undefined) return name;
    const wanted = "up to 32 letters, digits and underscores, as in TATUM_API_KEY_<NAME>";
    throw new KmsError("USAGE", `What was given is not the name of an API key: ${wanted}.`, {
      hint: "The key itself stands in that variable alone.",
    });
  });
  return [...new Set(names)];
}

/** {@link readApiKeyNames} for one name. @throws KmsError `USAGE` */
export function readApiKeyName(text: string): string {
  const [name = "", ...others] = readApiKeyNames(text);
  if (others.length === 0) return name;
  throw new KmsError("USAGE", "A wallet belongs to one API key.");
}

/** As a wallet or a job keeps it: the default key is not named. */
export function keptApiKey(name: string): string | undefined {
  return name === defaultApiKey ? undefined : name;
}

/** Whether a wallet or a job belongs to a key. */
export function isOfKey(
  { apiKey = defaultApiKey }: { readonly apiKey?: string | undefined },
  name: string,
): boolean {
  return apiKey === name;
}

/** A chain with the key that its wallets belong to, where that is not the default one: `ETH`, `ETH (key shop)`. */
export function chainOfKey(chain: string, apiKey: string): string {
  return apiKey === defaultApiKey ? chain : `${chain} (key ${apiKey})`;
}
