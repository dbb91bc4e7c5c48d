import { defineCommand } from "citty";
import { createContext } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { addSlot } from "./add-slot.ts";

export default defineCommand({
  meta: {
    name: "add",
    description: "Add a key slot: for the PKCS#11 token of --pkcs11, else for another password",
  },
  args: pickOptions("pkcs11", "path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs"),
  async run({ args }) {
    printJson(await addSlot(createContext(args, { optionNamesObject: true })));
  },
});
