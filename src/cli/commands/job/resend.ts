/** `job resend`: the recorded bytes of a job, sent again; nothing is signed. */
import { resendJob } from "../../../signing/reopen.ts";
import { defineCommand } from "../../command.ts";
import { personOf } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

export default defineCommand({
  meta: {
    name: "resend",
    description: "Send the recorded bytes of a job that is done or sent again; signs nothing",
  },
  examples: ["tatum-kms job resend $ID"],
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("yes", "api-key", "allow-plain-http"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    await withVault(context, async (vault) =>
      printJson(await resendJob({ vault, id: args.id }, args, personOf(context))),
    );
  },
});
