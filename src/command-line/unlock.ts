/** From a command's arguments to an open vault. */
import { resolve } from "node:path";
import { chooseProvider } from "../../providers/index.ts";
import { PASSWORD_VARIABLE } from "../../providers/password/password-provider.ts";
import { Prompt } from "../../providers/prompt/prompt.ts";
import type { SecretProvider } from "../../providers/provider.ts";
import { Secret } from "../../providers/secret.ts";
import { Config, defaultVaultPath } from "../config.ts";
import { KmsError } from "../errors.ts";
import { Vault } from "../vault/vault.ts";
import { inspectVaultFile } from "../vault/vault-file.ts";
import { printNote } from "./print.ts";

/** The options that all vault commands share, as citty hands them over. */
export interface VaultArguments {
  readonly path?: string | undefined;
  readonly "env-file"?: string | undefined;
  readonly aws?: boolean | undefined;
  readonly azure?: boolean | undefined;
  readonly vgs?: boolean | undefined;
}

/** What a command works with: the settings, a person to ask, and where the vault is. */
export interface CommandContext {
  readonly config: Config;
  readonly prompt: Prompt;
  readonly vaultPath: string;
  /** What the original calls the place of the password. */
  readonly storeType: string;
  /** Whether {@link password} has to ask a person. */
  readonly asksForPassword: boolean;
  password(purpose: "unlock" | "create"): Promise<Secret>;
}

/** @throws KmsError `CONFIGURATION` when an env file cannot be read. */
export function createContext(args: VaultArguments): CommandContext {
  const config = Config.load(args["env-file"]);
  const prompt = new Prompt();
  let provider: Promise<SecretProvider> | undefined;
  return {
    config,
    prompt,
    vaultPath: args.path === undefined ? defaultVaultPath() : resolve(args.path),
    storeType:
      args.aws === true ? "AWS" : args.azure === true ? "AZURE" : args.vgs === true ? "VGS" : "LOCAL",
    asksForPassword: config.get(PASSWORD_VARIABLE) === undefined && !(args.aws || args.azure || args.vgs),
    async password(purpose) {
      provider ??= chooseProvider({
        aws: args.aws === true,
        azure: args.azure === true,
        vgs: args.vgs === true,
      });
      return (await provider).password({ setting: (name) => config.get(name), prompt }, purpose);
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
