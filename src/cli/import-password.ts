/** Which password opens a file, or another vault, whose wallets are taken over. */

import { ProviderError } from "../../providers/error.ts";
import { PASSWORD_VARIABLE } from "../../providers/password/provider.ts";
import { secretSetting } from "../../providers/provider.ts";
import { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import { settings } from "../settings/table.ts";
import type { ImportedWallet } from "../vault/import/imported-wallets.ts";
import { type ImportOptions, readImportFile } from "../vault/import/read-import-file.ts";
import type { SlotOpener } from "../vault/key-slots/key-slot.ts";
import { passwordOpener } from "../vault/key-slots/password-slot.ts";
import type { SealedVault } from "../vault/sealed-vault.ts";
import type { Vault } from "../vault/vault.ts";
import type { CommandContext } from "./context.ts";
import { openerOf } from "./open-vault.ts";

/** The password of the file, where it differs from the vault's. Set to nothing, it stands for the empty password. */
const IMPORT_PASSWORD_VARIABLE = settings.importPassword.name;

/** The variable's value, which may be empty; `undefined` when it is not set. */
export function importPassword({ config }: CommandContext): string | undefined {
  return config.getEvenIfEmpty(IMPORT_PASSWORD_VARIABLE);
}

/** The password that a person gives for the file; `undefined` when nobody is there. */
async function askFilePassword({ prompt }: CommandContext, what: string): Promise<Secret | undefined> {
  try {
    return await prompt.ask(`Enter password of ${what}`, IMPORT_PASSWORD_VARIABLE);
  } catch (error) {
    if (error instanceof ProviderError && error.code === "NO_ANSWER") return undefined;
    throw error;
  }
}

/** The same context, which asks for the vault's password once. */
export function askingOnce(context: CommandContext): CommandContext {
  let asked: Promise<Secret> | undefined;
  return {
    ...context,
    password(purpose) {
      asked ??= context.password(purpose);
      return asked;
    },
  };
}

/**
 * The vault's password, which may be the file's as well. A token that opens the vault has none, but a variable may still
 * hold that of the original program.
 *
 * @param slotKinds of the vault; `undefined` for one that is to be made
 */
export function sharedPassword(
  context: CommandContext,
  slotKinds: readonly string[] | undefined,
  purpose: "unlock" | "create",
): (() => Promise<Secret>) | undefined {
  if (context.chooseUnlocking(slotKinds).kind === "password") return () => context.password(purpose);
  const variable = secretSetting(context.providerContext, PASSWORD_VARIABLE);
  return variable === undefined ? undefined : async () => variable;
}

/** One that ends with a line break is tried as the original took it as well. */
function bothWays(password: Secret): readonly Secret[] {
  return password.asStored === undefined ? [password] : [password, password.asStored];
}

/**
 * The wallets of a file. Its password is `TATUM_KMS_IMPORT_PASSWORD`; without that the vault's own is tried, then the
 * empty one (which protects nothing), then somebody is asked.
 *
 * @param own the vault's password; called for files that need one
 * @throws KmsError `CANNOT_READ`, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`
 */
export async function readWallets(
  context: CommandContext,
  file: string,
  own: (() => Promise<Secret>) | undefined,
  options: ImportOptions,
): Promise<ImportedWallet[]> {
  const variable = importPassword(context);
  async function* passwords(): AsyncGenerator<Secret> {
    if (variable !== undefined) {
      // Another program's password, which this one's rules do not bind.
      yield new Secret(variable);
      yield new Secret(variable.replace(/\r?\n$/, ""));
      return;
    }
    if (own !== undefined) yield* bothWays(await own());
    yield new Secret("");
    const typed = await askFilePassword(context, "the file to import");
    if (typed !== undefined) yield typed;
  }
  try {
    return await readImportFile(file, passwords, options);
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "IMPORT_UNREADABLE" || variable !== undefined)
      throw error;
    throw new KmsError("IMPORT_UNREADABLE", error.message, {
      hint: `Set ${IMPORT_PASSWORD_VARIABLE} to the password of that file.`,
    });
  }
}

/**
 * Another vault, opened with a token where one is named that fits, or with its password: `TATUM_KMS_IMPORT_PASSWORD`; without
 * that the first vault's own is tried, then somebody is asked.
 *
 * @param context asks for the first vault's password once
 * @param open tries one way
 * @throws KmsError `WRONG_PASSWORD`, and what `open` throws otherwise
 */
export async function openOtherVault(
  context: CommandContext,
  open: (choose: (sealed: SealedVault) => Promise<SlotOpener>) => Promise<Vault>,
): Promise<Vault> {
  const variable = importPassword(context);
  if (variable !== undefined) return open(async () => passwordOpener(new Secret(variable)));
  try {
    return await open(({ slotKinds }) => openerOf(context, slotKinds));
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "WRONG_PASSWORD") throw error;
    const typed = await askFilePassword(context, "the other vault");
    if (typed !== undefined) return open(async () => passwordOpener(typed));
    throw new KmsError("WRONG_PASSWORD", "The password does not open the other vault.", {
      hint: `Set ${IMPORT_PASSWORD_VARIABLE} to the password of that vault.`,
    });
  }
}
