/** `vault copy`: moves the vault into another store, a file's into a database or back. */
import { isAbsolute, resolve } from "node:path";
import { KmsError } from "../../../errors.ts";
import { type CopyTarget, cancelCopy, copyVault } from "../../../journal/copy.ts";
import { namesPostgres } from "../../../store/postgres/address.ts";
import type { Vault } from "../../../vault/vault.ts";
import { chooseStore } from "../../choose-store.ts";
import { defineCommand } from "../../command.ts";
import { confirm } from "../../confirmation.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../../options.ts";
import { printJson, printNote } from "../../output.ts";
import { whileTellingSteps } from "../../terminal/progress.ts";

/** The store that `--to` names; the database's password, TLS and certificates are those of the settings. */
async function targetOf(to: string | undefined, context: CommandContext): Promise<CopyTarget> {
  if (to === undefined)
    throw new KmsError("USAGE", "Missing option --to: where is the vault to be moved?", {
      hint: "Give a path, or an address as postgres://user@host:5432/database.",
    });
  const named = namesPostgres(to) ? { store: to } : { path: to };
  const { place, at } = await chooseStore(
    { ...named, "allow-group-access": context.access.allowGroup },
    context.config,
    context.ask,
  );
  return { place: isAbsolute(place) || namesPostgres(place) ? place : resolve(place), at };
}

/** Moves the vault, and tells how far it is and when a step has ended. @returns as {@link copyVault} */
function copyTelling(vault: Vault, target: CopyTarget): Promise<number | undefined> {
  return whileTellingSteps((onStep) => {
    vault.onProgress = (done, total) => onStep("wallets checked", done, total);
    return copyVault(vault, target, (step, done, all) => {
      if (done < all) onStep(`records ${step}`, done, all);
      else printNote(`${all} of ${all} records ${step}.`);
    });
  });
}

async function copy(context: CommandContext, vault: Vault, target: CopyTarget): Promise<void> {
  await confirm(
    context,
    `The vault ${vault.place} is going to be moved to ${target.place}: from then on it is worked with there alone.`,
    "The daemons of the vault have to be stopped, and started anew with the new store.",
  );
  const records = await copyTelling(vault, target);
  printNote(
    records === undefined
      ? `The copy in ${target.place} was complete already.`
      : `The vault is in ${target.place} now; every record was compared.`,
  );
  printNote(
    `${vault.place} is kept, and marked: every command refuses it and names ${target.place}. The way back is \`vault copy\` from there to a new place.`,
  );
  printJson({ from: vault.place, to: target.place, ...(records !== undefined && { records }) });
}

export default defineCommand({
  meta: {
    name: "copy",
    description: "Move the vault into another store: from a file into a database, or back",
  },
  examples: ["tatum-kms vault copy --to=postgres://kms@db/kms"],
  statuses: { 75: "a daemon works on the vault" },
  args: { ...pickOptions("to", "cancel", "yes"), ...vaultOptions },
  refuses: choosingOptions,
  async run({ args }) {
    const context = await createContext(args);
    const target = await targetOf(args.to, context);
    const work = async (vault: Vault): Promise<void> => {
      if (args.cancel !== true) return copy(context, vault, target);
      await cancelCopy(vault, target);
      printNote(
        `The copy to ${target.place} is given up; the vault ${vault.place} is worked with as before.`,
      );
    };
    await withVault(context, work, { takesMoved: true });
  },
});
