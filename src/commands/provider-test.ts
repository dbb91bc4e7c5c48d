import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { testProvider } from "../command-line/test-provider.ts";

export default defineCommand({
  meta: { name: "test", description: "Try whether the provider gives the secret and it opens the vault" },
  args: pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await testProvider(createContext(args), printJson);
  },
});
