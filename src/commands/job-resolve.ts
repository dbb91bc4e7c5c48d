import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson, printNote } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import { resolveJob } from "../signing/resolve-job.ts";

export default defineCommand({
  meta: {
    name: "resolve",
    description:
      "Decide about a job that the daemon cannot finish: done, failed for good, or to be signed anew",
  },
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("as", "tx-id", "confirm", "api-key", "path", "env-file"),
    ...pickOptions("provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    const context = createContext(args);
    await withVault(context, async (vault) =>
      printJson(await resolveJob(vault, args.id, args, context.config, printNote)),
    );
  },
});
