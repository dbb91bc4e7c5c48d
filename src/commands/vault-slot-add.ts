import { defineCommand } from "citty";
import { addSlot } from "../command-line/add-slot.ts";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";

export default defineCommand({
  meta: {
    name: "add",
    description: "Add a key slot: for the PKCS#11 token of --pkcs11, else for another password",
  },
  args: pickOptions("pkcs11", "path", "env-file", "provider", "aws", "azure", "vgs"),
  async run({ args }) {
    printJson(await addSlot(createContext(args, { optionNamesObject: true })));
  },
});
