import { loadProvider, providerNames } from "../../../../providers/index.ts";
import type { SecretProvider } from "../../../../providers/provider.ts";
import type { Config } from "../../../settings.ts";

/** A variable as `provider list` prints it; never its value. */
export interface ListedVariable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly set: boolean;
}

export interface ListedProvider {
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
export async function listProviders(config: Config, only?: string): Promise<ListedProvider[]> {
  const names = only === undefined ? providerNames : [only];
  const providers = await Promise.all(names.map(loadProvider));
  return providers.map((provider) => listed(provider, config));
}
