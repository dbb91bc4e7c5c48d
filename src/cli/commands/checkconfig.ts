import type { KmsError } from "../../errors.ts";
import { assertNoProblems } from "../../setting-check.ts";
import { chooseProvider } from "../choose-provider.ts";
import { defineCommand } from "../command.ts";
import { loadConfig, vaultPathOf } from "../context.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { writeOutput } from "../output.ts";
import { describeConfiguration } from "./describe-configuration.ts";

export default defineCommand({
  meta: { name: "checkconfig", description: "Print where settings come from, without secrets" },
  args: { ...vaultOptions, ...pickOptions("api-key") },
  async run({ args }) {
    let problems: readonly KmsError[] = [];
    const config = await loadConfig(args, (found) => {
      problems = found;
    });
    const { storeType, variables } = await chooseProvider(args, config);
    const vaultPath = vaultPathOf(args);
    writeOutput(
      await describeConfiguration({ config, vaultPath, storeType, variables, apiKeyOption: args["api-key"] }),
    );
    assertNoProblems(problems);
  },
});
