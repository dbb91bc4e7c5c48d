/** Which password opens a file whose wallets are taken over. */

import { ProviderError } from "../../providers/error.ts";
import { PASSWORD_VARIABLE } from "../../providers/password/provider.ts";
import { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { ImportedWallet } from "../vault/import/imported-wallets.ts";
import { readImportFile } from "../vault/import/read-import-file.ts";
import type { CommandContext } from "./context.ts";

/** The password of the file, where it differs from the vault's. Set to nothing, it stands for the empty password. */
const IMPORT_PASSWORD_VARIABLE = "TATUM_KMS_IMPORT_PASSWORD";

/** The variable's value, which may be empty; `undefined` when it is not set. */
export function importPassword({ config }: CommandContext): string | undefined {
  return config.getEvenIfEmpty(IMPORT_PASSWORD_VARIABLE);
}

function isUnreadable(error: unknown): error is KmsError {
  return error instanceof KmsError && error.code === "IMPORT_UNREADABLE";
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
  const variable = context.config.get(PASSWORD_VARIABLE);
  return variable === undefined ? undefined : async () => new Secret(variable);
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
): Promise<ImportedWallet[]> {
  const variable = importPassword(context);
  if (variable !== undefined) return readImportFile(file, async () => new Secret(variable));
  let first: KmsError | undefined;
  for (const candidate of [...(own === undefined ? [] : [own]), async () => new Secret("")]) {
    try {
      return await readImportFile(file, candidate);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      first ??= error;
    }
  }
  const typed = await askFilePassword(context);
  if (typed !== undefined) return readImportFile(file, async () => typed);
  throw new KmsError("IMPORT_UNREADABLE", first?.message ?? "The file does not open.", {
    hint: `Set ${IMPORT_PASSWORD_VARIABLE} to the password of that file.`,
  });
}
