import { defineCommand } from "citty";
import { createContext } from "../../context.ts";
import { pickOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { testProvider } from "./test-provider.ts";

export default defineCommand({
  meta: { name: "test", description: "Try whether the provider gives the secret and it opens the vault" },
  args: pickOptions("path", "allow-group-access", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  async run({ args }) {
    await testProvider(createContext(args), printJson);
  },
});
