import { settings } from "../../setting-table.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { deleteKeptOriginals } from "../kept-originals.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../options.ts";
import { printJson, printUnreadEnvFile } from "../print.ts";
import { migrateFile } from "./migrate-file.ts";

export default defineCommand({
  meta: {
    name: "migrate",
    description: "Turn an original wallet.dat into a vault in its place; the old file is kept",
  },
  args: { ...pickOptions("delete-original"), ...vaultOptions },
  refuses: choosingOptions,
  reads: [settings.importPassword],
  async run({ args }) {
    const context = await createContext(args);
    printUnreadEnvFile(context.config);
    const deletes = args["delete-original"] === true;
    const isDone = deletes && (await fileKindAt(context.vaultPath)) === "vault";
    printJson(isDone ? await deleteKeptOriginals(context) : await migrateFile(context, deletes));
  },
});
