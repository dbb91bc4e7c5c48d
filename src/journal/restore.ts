/**
 * A backup that takes the place of a vault. What was signed since it was made is not in its journal, so the vault is marked as
 * restored: until a person confirms it, nothing is signed that may have been signed before (docs/vault-format.md).
 */
import { statSync } from "node:fs";
import { KmsError } from "../errors.ts";
import { untilNoneHeld } from "../lease/watch.ts";
import { formatVersion } from "../store/format.ts";
import type { Store, StorePlace } from "../store/store.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import type { VaultCounts } from "../vault/contents.ts";
import type { Vault } from "../vault/vault.ts";
import { hex } from "./records.ts";
import { restoreWhole, verifyWhole } from "./whole-vault.ts";

/** Milliseconds after which a journal beside a file is one of a change that was broken off, not of one that is being made. */
const CHANGE_LASTS = 1000;

async function isBrokenOff(file: string): Promise<boolean> {
  const isThere = (): boolean => (statSync(`${file}-journal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  for (const end = performance.now() + CHANGE_LASTS; isThere(); await Bun.sleep(20))
    if (performance.now() > end) return true;
  return false;
}

/**
 * A backup, or another vault's file, that is only read: of this format, and with no change that was broken off.
 * @param use what becomes of it
 * @throws KmsError `VAULT_CORRUPT`, `INVALID_INPUT`, and as {@link StorePlace.open}
 */
export async function openUnchanged(
  file: string,
  place: Pick<StorePlace, "open">,
  use: "restored" | "merged",
): Promise<Store> {
  const [what, then] = use === "restored" ? ["backup", "restore"] : ["vault", "merge"];
  if (await isBrokenOff(file))
    throw new KmsError(
      "VAULT_CORRUPT",
      `The file ${file} is no finished ${what}: ${file}-journal lies beside it, of a change that was broken off.`,
      {
        hint: `\`vault verify --path=${file}\` undoes that change, if it belongs to the file; then ${then} it.`,
      },
    );
  const store = await place.open();
  if (store.format === formatVersion) return store;
  await store.close();
  throw new KmsError(
    "INVALID_INPUT",
    `The ${what} ${file} has format ${store.format} of the vault; format ${formatVersion} is ${use}.`,
    { hint: `\`vault verify --path=${file}\` converts it, after a copy beside it; then ${then} it.` },
  );
}

export interface Target {
  /** Absolute, links resolved where something lies there. */
  readonly path: string;
  /** Opens what lies there. */
  readonly place: Pick<StorePlace, "open">;
  /** Asks a person whether no daemon works on a file that cannot be read. */
  readonly confirmUnreadable: (problem: KmsError) => Promise<void>;
  /** In milliseconds since 1970. */
  readonly now?: number;
}

/** What a restore did. */
export interface Restored {
  /** What is in place now. */
  readonly counts: VaultCounts;
  /** Where the vault is now that was there. */
  readonly keptAs: string | undefined;
}

/**
 * Puts a backup in the place of a vault, of which every row of every table was opened before.
 *
 * @throws KmsError `VAULT_BUSY` when a daemon works on the vault that is there, `WRONG_VAULT` when that is another one,
 * `VAULT_CORRUPT`, `JOURNAL`, `CANNOT_WRITE`; then nothing was changed
 */
export async function restoreVault(backup: Vault, target: Target): Promise<Restored> {
  await verifyWhole(backup);
  const present = await presentAt(target);
  const restoredAt = target.now ?? Date.now();
  try {
    const whileQuiet = present === "nothing" ? undefined : await quietly(present, backup);
    const { result: counts, keptAs } = await restoreWhole(backup, target.path, { restoredAt, whileQuiet });
    return { counts, keptAs };
  } finally {
    if (typeof present === "object") await present.close();
  }
}

/** The store that lies at the place; `unreadable` when it is none, or damaged. */
async function presentAt({ place, confirmUnreadable }: Target): Promise<Store | "nothing" | "unreadable"> {
  try {
    return await place.open();
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    if (error.code === "NO_WALLET_FILE") return "nothing";
    if (error.code !== "VAULT_CORRUPT" && error.code !== "NOT_A_VAULT") throw error;
    await confirmUnreadable(error);
    return "unreadable";
  }
}

/** Runs the exchange in a transaction of the vault that is there, so that nobody else changes it meanwhile. */
async function quietly(
  present: Store | "unreadable",
  backup: Vault,
): Promise<(swap: () => Promise<void>) => Promise<void>> {
  if (present === "unreadable") return (swap) => swap();
  const { vaultId } = await present.read(readVaultRow);
  if (hex(vaultId) !== backup.identity.vaultId)
    throw new KmsError("WRONG_VAULT", `Another vault lies at ${present.place}, of the id ${hex(vaultId)}.`, {
      hint: "Name another place with --path, or move that vault away, with the files beside it.",
    });
  const assertNoneHeld = await untilNoneHeld(present);
  return (swap) =>
    present.transaction(async (session) => {
      await assertNoneHeld(session);
      await swap();
    });
}
