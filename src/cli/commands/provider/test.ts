import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../print.ts";
import { testProvider } from "./test-provider.ts";

export default defineCommand({
  meta: { name: "test", description: "Try whether the provider gives the secret and it opens the vault" },
  args: vaultOptions,
  async run({ args }) {
    await testProvider(await createContext(args), printJson);
  },
});
