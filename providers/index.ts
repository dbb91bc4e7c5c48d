/** The registry of secret providers: each by its name, loaded only when it is used. */
import { ProviderError } from "./error.ts";
import type { ProviderVariable, SecretProvider } from "./provider.ts";

/** Adding a provider is adding a folder and a line here. */
const providers: Readonly<Record<string, () => Promise<SecretProvider>>> = {
  password: async () => (await import("./password/provider.ts")).passwordProvider,
  prompt: async () => (await import("./prompt/provider.ts")).promptProvider,
  stdin: async () => (await import("./stdin/provider.ts")).stdinProvider,
  fd: async () => (await import("./fd/provider.ts")).fdProvider,
  file: async () => (await import("./file/provider.ts")).fileProvider,
  systemd: async () => (await import("./systemd/provider.ts")).systemdProvider,
  exec: async () => (await import("./exec/provider.ts")).execProvider,
  azure: async () => (await import("./azure/provider.ts")).azureProvider,
  google: async () => (await import("./google/provider.ts")).googleProvider,
  aws: async () => (await import("./aws/provider.ts")).awsProvider,
  vgs: async () => (await import("./vgs/provider.ts")).vgsProvider,
  vault: async () => (await import("./hashicorp-vault/provider.ts")).vaultProvider,
};

export const providerNames: readonly string[] = Object.keys(providers);

/** The provider that is used when none is chosen: the variable or a person, as in the original. */
export const defaultProvider = "password";

/** @throws ProviderError `NOT_CONFIGURED` when there is no provider of that name */
export async function loadProvider(name: string): Promise<SecretProvider> {
  const load = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (load !== undefined) return load();
  throw new ProviderError(
    "NOT_CONFIGURED",
    "There is no secret provider of that name.",
    `Providers: ${providerNames.join(", ")}.`,
  );
}

/** The variables of all providers. */
export async function providerVariables(): Promise<ProviderVariable[]> {
  const all = await Promise.all(providerNames.map(loadProvider));
  return all.flatMap(({ variables }) => variables);
}

/** The names of all variables that some provider declares as secret. */
export async function secretVariables(): Promise<string[]> {
  return (await providerVariables()).filter(({ secret }) => secret).map(({ name }) => name);
}
