import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import { showJob } from "../signing/job-inspection.ts";

export default defineCommand({
  meta: { name: "show", description: "Print one job of the journal" },
  args: {
    id: { type: "positional", required: true, description: "Id of the pending transaction" },
    ...pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), async (vault) => printJson(await showJob(vault, args.id)));
  },
});
