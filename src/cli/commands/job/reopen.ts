/** `job reopen`: a job that a person ended by mistake, taken up again. */
import { reopenJob } from "../../../signing/reopen.ts";
import { defineCommand } from "../../command.ts";
import { personOf } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "reopen",
    description: "Take up a job again that was ended by mistake: it is approved and signed again",
  },
  examples: ["tatum-kms job reopen $ID"],
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("confirm", "yes", "api-key", "allow-plain-http"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) =>
      printJson(await reopenJob({ vault, id: args.id }, args, personOf(context))),
    );
  },
});
