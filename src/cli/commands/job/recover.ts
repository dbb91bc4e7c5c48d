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

/** Lines of the table; the rest is counted. */
const MOST_LINES = 50;

/** What is parked and since when, then the numbers of each chain. */
function printTable(jobs: readonly Job[]): void {
  const rows = jobs.slice(0, MOST_LINES).map(({ id, chain, network, updatedAt }) => {
    const parkedAt = new Date(updatedAt).toISOString();
    return [chain, network, id, `parked ${parkedAt}: it may have been signed and sent before`];
  });
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  for (const row of rows) printNote(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
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
    printTable(jobs);
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
