/** The variables of providers: their declarations, and those that hold a secret. */
import type { ProviderContext, ProviderVariable, SecretProvider } from "./provider.ts";
import { requiredSetting } from "./provider.ts";
import type { Secret } from "./secret.ts";
import { secretOfVariable } from "./support/secret-text.ts";

export function optionalVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: false, description };
}

/** An optional variable whose value must never be shown. */
export function optionalSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: true, description };
}

export function requiredVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: false, description };
}

/** A required variable whose value must never be shown. */
export function requiredSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: true, description };
}

/**
 * What a variable holds as a secret; `undefined` when it is unset or empty.
 * @throws ProviderError `UNUSABLE` when it is no exact text
 */
export function secretSetting(
  { setting, warn }: Pick<ProviderContext, "setting" | "warn">,
  name: string,
): Secret | undefined {
  const value = setting(name);
  return value === undefined ? undefined : secretOfVariable(name, value, warn);
}

/**
 * A secret variable that has to be set.
 * @throws ProviderError `NOT_CONFIGURED` naming it, `UNUSABLE`
 */
export function requiredSecret(
  provider: Pick<SecretProvider, "title">,
  context: ProviderContext,
  name: string,
): Secret {
  return secretOfVariable(name, requiredSetting(provider, context, name), context.warn);
}
