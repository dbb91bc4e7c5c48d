import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJson } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import { listJobs } from "../signing/job-inspection.ts";

export default defineCommand({
  meta: { name: "list", description: "Print the jobs that are not done, or those in a state" },
  args: {
    state: { type: "positional", required: false, description: "Such as parked, failed, denied, sent" },
    ...pickOptions("path", "env-file", "provider", "aws", "azure", "vgs", "pkcs11"),
  },
  async run({ args }) {
    await withVault(createContext(args), async (vault) => printJson(await listJobs(vault, args.state)));
  },
});
