/** Which secret provider a command line and its settings choose. */
import { defaultProvider, loadProvider } from "../../providers/index.ts";
import { PASSWORD_VARIABLE } from "../../providers/password/provider.ts";
import type { SecretProvider } from "../../providers/provider.ts";
import { KmsError } from "../errors.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";

export interface ProviderArguments {
  readonly provider?: string | undefined;
  readonly aws?: boolean | undefined;
  readonly azure?: boolean | undefined;
  readonly vgs?: boolean | undefined;
}

interface Choice {
  readonly provider: string;
  /** The option or variable that made it. */
  readonly by: string;
}

/** Variables that hold the password, or say where it is, and so choose a provider when nothing else does. */
const tellingVariables: readonly Choice[] = [
  { provider: "password", by: PASSWORD_VARIABLE },
  { provider: "file", by: "TATUM_KMS_PASSWORD_FILE" },
  { provider: "fd", by: "TATUM_KMS_PASSWORD_FD" },
  { provider: "exec", by: "TATUM_KMS_PASSWORD_COMMAND" },
];

function optionChoices(args: ProviderArguments): Choice[] {
  const short = (["aws", "azure", "vgs"] as const)
    .filter((name) => args[name] === true)
    .map((name) => ({ provider: name, by: `--${name}` }));
  return args.provider === undefined
    ? short
    : [{ provider: args.provider, by: `--provider=${args.provider}` }, ...short];
}

/**
 * The provider that an option names.
 * @throws KmsError `CONFIGURATION` when two options name different ones
 */
export function providerByOption(args: ProviderArguments): string | undefined {
  return oneOf(optionChoices(args))?.provider;
}

/** @throws KmsError `CONFIGURATION` when they name different providers */
function oneOf(choices: readonly Choice[]): Choice | undefined {
  const [first] = choices;
  const other = choices.find(({ provider }) => provider !== first?.provider);
  if (first === undefined || other === undefined) return first;
  throw new KmsError("CONFIGURATION", `Two secret providers are chosen: by ${first.by} and by ${other.by}.`, {
    hint: "Choose one, so that it is clear where the secret comes from.",
  });
}

/**
 * The provider somebody named: by option, else by `TATUM_KMS_PROVIDER`. It gives the password, or the PIN where a token
 * unlocks the vault.
 *
 * @throws KmsError `CONFIGURATION` when two options name different ones
 */
export function namedProvider(args: ProviderArguments, config: Config): string | undefined {
  return providerByOption(args) ?? config.value(settings.provider);
}

/**
 * The provider somebody chose: by option, else by `TATUM_KMS_PROVIDER`, else by a variable that tells where the
 * password is; `undefined` when nobody did.
 *
 * @throws KmsError `CONFIGURATION` when two are chosen in the same way
 */
export function chosenProvider(args: ProviderArguments, config: Config): string | undefined {
  const named = namedProvider(args, config);
  if (named !== undefined) return named;
  return oneOf(tellingVariables.filter(({ by }) => config.get(by) !== undefined))?.provider;
}

/**
 * @throws KmsError `CONFIGURATION` when two are chosen
 * @throws ProviderError `NOT_CONFIGURED` when the name is unknown
 */
export async function chooseProvider(args: ProviderArguments, config: Config): Promise<SecretProvider> {
  return loadProvider(chosenProvider(args, config) ?? defaultProvider);
}

/** Whether a person has to type the secret. */
export function asksPerson(args: ProviderArguments, config: Config): boolean {
  const provider = chosenProvider(args, config) ?? defaultProvider;
  return provider === "prompt" || (provider === "password" && config.get(PASSWORD_VARIABLE) === undefined);
}
