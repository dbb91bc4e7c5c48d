import { resolve } from "node:path";
import { defineCommand } from "citty";
import { createContext } from "../context.ts";
import { pickOptions } from "../options.ts";
import { printJson } from "../print.ts";
import { importFile } from "./import-file.ts";

export default defineCommand({
  meta: { name: "import", description: "Take in an original wallet.dat, or the JSON that export prints" },
  args: {
    file: { type: "positional", required: true, description: "The file to read; it is not changed" },
    ...pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    printJson(await importFile(createContext(args), resolve(args.file)));
  },
});
