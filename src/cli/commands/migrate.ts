/** `migrate`: an original wallet file turned into a vault at the same path; and the deletion of the original. */
import { PASSWORD_VARIABLE } from "../../../providers/password/provider.ts";
import type { Secret } from "../../../providers/secret.ts";
import { KmsError } from "../../errors.ts";
import { settings } from "../../settings/table.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import type { ImportedWallet } from "../../vault/import/imported-wallets.ts";
import { type MigrationResult, migrateInPlace } from "../../vault/import/migrate.ts";
import { readImportFile } from "../../vault/import/read-import-file.ts";
import type { PreparedSlot } from "../../vault/key-slots/key-slot.ts";
import { defineCommand } from "../command.ts";
import { type CommandContext, createContext } from "../context.ts";
import { importPassword, readWallets, sharedPassword } from "../import-password.ts";
import { type Deletion, deleteKeptOriginals, tellOfKeptOriginal } from "../kept-originals.ts";
import { warnOfWeakPassword } from "../new-password.ts";
import { prepareFirstSlot } from "../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../options.ts";
import { type PrintedResult, printJson, printNote, printUnreadEnvFile, printWarnings } from "../output.ts";
import { whileTellingSteps } from "../terminal/progress.ts";

/** Whether a password opens an original file. */
async function opens(file: string, password: Secret): Promise<boolean> {
  return readImportFile(file, () => [password]).then(
    () => true,
    () => false,
  );
}

/**
 * Turns the original wallet file at the vault's path into a vault. The vault gets the vault's password where one is
 * set; where somebody types, it gets the file's: a password that opened the file is no slip of the fingers. (A vault takes
 * no empty password, which original files may have.) A token that is named opens the vault instead.
 *
 * @param deletesOriginal whether the old file goes, once the vault was opened and found to hold all of it
 * @throws KmsError as {@link migrateInPlace}, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`
 */
async function migrateFile(
  context: CommandContext,
  deletesOriginal = false,
): Promise<PrintedResult<MigrationResult> & Partial<Deletion>> {
  let typed: Secret | undefined;
  let asked: Promise<Secret> | undefined;
  const once: CommandContext = {
    ...context,
    password(purpose) {
      asked ??= typed === undefined || typed.isEmpty ? context.password(purpose) : Promise.resolve(typed);
      return asked;
    },
  };
  async function* typedPassword(): AsyncGenerator<Secret> {
    typed = await context.prompt.ask("Enter password of the wallet file to migrate", PASSWORD_VARIABLE);
    yield typed;
  }
  const isTyped = context.asksForPassword && importPassword(context) === undefined;
  const { access } = context;
  const read = (file: string): Promise<ImportedWallet[]> =>
    isTyped
      ? readImportFile(file, typedPassword, { access })
      : readWallets(once, file, sharedPassword(once, undefined, "create"), { access });
  let password: Secret | undefined;
  const prepareSlot = async (): Promise<PreparedSlot> => {
    const first = await prepareFirstSlot(once);
    password = first.password;
    return first.slot;
  };
  try {
    const result = await whileTellingSteps((tell) =>
      migrateInPlace(context.vaultPath, {
        ...{ read, prepareSlot, access },
        onStep: (step, done, total) => tell(`wallets ${step}`, done, total),
      }),
    );
    if (password !== undefined) await warnOfWeakPassword(password);
    const printed = printWarnings(result);
    if (deletesOriginal) {
      printNote(
        `The wallets were taken over into a vault; the old file is kept as ${result.backup} until that is proven.`,
      );
      return { ...printed, ...(await deleteKeptOriginals(once, [result.backup])) };
    }
    await tellOfKeptOriginal(
      context.vaultPath,
      password !== undefined && (await opens(result.backup, password)),
    );
    return printed;
  } finally {
    context.tokens.close();
  }
}

export default defineCommand({
  meta: {
    name: "migrate",
    description: "Turn an original wallet.dat into a vault in its place; the old file is kept",
  },
  examples: ["tatum-kms migrate", "tatum-kms migrate --delete-original"],
  args: { ...pickOptions("delete-original", "yes"), ...vaultOptions },
  refuses: choosingOptions,
  reads: [settings.importPassword],
  async run({ args }) {
    const context = await createContext(args);
    if (context.store.kind === "database") {
      throw new KmsError(
        "USAGE",
        "Command migrate turns a file into a vault in its place; nothing was done.",
        {
          hint: "Into a database the wallets of an original file come with tatum-kms import <file> --store=postgres://...",
        },
      );
    }
    printUnreadEnvFile(context.config);
    const deletes = args["delete-original"] === true;
    const isDone = deletes && (await fileKindAt(context.vaultPath)) === "vault";
    printJson(isDone ? await deleteKeptOriginals(context) : await migrateFile(context, deletes));
  },
});
