import type { Secret } from "../../providers/secret.ts";
import type { ImportedWallet } from "../vault/imported-wallets.ts";
import { type MigrationResult, migrateInPlace } from "../vault/migrate.ts";
import { readImportFile } from "../vault/read-import-file.ts";
import { importPassword, readWallets } from "./import-password.ts";
import { type PrintedResult, printWarnings } from "./print-warnings.ts";
import type { CommandContext } from "./unlock.ts";

/**
 * Turns the original wallet file at the vault's path into a vault. The vault gets the vault's password where one is
 * set; where somebody types, it gets the file's: a password that opened the file is no slip of the fingers.
 *
 * @throws KmsError as {@link migrateInPlace}, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`
 */
export async function migrateFile(context: CommandContext): Promise<PrintedResult<MigrationResult>> {
  let typed: Secret | undefined;
  let own: Promise<Secret> | undefined;
  const newPassword = (): Promise<Secret> => {
    own ??= context.password("create");
    return own;
  };
  const typeFilePassword = async (): Promise<Secret> => {
    typed = await context.prompt.ask("Enter password of the wallet file to migrate", "TATUM_KMS_PASSWORD");
    return typed;
  };
  const isTyped = context.asksForPassword && importPassword(context) === undefined;
  const read = (file: string): Promise<ImportedWallet[]> =>
    isTyped ? readImportFile(file, typeFilePassword) : readWallets(context, file, newPassword);
  // A vault takes no empty password, which original files may have.
  const password = async (): Promise<Secret> =>
    typed === undefined || typed.isEmpty ? newPassword() : typed;
  return printWarnings(await migrateInPlace(context.vaultPath, read, password));
}
