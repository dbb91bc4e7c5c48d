/** From a command's context to an open vault. */
import { WrappingToken } from "../../providers/pkcs11/wrapping-token.ts";
import { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import { inspectVaultFile } from "../store/sqlite/vault-file.ts";
import type { PreparedSlot, SlotOpener } from "../vault/key-slots/key-slot.ts";
import { passwordOpener, preparePasswordSlot } from "../vault/key-slots/password-slot.ts";
import { prepareTokenSlot, tokenOpener } from "../vault/key-slots/token-slot.ts";
import { Vault } from "../vault/vault.ts";
import type { CommandContext } from "./context.ts";
import { printNote, printUnreadEnvFile } from "./print.ts";

async function openerOf(context: CommandContext, slotKinds: readonly string[]): Promise<SlotOpener> {
  const unlocking = context.chooseUnlocking(slotKinds);
  if (unlocking.kind === "password") return passwordOpener(await context.password("unlock"));
  return tokenOpener(new WrappingToken(context.tokens.get(unlocking.uri)));
}

/** The key slot of a vault that is to be made. */
export async function prepareFirstSlot(context: CommandContext): Promise<PreparedSlot> {
  const unlocking = context.chooseUnlocking(undefined);
  if (unlocking.kind === "password") return preparePasswordSlot(await context.password("create"));
  const token = new WrappingToken(context.tokens.get(unlocking.uri));
  const { byOption, optionNamesObject } = context.namedTokens;
  const { object, id, ...withoutKey } = unlocking.uri;
  // Where the option names another key, the wrapping key has a name of its own.
  const named = optionNamesObject && unlocking.uri === byOption ? withoutKey : unlocking.uri;
  return prepareTokenSlot(token, await token.keyNamed(named));
}

async function openAndUse<Result>(
  { tokens }: CommandContext,
  open: () => Promise<Vault>,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  let vault: Vault | undefined;
  try {
    vault = await open();
    return await work(vault);
  } finally {
    tokens.close();
    await vault?.close();
  }
}

/**
 * Opens the vault, makes sure it is closed, and gives what `work` gives.
 * @throws KmsError `NO_WALLET_FILE`, `WRONG_PASSWORD`, `VAULT_CORRUPT`, ...
 */
export function withVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  const open = (): Promise<Vault> =>
    Vault.openBy(context.vaultPath, (slotKinds) => openerOf(context, slotKinds), context.access);
  return openAndUse(context, open, work);
}

/** As {@link withVault}, but makes the vault when there is none, as the original does. */
export async function withNewOrExistingVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  try {
    await inspectVaultFile(context.vaultPath, context.access);
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "NO_WALLET_FILE") throw error;
    return openAndUse(context, () => makeVault(context), work);
  }
  return withVault(context, work);
}

async function makeVault(context: CommandContext): Promise<Vault> {
  printUnreadEnvFile(context.config);
  const vault = await Vault.createWith(context.vaultPath, await prepareFirstSlot(context), context.access);
  printNote(`A new vault was made at ${context.vaultPath}.`);
  return vault;
}

/** The variable that holds a new password where nobody can be asked. */
const NEW_PASSWORD_VARIABLE = "TATUM_KMS_NEW_PASSWORD";

export function newPasswordIsSet({ config }: CommandContext): boolean {
  return config.get(NEW_PASSWORD_VARIABLE) !== undefined;
}

/** @throws ProviderError when two entries differ or nobody answers. */
export async function askNewPassword({ config, prompt }: CommandContext): Promise<Secret> {
  const variable = config.get(NEW_PASSWORD_VARIABLE);
  return variable === undefined
    ? prompt.askNew("Enter the new password", NEW_PASSWORD_VARIABLE)
    : new Secret(variable);
}
