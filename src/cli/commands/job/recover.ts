/** `job recover`: what a restored vault may have paid before, and a person's word that it has not. */
import { knownTickers } from "../../../chain-names.ts";
import { findJob, showJobs } from "../../../journal/inspect.ts";
import type { Job } from "../../../journal/job.ts";
import { type RecoveryChoice, recoverJobs, restoredJobs } from "../../../journal/recover.ts";
import type { Vault } from "../../../vault/vault.ts";
import { defineCommand } from "../../command.ts";
import { confirmKnowingly } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { jobFilterOptions } from "../../job-filter.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, vaultOptions } from "../../options.ts";
import { printJson, printNote } from "../../output.ts";
import { jobTable } from "../../terminal/job-output.ts";
import { isTerminal, terminalColumns } from "../../terminal/text-layout.ts";

/** Lines of the table; the rest is counted. */
const MOST_LINES = 50;

/** What is parked as `job list` shows it, then the numbers of each chain. */
async function printTable(vault: Vault, jobs: readonly Job[]): Promise<void> {
  if (jobs.length > 0) {
    const width = isTerminal(2) ? terminalColumns(process.stderr, process.env) : Number.POSITIVE_INFINITY;
    printNote("Parked, since it may have been signed and sent before:");
    printNote(jobTable(await showJobs(vault, jobs.slice(0, MOST_LINES)), width).trimEnd());
  }
  if (jobs.length > MOST_LINES) printNote(`... and ${jobs.length - MOST_LINES} more: \`job list parked\``);
  const counts = Map.groupBy(jobs, ({ chain, network }) => `${chain} (${network})`);
  for (const [name, ofChain] of counts) printNote(`${name}: ${ofChain.length} parked`);
}

async function recover(vault: Vault, choice: RecoveryChoice, context: CommandContext): Promise<void> {
  const jobs = await restoredJobs(vault, choice);
  const isWhole = choice.id === undefined && choice.chains === undefined;
  const restoredAt = vault.restoredAt === undefined ? "" : new Date(vault.restoredAt).toISOString();
  if (restoredAt === "" && jobs.length === 0)
    printNote("The vault is not marked as restored; nothing is parked for that.");
  else {
    if (restoredAt !== "") printNote(`The vault was restored from a backup at ${restoredAt}.`);
    await printTable(vault, jobs);
    await confirmKnowingly(
      context,
      `By a yes you say that nothing of ${jobs.length === 1 ? "this transaction" : `these ${jobs.length} transactions`} was sent: what the API lists of it is approved, signed and paid. What was paid is ended first: \`job resolve <id> --as=done --tx-id=...\`.`,
      ...(isWhole
        ? [
            "With it the vault counts as complete: what the daemon has not looked at since the restore is taken for new.",
          ]
        : []),
    );
    await recoverJobs(vault, jobs, choice);
  }
  printJson(await showJobs(vault, await Promise.all(jobs.map(({ id }) => findJob(vault, id)))));
}

export default defineCommand({
  meta: {
    name: "recover",
    description: "After a restore: show what may have been paid before, and say that it was not",
  },
  examples: ["tatum-kms job recover --chain=BTC"],
  args: {
    id: { type: "positional", required: false, description: "Id of one pending transaction; without it all" },
    chain: jobFilterOptions.chain,
    ...pickOptions("yes"),
    ...vaultOptions,
  },
  refuses: ["testnet", "wallets", "transaction-ids"],
  async run({ args }) {
    const { id } = args;
    const chains = args.chain === undefined ? undefined : knownTickers(args.chain);
    const context = await createContext(args);
    await withVault(context, (vault) => recover(vault, { id, chains }, context));
  },
});
