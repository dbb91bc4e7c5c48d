/** Which password opens a file whose wallets are taken over. */
import { ProviderError } from "../../providers/provider-error.ts";
import { Secret } from "../../providers/secret.ts";
import { KmsError } from "../errors.ts";
import type { ImportedWallet } from "../vault/imported-wallets.ts";
import { readImportFile } from "../vault/read-import-file.ts";
import type { CommandContext } from "./unlock.ts";

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
 * The wallets of a file. Its password is `TATUM_KMS_IMPORT_PASSWORD`; without that the vault's own is tried, then the
 * empty one (which protects nothing), then somebody is asked.
 *
 * @param own the vault's password; called for files that need one
 * @throws KmsError `CANNOT_READ`, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`
 */
export async function readWallets(
  context: CommandContext,
  file: string,
  own: () => Promise<Secret>,
): Promise<ImportedWallet[]> {
  const variable = importPassword(context);
  if (variable !== undefined) return readImportFile(file, async () => new Secret(variable));
  let first: KmsError | undefined;
  for (const candidate of [own, async () => new Secret("")]) {
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
