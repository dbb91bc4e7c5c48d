/** `removewallet`: a wallet taken out of the vault for good. */
import { openJobsOf } from "../../journal/job-list.ts";
import type { Vault } from "../../vault/vault.ts";
import { networkOf } from "../../vault/wallet-record.ts";
import { getManagedWallet, removeManagedWallet } from "../../wallets/managed-wallets.ts";
import { namedWalletOptions, signatureIdArgument, withNamedWallet } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { confirm, isAsked } from "../confirmation.ts";
import { pickOptions } from "../options.ts";
import { printWarning } from "../output.ts";

/** So many jobs are named. */
const MOST_NAMED = 10;

/**
 * What is said of the jobs that a wallet may still have to do with; `undefined` without any.
 * @throws KmsError `NO_SUCH_WALLET`
 */
async function openJobs(vault: Vault, signatureId: string): Promise<string | undefined> {
  const record = await getManagedWallet(vault, signatureId);
  const chain = typeof record["chain"] === "string" ? record["chain"] : "";
  const jobs = await openJobsOf(vault, { signatureId, chain, network: networkOf(record) });
  if (jobs.length === 0) return undefined;
  const named = jobs.slice(0, MOST_NAMED).map(({ id, state }) => `${id} (${state})`);
  const more = jobs.length > named.length ? `, and ${jobs.length - named.length} more` : "";
  return (
    `Open jobs of this wallet: ${named.join(", ")}${more}. What is signed is still sent; ` +
    "what is not signed yet can only be signed while the wallet is there."
  );
}

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet from the vault for good" },
  examples: ["tatum-kms removewallet $ID --chain=ETH"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("yes"),
    ...namedWalletOptions,
  },
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    await withNamedWallet(args, "reveals or destroys", async ({ vault, context, signatureId }) => {
      const jobs = await openJobs(vault, signatureId);
      if (jobs !== undefined && !isAsked(context)) printWarning(jobs);
      await confirm(
        context,
        `Wallet ${signatureId} is going to be removed for good: what is not kept elsewhere is lost with its funds.`,
        ...(jobs === undefined ? [] : [jobs]),
      );
      await removeManagedWallet(vault, signatureId);
    });
  },
});
