/** `vault merge`: the wallets of another vault, taken in without a secret being shown. */
import type { Job } from "../../../journal/job.ts";
import { mergeVault } from "../../../journal/merge.ts";
import { openUnchanged } from "../../../journal/restore.ts";
import { openVault } from "../../../journal/whole-vault.ts";
import { settings } from "../../../settings/table.ts";
import { namesPostgres } from "../../../store/postgres/address.ts";
import type { Vault } from "../../../vault/vault.ts";
import { chooseStore } from "../../choose-store.ts";
import { defineCommand } from "../../command.ts";
import { confirmKnowingly } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { askingOnce, openOtherVault } from "../../import-password.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson, printNote, printWarnings } from "../../output.ts";
import { whileTellingSteps } from "../../terminal/progress.ts";

/** Open jobs that are named; the rest is counted. */
const MOST_LINES = 50;

async function openOther(context: CommandContext, place: string): Promise<Vault> {
  const isDatabase = namesPostgres(place);
  const store = await chooseStore(
    isDatabase ? { store: place } : { path: place },
    context.config,
    context.ask,
  );
  const at = isDatabase ? store.at : { open: () => openUnchanged(store.place, store.at, "merged") };
  return openOtherVault(context, (choose) => openVault(at, choose));
}

async function merge(context: CommandContext, target: Vault, other: Vault): Promise<void> {
  const merged = await whileTellingSteps((onStep) => {
    other.onProgress = (done, total) => onStep("wallets of the other vault checked", done, total);
    target.onProgress = (done, total) => onStep("wallets taken in", done, total);
    return mergeVault(target, other, {
      note: printNote,
      leaveBehind: (open) => leaveBehind(context, other.place, open),
      carried: (done, total) => onStep("payments of the other vault looked at", done, total),
    });
  });
  printJson(printWarnings(merged));
  printNote(
    `The wallets of ${other.place} are in ${target.place}. No daemon may work on the other vault any more: both would pay.`,
  );
}

/** Names what is not finished in the other vault, and goes on if a person knows what becomes of it. */
async function leaveBehind(context: CommandContext, place: string, open: readonly Job[]): Promise<void> {
  printNote(`These transactions are not finished in ${place}:`);
  for (const { chain, network, id, state } of open.slice(0, MOST_LINES))
    printNote(`${chain} (${network})  ${id}  ${state}`);
  if (open.length > MOST_LINES) printNote(`... and ${open.length - MOST_LINES} more: \`job list\``);
  await confirmKnowingly(
    context,
    "Best have a daemon finish them there, or end them with `job resolve`. By a yes they stay behind: what was signed of them is never signed here, and nobody sends it; what was not begins anew here.",
  );
}

export default defineCommand({
  meta: { name: "merge", description: "Take in the wallets of another vault, which is only read" },
  examples: ["tatum-kms vault merge /other/wallet.dat"],
  args: {
    file: {
      type: "positional",
      required: true,
      description: "The other vault: a file, or the address of a database (postgres://...)",
    },
    ...pickOptions("yes"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  reads: [settings.importPassword],
  async run({ args }) {
    const context = askingOnce(await createContext(args));
    await withVault(context, async (target) => {
      const other = await openOther(context, args.file);
      try {
        await merge(context, target, other);
      } finally {
        await other.close();
      }
    });
  },
});
