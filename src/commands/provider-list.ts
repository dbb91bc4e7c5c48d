import { defineCommand } from "citty";
import { listProviders } from "../command-line/list-providers.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { Config } from "../config.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the secret providers and whether their variables are set" },
  args: pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    printJson(await listProviders(Config.load(args["env-file"])));
  },
});
