/** `export`: all wallets of the vault with their secrets, as JSON. */
import { fstatSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { readPath } from "../../settings/home.ts";
import { makeNewFile } from "../../store/sqlite/new-file.ts";
import type { WalletRecord } from "../../vault/wallet-record.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirmation.ts";
import { type CommandContext, createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote, printWarning } from "../output.ts";

/** Where the wallets go: a new file, or standard output. */
type Target = string | undefined;

async function confirmExport(context: CommandContext, count: number, target: Target): Promise<void> {
  const where = target === undefined ? "shown on this screen" : `written to ${target}, not encrypted`;
  await confirm(
    context,
    `The secrets of ${count === 1 ? "one wallet" : `all ${count} wallets`} are going to be ${where}: ` +
      "whoever has them has the funds.",
  );
}

/** A file that the shell made for our output has the mode that the shell's umask left. */
function warnOfRedirection(): void {
  if (!fstatSync(1).isFile()) return;
  printWarning(
    "The wallets go to a file that the shell made, where others may be able to read it. " +
      "With --output=<file> a new one is made that is this user's alone.",
  );
}

async function writeWallets(wallets: Readonly<Record<string, WalletRecord>>, target: Target): Promise<void> {
  if (target === undefined) return printJson(wallets);
  await makeNewFile(target, (file) => writeFile(file, `${stringifyExactJson(wallets, 2)}\n`));
  printJson({ exported: Object.keys(wallets).length, file: target });
}

export default defineCommand({
  meta: { name: "export", description: "Print all wallets with their secrets" },
  examples: ["tatum-kms export --output=wallets.json"],
  args: { ...pickOptions("output", "yes"), ...vaultOptions },
  refuses: choosingOptions,
  async run({ args }) {
    const target = args.output === undefined ? undefined : resolve(readPath(args.output, "Option --output"));
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      await confirmExport(context, (await vault.status()).wallets, target);
      if (target === undefined) warnOfRedirection();
      await writeWallets(Object.fromEntries(await vault.exportAll()), target);
      for (const { signatureId, keyUri } of await vault.wallets()) {
        if (keyUri !== undefined)
          printNote(`The private key of ${signatureId} is in a token and cannot leave it.`);
      }
    });
  },
});
