import { writeFileSync } from "node:fs";
import type { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext } from "../../providers/provider.ts";
import { createProviderHttp } from "../../src/http/provider-http.ts";
import { Config } from "../../src/settings/settings.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

/**
 * What the program gives to a provider, with the real way to services, but impatient.
 *
 * @param envFile where the env file with the impatience may be written
 * @param retryDelay milliseconds
 */
export function serviceContext(envFile: string, settings: Settings, retryDelay = 1): ProviderContext {
  writeFileSync(envFile, `TATUM_RETRY_DELAY=${retryDelay}\nTATUM_KMS_HTTP_TIMEOUT=0.5\n`);
  const nobody = (): never => {
    throw new Error("A person was asked.");
  };
  return {
    setting: (name) => settings[name],
    prompt: { ask: nobody, askNew: nobody } as unknown as Prompt,
    warn: () => undefined,
    http: createProviderHttp(Config.load(envFile)),
  };
}
