import type { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext } from "../../providers/provider.ts";
import { providerServices } from "../../src/cli/workers.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

/**
 * What the program gives to a provider, with the real way to services, but impatient.
 *
 * @param retryDelay milliseconds
 */
export function serviceContext(settings: Settings, retryDelay = 1): ProviderContext {
  const nobody = (): never => {
    throw new Error("A person was asked.");
  };
  return {
    setting: (name) => settings[name],
    prompt: { ask: nobody, askNew: nobody } as unknown as Prompt,
    warn: () => undefined,
    ...providerServices({ timeout: 500, delay: retryDelay }),
  };
}
