/** Secret provider `prompt`: a person, also where a variable holds the password. */
import type { ProviderContext, SecretProvider, SecretPurpose } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { askSecret } from "./ask-secret.ts";

export const promptProvider: SecretProvider = {
  name: "prompt",
  title: "a person",
  storeType: "PROMPT",
  variables: [],

  describe(): string {
    return "a person types it";
  },

  async secret({ prompt }: ProviderContext, purpose: SecretPurpose): Promise<Secret> {
    return askSecret(prompt, purpose);
  },
};
