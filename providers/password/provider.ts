/**
 * Secret provider `password`, the default: the password as the original takes it, from `TATUM_KMS_PASSWORD`, else from a
 * person.
 */
import { askSecret } from "../prompt/ask-secret.ts";
import {
  optionalSecretVariable,
  type ProviderContext,
  type SecretProvider,
  type SecretPurpose,
  secretSetting,
} from "../provider.ts";
import type { Secret } from "../secret.ts";

export const PASSWORD_VARIABLE = "TATUM_KMS_PASSWORD";
const PIN_VARIABLE = "TATUM_KMS_PKCS11_PIN";

function variableOf(purpose: SecretPurpose): string {
  return purpose === "pin" ? PIN_VARIABLE : PASSWORD_VARIABLE;
}

export const passwordProvider: SecretProvider = {
  name: "password",
  title: "the environment or a person",
  storeType: "LOCAL",
  variables: [optionalSecretVariable(PASSWORD_VARIABLE, "The password; asked for when not set")],

  describe({ setting }: ProviderContext): string {
    return setting(PASSWORD_VARIABLE) === undefined
      ? "a person types it"
      : `the variable ${PASSWORD_VARIABLE}`;
  },

  async secret(context: ProviderContext, purpose: SecretPurpose): Promise<Secret> {
    const secret = secretSetting(context, variableOf(purpose));
    if (secret !== undefined) return secret;
    return askSecret(context.prompt, purpose, variableOf(purpose));
  },
};
