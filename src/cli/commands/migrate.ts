import { defineCommand } from "citty";
import { createContext } from "../context.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../print.ts";
import { migrateFile } from "./migrate-file.ts";

export default defineCommand({
  meta: {
    name: "migrate",
    description: "Turn an original wallet.dat into a vault in its place; the old file is kept",
  },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    printJson(await migrateFile(createContext(args)));
  },
});
