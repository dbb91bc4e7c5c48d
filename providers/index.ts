import type { SecretProvider } from "./provider.ts";
import { ProviderError } from "./provider-error.ts";

/** The flags of the original by which a provider is chosen. */
export interface ProviderFlags {
  readonly aws: boolean;
  readonly azure: boolean;
  readonly vgs: boolean;
}

async function loadPasswordProvider(): Promise<SecretProvider> {
  return (await import("./password/password-provider.ts")).passwordProvider;
}

/**
 * The provider that the flags choose; without one the password comes from `TATUM_KMS_PASSWORD` or a person.
 * @throws ProviderError `NOT_CONFIGURED` when two are chosen, or one that this version does not have.
 */
export async function chooseProvider(flags: ProviderFlags): Promise<SecretProvider> {
  const chosen = (["aws", "azure", "vgs"] as const).filter((name) => flags[name]);
  if (chosen.length > 1) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `Choose one of ${chosen.map((name) => `--${name}`).join(" and ")}.`,
    );
  }
  if (chosen[0] !== undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `The provider --${chosen[0]} is not part of this version.`,
      "Set TATUM_KMS_PASSWORD, or answer the prompt.",
    );
  }
  return loadPasswordProvider();
}
