/** `job resolve`: a person's decision about a job that the daemon cannot finish. */
import { resolveJob } from "../../../signing/resolve.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson, printNote } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "resolve",
    description:
      "Decide about a job that the daemon cannot finish: done, failed for good, or to be signed anew",
  },
  examples: [
    "tatum-kms job resolve $ID --as=done --tx-id=$HASH",
    "tatum-kms job resolve $ID --as=failed --confirm=$HASH",
  ],
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("as", "tx-id", "confirm", "yes", "api-key", "allow-plain-http"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const agree = (about: string): Promise<void> => confirm(context, about);
      printJson(await resolveJob(vault, args.id, args, { config: context.config, note: printNote, agree }));
    });
  },
});
