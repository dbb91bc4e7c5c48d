/** What a provider gets from the program, for tests: given settings, and the program's real way to services. */
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext, SecretProvider } from "../../providers/provider.ts";
import { providerServices } from "../../src/cli/workers.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

export interface Patience {
  /** Seconds for an answer. */
  readonly timeout?: number;
  /** Milliseconds before the first retry. */
  readonly delay?: number;
}

export function providerContext(
  settings: Settings,
  { timeout = 5, delay = 1 }: Patience = {},
): ProviderContext {
  return {
    setting: (name) => settings[name] || undefined,
    prompt: new Prompt(),
    warn: () => undefined,
    ...providerServices({ timeout: 1000 * timeout, delay }),
  };
}

/** The variables that a provider asks for while it describes itself and gets the secret, sorted. */
export async function askedVariables(provider: SecretProvider, context: ProviderContext): Promise<string[]> {
  const asked = new Set<string>();
  const watched: ProviderContext = {
    ...context,
    setting(name) {
      asked.add(name);
      return context.setting(name);
    },
  };
  provider.describe(watched);
  await provider.secret(watched, "unlock");
  return [...asked].sort();
}
