import { providerByOption } from "../../choose-provider.ts";
import { defineCommand } from "../../command.ts";
import { loadConfig } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { listProviders } from "./list-providers.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the secret providers and whether their variables are set" },
  args: pickOptions("env-file", "provider", "aws", "azure", "vgs"),
  async run({ args }) {
    const config = await loadConfig(args);
    printJson(await listProviders(config, providerByOption(args)));
  },
});
