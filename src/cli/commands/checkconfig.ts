import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { writeOutput } from "../output.ts";
import { describeConfiguration } from "./describe-configuration.ts";

export default defineCommand({
  meta: { name: "checkconfig", description: "Print where settings come from, without secrets" },
  args: { ...vaultOptions, ...pickOptions("api-key") },
  async run({ args }) {
    writeOutput(await describeConfiguration(createContext(args), args["api-key"]));
  },
});
