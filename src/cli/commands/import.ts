/** `import`: the wallets of an original wallet file, or of the JSON that `export` prints, taken into the vault. */
import { KmsError } from "../../errors.ts";
import { readPath } from "../../settings/home.ts";
import { settings } from "../../settings/table.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import { type ImportResult, importWallets } from "../../vault/import/import-wallets.ts";
import type { ImportedWallet } from "../../vault/import/imported-wallets.ts";
import type { ImportOptions } from "../../vault/import/read-import-file.ts";
import type { Vault } from "../../vault/vault.ts";
import { defineCommand } from "../command.ts";
import { type CommandContext, createContext } from "../context.ts";
import { askingOnce, readWallets, sharedPassword } from "../import-password.ts";
import { tellOfImportedOriginal } from "../kept-originals.ts";
import { checkVaultPlace, withNewOrExistingVault, withVault } from "../open-vault.ts";
import { choosingOptions, vaultOptions } from "../options.ts";
import { type PrintedResult, printJson, printWarnings } from "../output.ts";
import { whileTelling } from "../terminal/progress.ts";

/**
 * Takes the wallets of a file into the vault, all or none. A new vault is made only when the file could be read; an
 * existing one is opened first, so that a wrong password is not taken for one of the file.
 *
 * @throws KmsError `CANNOT_READ`, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`, `IMPORT_CONFLICT`, and those of opening the vault
 */
async function importFile(context: CommandContext, file: string): Promise<PrintedResult<ImportResult>> {
  const kind = await fileKindAt(file);
  if (kind === "missing") {
    throw new KmsError("CANNOT_READ", `There is no file ${file} to import.`);
  }
  const once = askingOnce(context);
  const told: string[] = [];
  const options: ImportOptions = { warn: (text) => told.push(text) };
  const take = async (
    vault: Vault,
    wallets: readonly ImportedWallet[],
  ): Promise<PrintedResult<ImportResult>> => {
    const result = await whileTelling("wallets stored", (onProgress) => {
      vault.onProgress = onProgress;
      return importWallets(vault, wallets);
    });
    told.forEach(context.providerContext.warn);
    if (kind === "original") tellOfImportedOriginal(file);
    return printWarnings(result);
  };
  if (!(await checkVaultPlace(context))) {
    const wallets = await readWallets(once, file, sharedPassword(once, undefined, "create"), options);
    return withNewOrExistingVault(once, (vault) => take(vault, wallets));
  }
  return withVault(once, async (vault) => {
    const slotKinds = (await vault.status()).slots.map(({ kind }) => kind);
    return take(vault, await readWallets(once, file, sharedPassword(once, slotKinds, "unlock"), options));
  });
}

export default defineCommand({
  meta: { name: "import", description: "Take in an original wallet.dat, or the JSON that export prints" },
  examples: ["tatum-kms import wallets.json"],
  args: {
    file: { type: "positional", required: true, description: "The file to read; it is not changed" },
    ...vaultOptions,
  },
  refuses: choosingOptions,
  reads: [settings.importPassword],
  async run({ args }) {
    printJson(await importFile(await createContext(args), readPath(args.file, "The argument <file>")));
  },
});
