/** A vault together with its journal: opened, every row of every table compared, and copies that are checked so. */
import { KmsError, vaultCorrupt } from "../errors.ts";
import type { Session, StorePlace } from "../store/store.ts";
import { readAllJobRows } from "../store/tables/job.ts";
import { readJournalRows } from "../store/tables/journal.ts";
import { readAllClaimRows, readAllLaneRows } from "../store/tables/lane.ts";
import type { VaultCounts } from "../vault/contents.ts";
import type { SlotOpener } from "../vault/key-slots/key-slot.ts";
import { SealedVault } from "../vault/sealed-vault.ts";
import type { Restoring, Vault } from "../vault/vault.ts";
import { type Converting, convertFormat1 } from "./conversion.ts";
import { ChangingState, emptyState, notAsListed, openState } from "./journal-state.ts";
import {
  claimHash,
  damaged,
  hex,
  jobHash,
  laneHash,
  leaseKeyOfName,
  openLane,
  problemOf,
  quarantinedState,
} from "./records.ts";

/** What a full check of the journal opened. */
export type JournalCounts = Readonly<Record<"jobs" | "accounts" | "claims" | "quarantined", number>>;

/**
 * Opens the vault at a place. One of the format before is converted first, after a checked copy beside it.
 *
 * @param choose is shown the sealed vault
 * @param telling is told where that copy is, and how far the conversion is
 * @throws KmsError `NO_WALLET_FILE`, `VAULT_IS_ORIGINAL`, `NOT_A_VAULT`, `VAULT_PERMISSIONS`, `VAULT_TOO_NEW`, `VAULT_CORRUPT`,
 * `VAULT_BUSY`, `WRONG_PASSWORD`, and what `choose` throws
 */
export async function openVault(
  place: Pick<StorePlace, "open">,
  choose: (sealed: SealedVault) => Promise<SlotOpener>,
  telling: Converting = { note: () => undefined },
): Promise<Vault> {
  const store = await place.open();
  try {
    const sealed = await SealedVault.open(store);
    const opener = await choose(sealed);
    return await sealed.unseal(opener, (old, rootKey) => convertFormat1(old, rootKey, telling));
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens every row of every table of a vault.
 *
 * @param onSetAside is told the key of each row of a job that was set aside, hexadecimal
 * @throws KmsError `VAULT_CORRUPT`, `JOURNAL`, naming the row that is damaged
 */
export function verifyWhole(vault: Vault, onSetAside?: (row: string) => void): Promise<VaultCounts> {
  return vault.verify((session) => checkJournal(vault, session, onSetAside));
}

/**
 * Writes a copy of a vault of which every row of every table opens.
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, `VAULT_CORRUPT`, `JOURNAL`
 */
export function backUpWhole(vault: Vault, file: string): Promise<VaultCounts> {
  return vault.backup(file, (session) => checkJournal(vault, session));
}

/**
 * {@link backUpWhole} in the place of the vault that lies there, marked as restored.
 * @throws KmsError `CANNOT_WRITE`, `VAULT_CORRUPT`, `JOURNAL`, and what `whileQuiet` throws
 */
export function restoreWhole(backup: Vault, file: string, how: Omit<Restoring, "checkRows">) {
  return backup.restoreOver(file, { ...how, checkRows: (session) => checkJournal(backup, session) });
}

/** The states that the rows come to, by the keyed hash of network and chain. */
class FoundStates {
  readonly #states = new Map<string, ChangingState>();

  of(leaseKey: Uint8Array): ChangingState {
    const known = this.#states.get(hex(leaseKey));
    if (known !== undefined) return known;
    const state = new ChangingState(emptyState);
    this.#states.set(hex(leaseKey), state);
    return state;
  }

  get keys(): readonly string[] {
    return [...this.#states.keys()];
  }
}

async function checkJournal(
  vault: Vault,
  session: Session,
  onSetAside: (row: string) => void = () => undefined,
): Promise<JournalCounts> {
  const counts = { jobs: 0, accounts: 0, claims: 0, quarantined: 0 };
  const found = new FoundStates();
  const problems: KmsError[] = [];
  for await (const one of readAllJobRows(session)) {
    const problem = problemOf(vault, one);
    if (problem !== undefined) problems.push(problem);
    if (!("row" in one)) continue;
    const { row } = one;
    if (row.state === quarantinedState) {
      counts.quarantined += 1;
      onSetAside(hex(row.jobKey));
    }
    const state = found.of(row.leaseKey);
    state.add(jobHash(vault, row));
    state.count(row.state, 1);
    counts.jobs += 1;
  }
  if (problems.length > 0) throw allOf(problems);
  for await (const row of readAllLaneRows(session)) {
    openLane(vault, row);
    found.of(row.leaseKey).add(laneHash(vault, row));
    counts.accounts += 1;
  }
  for await (const row of readAllClaimRows(session)) {
    found.of(row.leaseKey).add(claimHash(vault, row));
    counts.claims += 1;
  }
  await compareStates(vault, session, found);
  return counts;
}

/** Damaged rows that are told of at once. */
const MOST_TOLD = 20;

/** One error of all damaged rows. */
function allOf(problems: readonly KmsError[]): KmsError {
  const [first, ...others] = problems;
  if (first !== undefined && others.length === 0) return first;
  const told = problems.slice(0, MOST_TOLD).map(({ message }) => message);
  const more = problems.length > told.length ? [`And ${problems.length - told.length} more.`] : [];
  return new KmsError("JOURNAL", [...told, ...more].join(" "), {
    ...(first?.hint !== undefined && { hint: first.hint }),
  });
}

/** @throws KmsError `JOURNAL`, `VAULT_CORRUPT` */
async function compareStates(vault: Vault, session: Session, found: FoundStates): Promise<void> {
  const rows = await readJournalRows(session);
  for (const row of rows) {
    const expected = openState(vault, row);
    const { digest, jobs } = found.of(row.leaseKey).result();
    const isSame =
      digest === expected.digest &&
      JSON.stringify(Object.entries(jobs).sort()) === JSON.stringify(Object.entries(expected.jobs).sort());
    if (!isSame)
      throw damaged(
        `a row of journal record ${hex(row.leaseKey)} was added, removed or replaced, or the record is an older one`,
      );
  }
  const known = new Set(rows.map(({ leaseKey }) => hex(leaseKey)));
  const listed = new Set<string>();
  for (const name of await vault.journals.listedJournals(session)) {
    const leaseKey = hex(leaseKeyOfName(vault, name));
    if (!known.has(leaseKey)) throw notAsListed(name, false);
    listed.add(leaseKey);
  }
  const unlisted = [...known].find((leaseKey) => !listed.has(leaseKey));
  if (unlisted !== undefined) throw vaultCorrupt(`the manifest does not list the journal record ${unlisted}`);
  const missing = found.keys.find((leaseKey) => !known.has(leaseKey));
  if (missing !== undefined) throw vaultCorrupt(`the journal record ${missing} is missing`);
}
