/** `job show`: one job of the journal. */
import { showJob } from "../../../journal/inspect.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "show", description: "Print one job of the journal" },
  examples: ["tatum-kms job show $ID"],
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("bytes"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) =>
      printJson(await showJob(vault, args.id, { withBytes: args.bytes === true })),
    );
  },
});
