import type { ProviderContext, SecretProvider } from "../provider.ts";
import { Secret } from "../secret.ts";

export const PASSWORD_VARIABLE = "TATUM_KMS_PASSWORD";

/** The password as the original takes it: from `TATUM_KMS_PASSWORD`, else from a person. */
export const passwordProvider: SecretProvider = {
  name: "password",
  storeType: "LOCAL",

  async password(context: ProviderContext, purpose): Promise<Secret> {
    const variable = context.setting(PASSWORD_VARIABLE);
    if (variable !== undefined) return new Secret(variable);
    return purpose === "create"
      ? context.prompt.askNew("Enter a password for the new wallet store", PASSWORD_VARIABLE)
      : context.prompt.ask("Enter password to decrypt wallet store", PASSWORD_VARIABLE);
  },
};
