import { defineCommand } from "citty";
import { Config } from "../../../settings.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { listProviders } from "./list-providers.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the secret providers and whether their variables are set" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    printJson(await listProviders(Config.load(args["env-file"])));
  },
});
