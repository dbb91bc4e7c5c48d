/** `job retry`: jobs that the daemon shall try again, with the same bytes if they were signed. */
import { retryJob } from "../../../journal/inspect.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { namedJob, oneOrAllOptions, workOnAll } from "../../job-filter.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "retry",
    description: "Have the daemon try jobs again, with the same bytes if they were signed",
  },
  examples: ["tatum-kms job retry $ID", "tatum-kms job retry --all --state=parked --chain=ETH"],
  args: { ...oneOrAllOptions, ...vaultOptions },
  refuses: ["testnet", "transaction-ids"],
  async run({ args }) {
    const id = namedJob(args);
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      if (id !== undefined) return printJson(await retryJob(vault, id));
      const one = (each: string) => retryJob(vault, each);
      await workOnAll({ context, vault }, args, { happens: "be tried again at once", one });
    });
  },
});
