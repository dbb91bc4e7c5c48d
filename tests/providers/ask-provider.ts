/** Asks a provider for its secret, and gives what came of it. */

import type { ProviderError } from "../../providers/error.ts";
import type { SecretProvider } from "../../providers/provider.ts";
import { type Patience, providerContext, type Settings } from "./provider-context.ts";
import { failureOf } from "./provider-failure.ts";

/** The secret in clear. */
export async function secretFrom(
  provider: SecretProvider,
  settings: Settings,
  patience?: Patience,
): Promise<string> {
  return (await provider.secret(providerContext(settings, patience), "unlock")).reveal();
}

/** The error, which holds nothing of the canary that every secret of the tests has in it. */
export function failureFrom(
  provider: SecretProvider,
  settings: Settings,
  patience?: Patience,
): Promise<ProviderError> {
  return failureOf(provider.secret(providerContext(settings, patience), "unlock"), ["kanarienvogel"]);
}
