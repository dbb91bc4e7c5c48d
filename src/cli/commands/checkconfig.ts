import { defineCommand } from "citty";
import { createContext } from "../context.ts";
import { pickOptions } from "../options.ts";
import { writeOutput } from "../output.ts";
import { describeConfiguration } from "./describe-configuration.ts";

export default defineCommand({
  meta: { name: "checkconfig", description: "Print where settings come from, without secrets" },
  args: pickOptions(
    "path",
    "allow-group-access",
    "env-file",
    "api-key",
    "provider",
    "aws",
    "azure",
    "vgs",
    "pkcs11",
  ),
  async run({ args }) {
    writeOutput(await describeConfiguration(createContext(args), args["api-key"]));
  },
});
