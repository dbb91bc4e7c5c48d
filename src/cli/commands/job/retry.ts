/** `job retry`: a job that the daemon shall try again, with the same bytes if it was signed. */
import { retryJob } from "../../../journal/inspect.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "retry",
    description: "Have the daemon try a job again, with the same bytes if it was signed",
  },
  examples: ["tatum-kms job retry $ID"],
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => printJson(await retryJob(vault, args.id)));
  },
});
