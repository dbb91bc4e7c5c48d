/** What a provider gets from the program, for tests: given settings, and the program's real way to services. */
import { writeFileSync } from "node:fs";
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext, SecretProvider } from "../../providers/provider.ts";
import { createProviderHttp } from "../../src/http/provider-http.ts";
import { Config } from "../../src/settings/settings.ts";
import { TemporaryFolder } from "../temporary-folder.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

export interface Patience {
  /** Seconds for an answer. */
  readonly timeout?: number;
  /** Milliseconds before the first retry. */
  readonly delay?: number;
}

function configWith(lines: readonly string[]): Config {
  using folder = new TemporaryFolder();
  const file = folder.at(".env");
  writeFileSync(file, lines.join("\n"));
  return Config.load(file);
}

export function providerContext(
  settings: Settings,
  { timeout = 5, delay = 1 }: Patience = {},
): ProviderContext {
  const config = configWith([`TATUM_KMS_HTTP_TIMEOUT=${timeout}`, `TATUM_RETRY_DELAY=${delay}`]);
  return {
    setting: (name) => settings[name] || undefined,
    prompt: new Prompt(),
    warn: () => undefined,
    http: createProviderHttp(config),
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
