import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { migrateFile } from "../command-line/migrate-file.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";

export default defineCommand({
  meta: {
    name: "migrate",
    description: "Turn an original wallet.dat into a vault in its place; the old file is kept",
  },
  args: pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    printJson(await migrateFile(createContext(args)));
  },
});
