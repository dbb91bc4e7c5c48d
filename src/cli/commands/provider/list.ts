/** `provider list`: the secret providers, their variables, and which of these are set. */
import { loadProvider, providerNames } from "../../../../providers/index.ts";
import type { SecretProvider } from "../../../../providers/provider.ts";
import type { Config } from "../../../settings/settings.ts";
import { providerByOption } from "../../choose-provider.ts";
import { defineCommand } from "../../command.ts";
import { loadConfig } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

/** A variable as `provider list` prints it; never its value. */
interface ListedVariable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly set: boolean;
}

interface ListedProvider {
  readonly name: string;
  readonly title: string;
  readonly variables: readonly ListedVariable[];
}

function listed({ name, title, variables }: SecretProvider, config: Config): ListedProvider {
  return {
    name,
    title,
    variables: variables.map((variable) => ({
      name: variable.name,
      description: variable.description,
      required: variable.required,
      secret: variable.secret,
      set: config.get(variable.name) !== undefined,
    })),
  };
}

/**
 * Every secret provider of the program with its variables, in the order of the registry; only one when it is named.
 * @throws ProviderError `NOT_CONFIGURED` when there is none of that name
 */
async function listProviders(config: Config, only?: string): Promise<ListedProvider[]> {
  const names = only === undefined ? providerNames : [only];
  const providers = await Promise.all(names.map(loadProvider));
  return providers.map((provider) => listed(provider, config));
}

export default defineCommand({
  meta: { name: "list", description: "Print the secret providers and whether their variables are set" },
  examples: ["tatum-kms provider list --provider=aws"],
  args: pickOptions("env-file", "config", "provider", "aws", "azure", "vgs"),
  async run({ args }) {
    const config = await loadConfig(args);
    printJson(await listProviders(config, providerByOption(args)));
  },
});
