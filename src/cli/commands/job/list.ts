/** `job list`: the jobs that are not done, or those in a state. */
import { listJobs } from "../../../journal/inspect.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the jobs that are not done, or those in a state" },
  args: {
    state: { type: "positional", required: false, description: "Such as parked, failed, denied, sent" },
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    await withVault(await createContext(args), async (vault) => printJson(await listJobs(vault, args.state)));
  },
});
