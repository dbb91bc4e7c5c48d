/** `job export`: all jobs, or those in a state, a line of JSON each, before the retention time drops what they say. */
import { showJobs } from "../../../journal/inspect.ts";
import { jobStates } from "../../../journal/job.ts";
import { everyJob, jobStateNamed } from "../../../journal/job-list.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { jobFilter, jobFilterOptions } from "../../job-filter.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJsonLine, printNote } from "../../output.ts";

export default defineCommand({
  meta: { name: "export", description: "Write out all jobs, or those in a state, a line of JSON each" },
  examples: ["tatum-kms job export done --older-than=7d > jobs.jsonl"],
  args: {
    state: { type: "positional", required: false, description: "Such as done, cancelled, parked, failed" },
    ...jobFilterOptions,
    ...vaultOptions,
  },
  refuses: ["testnet", "transaction-ids"],
  async run({ args }) {
    const states = args.state === undefined ? jobStates : [jobStateNamed(args.state)];
    const filter = { ...jobFilter(args), states };
    await withVault(await createContext(args), async (vault) => {
      for await (const { jobs, damaged } of everyJob(vault, filter)) {
        for (const job of await showJobs(vault, jobs)) printJsonLine(job);
        for (const { message } of damaged) printNote(`Left out: ${message}`);
      }
    });
  },
});
