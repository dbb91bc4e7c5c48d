import { settings } from "../../setting-table.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { choosingOptions, vaultOptions } from "../options.ts";
import { printJson, printUnreadEnvFile } from "../print.ts";
import { migrateFile } from "./migrate-file.ts";

export default defineCommand({
  meta: {
    name: "migrate",
    description: "Turn an original wallet.dat into a vault in its place; the old file is kept",
  },
  args: vaultOptions,
  refuses: choosingOptions,
  reads: [settings.importPassword],
  async run({ args }) {
    const context = await createContext(args);
    printUnreadEnvFile(context.config);
    printJson(await migrateFile(context));
  },
});
