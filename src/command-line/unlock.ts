/** From a command's arguments to an open vault. */
import { resolve } from "node:path";
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { ProviderContext, SecretProvider } from "../../providers/provider.ts";
import { Secret } from "../../providers/secret.ts";
import { Config, defaultVaultPath } from "../config.ts";
import { KmsError } from "../errors.ts";
import { Vault } from "../vault/vault.ts";
import { inspectVaultFile } from "../vault/vault-file.ts";
import { asksPerson, chooseProvider, type ProviderArguments } from "./choose-provider.ts";
import { printNote } from "./print.ts";
import { createProviderHttp } from "./provider-http.ts";

/** The options that all vault commands share, as citty hands them over. */
export interface VaultArguments extends ProviderArguments {
  readonly path?: string | undefined;
  readonly "env-file"?: string | undefined;
}

/** What a command works with: the settings, a person to ask, and where the vault is. */
export interface CommandContext {
  readonly config: Config;
  readonly prompt: Prompt;
  readonly vaultPath: string;
  /** Where the unlocking secret comes from, and what that place may use. */
  provider(): Promise<SecretProvider>;
  readonly providerContext: ProviderContext;
  /** Whether {@link password} has to ask a person. */
  readonly asksForPassword: boolean;
  password(purpose: "unlock" | "create"): Promise<Secret>;
}

/** @throws KmsError `CONFIGURATION` when an env file cannot be read, or two providers are chosen. */
export function createContext(args: VaultArguments): CommandContext {
  const config = Config.load(args["env-file"]);
  const prompt = new Prompt();
  const providerContext: ProviderContext = {
    setting: (name) => config.get(name),
    prompt,
    http: createProviderHttp(config),
  };
  let loaded: Promise<SecretProvider> | undefined;
  const provider = (): Promise<SecretProvider> => {
    loaded ??= chooseProvider(args, config);
    return loaded;
  };
  return {
    config,
    prompt,
    vaultPath: args.path === undefined ? defaultVaultPath() : resolve(args.path),
    provider,
    providerContext,
    asksForPassword: asksPerson(args, config),
    async password(purpose) {
      return (await provider()).secret(providerContext, purpose);
    },
  };
}

/**
 * Opens the vault, makes sure it is closed, and gives what `work` gives.
 * @throws KmsError `NO_WALLET_FILE`, `WRONG_PASSWORD`, `VAULT_CORRUPT`, ...
 */
export async function withVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  // Looked at before anybody is asked for a password.
  await inspectVaultFile(context.vaultPath);
  const vault = await Vault.open(context.vaultPath, await context.password("unlock"));
  try {
    return await work(vault);
  } finally {
    await vault.close();
  }
}

/** As {@link withVault}, but makes the vault when there is none, as the original does. */
export async function withNewOrExistingVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  try {
    await inspectVaultFile(context.vaultPath);
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "NO_WALLET_FILE") throw error;
    const password = await context.password("create");
    const vault = await Vault.create(context.vaultPath, password);
    printNote(`A new vault was made at ${context.vaultPath}.`);
    try {
      return await work(vault);
    } finally {
      await vault.close();
    }
  }
  return withVault(context, work);
}

/** The variable that holds a new password where nobody can be asked. */
const NEW_PASSWORD_VARIABLE = "TATUM_KMS_NEW_PASSWORD";

/** @throws ProviderError when two entries differ or nobody answers. */
export async function askNewPassword({ config, prompt }: CommandContext): Promise<Secret> {
  const variable = config.get(NEW_PASSWORD_VARIABLE);
  return variable === undefined
    ? prompt.askNew("Enter the new password", NEW_PASSWORD_VARIABLE)
    : new Secret(variable);
}
