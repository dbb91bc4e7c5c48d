/** `removewallet`: a wallet taken out of the vault, where it stays sealed until its time is over. */
import { openJobsOf } from "../../journal/job-list.ts";
import { settings } from "../../settings/table.ts";
import type { Vault } from "../../vault/vault.ts";
import { networkOf } from "../../vault/wallet-record.ts";
import { getManagedWallet, removeManagedWallet } from "../../wallets/managed-wallets.ts";
import { titleOf } from "../../wallets/names.ts";
import {
  assertWanted,
  type NamedWallet,
  type NamedWalletArguments,
  namedWalletOptions,
  signatureIdArgument,
  workOnNamedWallet,
} from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { confirm, isAsked } from "../confirmation.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions } from "../options.ts";
import { printNote, printWarning } from "../output.ts";
import { isForPerson } from "../terminal/table.ts";

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

/** Removes a wallet that the vault has. */
async function remove(
  { vault, context, signatureId }: NamedWallet,
  until: number | undefined,
): Promise<void> {
  const jobs = await openJobs(vault, signatureId);
  if (jobs !== undefined && !isAsked(context)) printWarning(jobs);
  await confirm(
    context,
    until === undefined
      ? `Wallet ${signatureId} is going to be removed for good: what is not kept elsewhere is lost with its funds.`
      : `Wallet ${signatureId} is going to be removed. Until ${dayOf(until)} it can be restored; then it is lost with its funds, unless it is kept elsewhere.`,
    ...(jobs === undefined ? [] : [jobs]),
  );
  await removeManagedWallet(vault, signatureId, until);
  if (until !== undefined && isForPerson({}))
    printNote(`Removed. Until ${dayOf(until)}: tatum-kms wallet restore ${signatureId}`);
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Ends a wallet for good that was removed before. @returns whether there is one of that signature ID */
async function endRemoved(
  args: NamedWalletArguments,
  { vault, context }: Omit<NamedWallet, "signatureId">,
): Promise<boolean> {
  const signatureId = args.signatureId.trim();
  const all = await vault.directory.removed();
  const removed = all.find((one) => one.signatureId === signatureId);
  if (removed === undefined) return false;
  assertWanted(args, removed);
  await confirm(
    context,
    `The removed wallet ${titleOf(removed)} is going to be gone for good: what is not kept elsewhere is lost with its funds.`,
  );
  return vault.directory.forget(signatureId);
}

export default defineCommand({
  meta: { name: "removewallet", description: "Remove a wallet; for some time it can be restored" },
  examples: ["tatum-kms removewallet $ID --chain=ETH", "tatum-kms removewallet $ID --now"],
  args: {
    ...signatureIdArgument,
    ...pickOptions("now", "yes"),
    ...namedWalletOptions,
  },
  reads: [settings.removedWallets],
  refuses: ["wallets", "transaction-ids"],
  async run({ args }) {
    const context = await createContext(args);
    const time = context.config.value(settings.removedWallets);
    const until = args.now === true || time === 0 ? undefined : Date.now() + time;
    await withVault(context, async (vault) => {
      const open = { vault, context };
      if (args.now === true && (await endRemoved(args, open))) return;
      await workOnNamedWallet(args, "reveals or destroys", open, (wallet) => remove(wallet, until));
    });
  },
});
