/**
 * A vault moved into another store: the original is marked first, so that from then on nobody works with it, then all rows are copied and
 * compared in one transaction of the other store. So at each moment one store at most is worked with, and after a crash at any step
 * the same is done once more.
 */
import { KmsError, vaultCorrupt } from "../errors.ts";
import { untilNoneHeld } from "../lease/watch.ts";
import type { Session, Store, StorePlace } from "../store/store.ts";
import { copyRows, countRows, differingTable } from "../store/tables/copy.ts";
import { deleteLeaseRows } from "../store/tables/lease.ts";
import { readVaultRow } from "../store/tables/vault.ts";
import type { Vault } from "../vault/vault.ts";
import { hex } from "./records.ts";
import { verifyWhole } from "./whole-vault.ts";

export interface CopyTarget {
  /** For people, and for the mark: the absolute path of a file, or the address of a database. */
  readonly place: string;
  readonly at: StorePlace;
}

/** How far a copy is: `done` of `all` records are copied, or compared. */
export type CopyProgress = (step: "copied" | "compared", done: number, all: number) => void;

/** What is at the place of the copy. */
type Present = "nothing" | "same" | "worked with";

async function opened(target: CopyTarget): Promise<Store | undefined> {
  try {
    return await target.at.open();
  } catch (error) {
    if (error instanceof KmsError && error.code === "NO_WALLET_FILE") return undefined;
    throw error;
  }
}

/**
 * @param original a transaction of the vault
 * @throws KmsError `WRONG_VAULT` when another vault is there
 */
async function presentAt(target: CopyTarget, vault: Vault, original: Session): Promise<Present> {
  const store = await opened(target);
  if (store === undefined) return "nothing";
  try {
    const { vaultId } = await store.read(readVaultRow);
    if (hex(vaultId) !== vault.identity.vaultId)
      throw new KmsError("WRONG_VAULT", `Another vault is in ${target.place}, of the id ${hex(vaultId)}.`, {
        hint: "A copy is made where nothing is yet; nothing was changed.",
      });
    const difference = await store.read((copy) => differingTable(original, copy));
    return difference === undefined ? "same" : "worked with";
  } finally {
    await store.close();
  }
}

/**
 * The mark of a vault that may be copied to a place.
 * @throws KmsError `VAULT_MOVED` when it was copied somewhere else
 */
async function markIn(session: Session, vault: Vault, target: string): Promise<string | undefined> {
  const movedTo = await vault.marked.readMark(session);
  if (movedTo === undefined || movedTo === target) return movedTo;
  throw new KmsError("VAULT_MOVED", `The vault ${vault.place} was copied to ${movedTo}, not to ${target}.`, {
    hint: `Go on with --to=${movedTo}, or give that copy up with --cancel.`,
  });
}

/** Copies and compares, in the transaction that makes the other store; gives the number of records. */
async function fill(
  { marked }: Vault,
  { original, copy }: { readonly original: Session; readonly copy: Session },
  progress: CopyProgress,
): Promise<number> {
  const all = await countRows(original);
  const counting = (step: "copied" | "compared") => {
    let done = 0;
    return (rows: number): void => {
      done += rows;
      progress(step, done, all);
    };
  };
  await copyRows(original, copy, counting("copied"));
  await marked.unmarkCopy(copy);
  const difference = await differingTable(original, copy, counting("compared"));
  if (difference === undefined) return all;
  throw vaultCorrupt(`the copy has other records in its table ${difference}, and was thrown away`);
}

/** @throws KmsError `VAULT_BUSY` while a daemon holds a lease, `VAULT_MOVED` */
async function markMoved(vault: Vault, place: string): Promise<void> {
  const assertNoneHeld = await untilNoneHeld(vault.store);
  await vault.store.transaction(async (session) => {
    await assertNoneHeld(session);
    if ((await markIn(session, vault, place)) === undefined) await vault.marked.mark(session, place);
    // A daemon that stood still until now finds that it has none.
    await deleteLeaseRows(session);
  });
}

/**
 * Moves a vault: marks it, and makes the same one in another store.
 *
 * @returns the number of records that were copied; `undefined` when the copy was complete before
 * @throws KmsError `VAULT_BUSY` while a daemon holds a lease, `VAULT_MOVED`, `WRONG_VAULT`, `FILE_EXISTS`, `VAULT_CORRUPT`, `JOURNAL`, and
 * what the other store says
 */
export async function copyVault(
  vault: Vault,
  target: CopyTarget,
  progress: CopyProgress = () => undefined,
): Promise<number | undefined> {
  vault.marked.passMark();
  const movedTo = await vault.store.read((session) => markIn(session, vault, target.place));
  await verifyWhole(vault);
  const present = await vault.store.read((session) => presentAt(target, vault, session));
  if (present === "same" && movedTo !== undefined) return undefined;
  if (present !== "nothing")
    throw new KmsError("FILE_EXISTS", `The vault is in ${target.place} already; nothing was done.`, {
      hint: "Work with that one, or copy it from there to a new place.",
    });
  await markMoved(vault, target.place);
  let copied = 0;
  // Until the copy is there whole, nobody gives it up beside: both vaults would be worked with.
  await vault.store.transaction(async (original) => {
    if ((await markIn(original, vault, target.place)) === undefined)
      throw new KmsError("VAULT_BUSY", "The copy was given up meanwhile; nothing was copied.");
    await target.at.create(async (copy) => {
      copied = await fill(vault, { original, copy }, progress);
    });
  });
  return copied;
}

/**
 * Gives up a copy that was broken off: the mark is taken away, and the vault is worked with as before.
 * @throws KmsError `USAGE` when there is none, `FILE_EXISTS` when the copy is complete, `VAULT_MOVED`
 */
export async function cancelCopy(vault: Vault, target: CopyTarget): Promise<void> {
  vault.marked.passMark();
  await vault.store.transaction(async (session) => {
    if ((await markIn(session, vault, target.place)) === undefined)
      throw new KmsError("USAGE", "The vault was not copied anywhere: there is nothing to give up.");
    if ((await presentAt(target, vault, session)) !== "nothing")
      throw new KmsError("FILE_EXISTS", `The copy in ${target.place} is complete; nothing was done.`, {
        hint: "Work with that one. The way back is `vault copy` from there to a new place.",
      });
    await vault.marked.mark(session, undefined);
  });
}
