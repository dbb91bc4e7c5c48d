import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { describeConfiguration } from "../command-line/describe-configuration.ts";
import { pickOptions } from "../command-line/options.ts";
import { writeOutput } from "../standard-streams.ts";

export default defineCommand({
  meta: { name: "checkconfig", description: "Print where settings come from, without secrets" },
  args: pickOptions("path", "env-file", "api-key", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    writeOutput(await describeConfiguration(createContext(args), args["api-key"]));
  },
});
