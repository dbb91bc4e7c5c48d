/** Secret provider `stdin`: a line of standard input, which is a pipe or a file, never a terminal. */
import { ProviderError } from "../error.ts";
import { nextLine } from "../prompt/ask-secret.ts";
import type { ProviderContext, SecretProvider, SecretPurpose } from "../provider.ts";
import type { Secret } from "../secret.ts";

export const stdinProvider: SecretProvider = {
  name: "stdin",
  title: "a line of standard input",
  storeType: "STDIN",
  variables: [],

  describe({ prompt }: ProviderContext): string {
    if (!prompt.isTerminal) return "the next line of standard input";
    throw new ProviderError(
      "NOT_CONFIGURED",
      "Standard input is a terminal, and the provider stdin reads pipes and files only.",
      "Use --provider=prompt to type the secret.",
    );
  },

  async secret(context: ProviderContext, purpose: SecretPurpose): Promise<Secret> {
    stdinProvider.describe(context);
    const secret = await nextLine(context.prompt, purpose);
    if (!secret.isEmpty) return secret;
    throw new ProviderError("UNUSABLE", "The line of standard input that should be the secret is empty.");
  },
};
