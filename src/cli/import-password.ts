/** Which password opens a file whose wallets are taken over. */

import { ProviderError } from "../../providers/error.ts";
import { PASSWORD_VARIABLE } from "../../providers/password/provider.ts";
import { secretSetting } from "../../providers/provider.ts";
import { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import { settings } from "../settings/table.ts";
import type { ImportedWallet } from "../vault/import/imported-wallets.ts";
import { type ImportOptions, readImportFile } from "../vault/import/read-import-file.ts";
import type { CommandContext } from "./context.ts";

/** The password of the file, where it differs from the vault's. Set to nothing, it stands for the empty password. */
const IMPORT_PASSWORD_VARIABLE = settings.importPassword.name;

/** The variable's value, which may be empty; `undefined` when it is not set. */
export function importPassword({ config }: CommandContext): string | undefined {
  return config.getEvenIfEmpty(IMPORT_PASSWORD_VARIABLE);
}

/** The password that a person gives for the file; `undefined` when nobody is there. */
async function askFilePassword({ prompt }: CommandContext): Promise<Secret | undefined> {
  try {
    return await prompt.ask("Enter password of the file to import", IMPORT_PASSWORD_VARIABLE);
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
    const typed = await askFilePassword(context);
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
