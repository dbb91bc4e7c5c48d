/**
 * A secret beside the vault's, such as an API key, had from a provider by its name there: `azure:shop-key`. How that place is reached, and
 * as whom, its variables say for all secrets.
 */
import { ProviderError } from "./error.ts";
import { loadProvider, providerNames } from "./index.ts";
import type { ProviderContext } from "./provider.ts";
import type { Secret } from "./secret.ts";

/** Those that a person answers, or whose one variable is the secret. */
const WITHOUT_NAMES = ["password", "prompt", "stdin"];

/** The providers that have secrets by name. */
export const namingProviders: readonly string[] = providerNames.filter(
  (name) => !WITHOUT_NAMES.includes(name),
);

export interface NamedSecret {
  readonly provider: string;
  /** As the provider names it, with `#` and a part where it knows parts. */
  readonly name: string;
  /** The variable that says so, for errors. */
  readonly variable: string;
}

/** `<provider>:<name>`; `undefined` for what is none. */
export function parseNamedSecret(text: string, variable: string): NamedSecret | undefined {
  const [, provider = "", name = ""] = /^\s*([a-z]+):\s*(\S.*?)\s*$/s.exec(text) ?? [];
  return namingProviders.includes(provider) ? { provider, name, variable } : undefined;
}

/** The name without what a command may hold, for people. */
export function showNamedSecret({ provider, name }: NamedSecret): string {
  return provider === "exec" ? "exec:..." : `${provider}:${name}`;
}

/**
 * Asks the provider for the secret.
 * @param context as the vault's own secret is asked for
 * @throws ProviderError naming the variable
 */
export async function secretByName(
  { provider: providerName, name, variable }: NamedSecret,
  context: ProviderContext,
): Promise<Secret> {
  const provider = await loadProvider(providerName);
  const { naming } = provider;
  if (naming === undefined)
    throw new ProviderError("NOT_CONFIGURED", `${variable}: ${provider.title} has no secrets by name.`);
  const [, whole = name, part] = (naming.part === undefined ? null : /^(.*)#([^#]*)$/s.exec(name)) ?? [];
  const own = new Map<string, string | undefined>([
    ...(naming.ofVault ?? []).map((other) => [other, undefined] as const),
    ...(naming.part === undefined ? [] : [[naming.part, part] as const]),
    [naming.name, whole],
  ]);
  const setting = (asked: string): string | undefined =>
    own.has(asked) ? own.get(asked) || undefined : context.setting(asked);
  try {
    return await provider.secret({ ...context, setting }, "unlock");
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const said = (text: string): string => text.replaceAll(naming.name, variable);
    const message = error.message.includes(naming.name) ? error.message : `${variable}: ${error.message}`;
    throw new ProviderError(
      error.code,
      said(message),
      error.hint === undefined ? undefined : said(error.hint),
    );
  }
}
