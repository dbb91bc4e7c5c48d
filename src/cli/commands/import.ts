import { readPath } from "../../home.ts";
import { settings } from "../../setting-table.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { choosingOptions, vaultOptions } from "../options.ts";
import { printJson } from "../print.ts";
import { importFile } from "./import-file.ts";

export default defineCommand({
  meta: { name: "import", description: "Take in an original wallet.dat, or the JSON that export prints" },
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
