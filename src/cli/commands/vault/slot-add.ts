import { settings } from "../../../setting-table.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { addSlot } from "./add-slot.ts";

export default defineCommand({
  meta: {
    name: "add",
    description: "Add a key slot: for the PKCS#11 token of --pkcs11, else for another password",
  },
  args: vaultOptions,
  refuses: choosingOptions,
  reads: [settings.newPassword],
  async run({ args }) {
    printJson(await addSlot(await createContext(args, { optionNamesObject: true })));
  },
});
