/** `job list`: the jobs that are not done, or those in a state, a page at a time. */
import { showJobs } from "../../../journal/inspect.ts";
import { jobStateNamed, listJobs, parsePlace, placeText } from "../../../journal/job-list.ts";
import { defineCommand } from "../../command.ts";
import { createContext } from "../../context.ts";
import { jobFilter, jobFilterOptions } from "../../job-filter.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, readWholeNumber, vaultOptions } from "../../options.ts";
import { printJson, printNote, writeOutput } from "../../output.ts";
import { jobTable } from "../../terminal/job-output.ts";
import { isForPerson } from "../../terminal/table.ts";
import { terminalColumns } from "../../terminal/text-layout.ts";

/** Jobs of a page, where nothing else is asked for. */
const USUAL_LIMIT = 1000;
const HIGHEST_LIMIT = 10_000;

export default defineCommand({
  meta: { name: "list", description: "Print the jobs that are not done, or those in a state" },
  examples: ["tatum-kms job list parked --chain=ETH --older-than=12h"],
  args: {
    state: { type: "positional", required: false, description: "Such as parked, failed, denied, sent" },
    ...jobFilterOptions,
    ...pickOptions("limit", "after", "json"),
    ...vaultOptions,
  },
  refuses: ["testnet", "transaction-ids"],
  async run({ args }) {
    const limit =
      args.limit === undefined ? USUAL_LIMIT : readWholeNumber("limit", args.limit, 1, HIGHEST_LIMIT);
    const after = args.after === undefined ? undefined : parsePlace(args.after);
    const states = args.state === undefined ? {} : { states: [jobStateNamed(args.state)] };
    const filter = { ...jobFilter(args), ...states };
    await withVault(await createContext(args), async (vault) => {
      const { jobs, damaged, next } = await listJobs(vault, filter, limit, after);
      const shown = await showJobs(vault, jobs);
      if (isForPerson(args)) writeOutput(jobTable(shown, terminalColumns(process.stdout, process.env)));
      else printJson(shown);
      for (const { message } of damaged) printNote(`Left out: ${message}`);
      if (next !== undefined)
        printNote(`There are more; for those that follow add --after=${placeText(next)}`);
    });
  },
});
