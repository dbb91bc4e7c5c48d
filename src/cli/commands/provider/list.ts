import { Config } from "../../../settings.ts";
import { providerByOption } from "../../choose-provider.ts";
import { defineCommand } from "../../command.ts";
import { pickOptions } from "../../options.ts";
import { printJson, printWarning } from "../../print.ts";
import { listProviders } from "./list-providers.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the secret providers and whether their variables are set" },
  args: pickOptions("env-file", "provider", "aws", "azure", "vgs"),
  async run({ args }) {
    const config = Config.load(args["env-file"]);
    config.warnings.forEach(printWarning);
    printJson(await listProviders(config, providerByOption(args)));
  },
});
