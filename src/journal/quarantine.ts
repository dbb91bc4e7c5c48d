/**
 * A job's row that does not open, set aside on a person's word, so that the rest of its journal is whole again. The row stays,
 * and with it the keyed id of its transaction: what it may have paid is never signed again.
 */
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import {
  type JobRow,
  readAllJobRows,
  readJobRow,
  readUncheckedJobRow,
  setJobRowAside,
  type UncheckedJobRow,
} from "../store/tables/job.ts";
import { readJournalRow, writeJournalRow } from "../store/tables/journal.ts";
import { hasClaims, readAllClaimRows, readAllLaneRows, readJobsWithoutRow } from "../store/tables/lane.ts";
import type { Vault } from "../vault/vault.ts";
import { ChangingState, type JournalState, openState, sealState } from "./journal-state.ts";
import {
  claimHash,
  damaged,
  findJobRow,
  hex,
  jobHash,
  laneHash,
  openedLeaseKey,
  openLane,
  problemOf,
  quarantinedState,
} from "./records.ts";

/** A row that is to be set aside, and what becomes of it. */
export interface DamagedRow {
  /** The key of its row, hexadecimal. */
  readonly row: string;
  /** The key under which it is kept: another one where its own was damaged. */
  readonly keptAs: string;
  /** What is wrong with it. */
  readonly problem: string;
  /** How many other rows of the same journal do not open. */
  readonly others: number;
}

/**
 * The damaged row that a person means.
 *
 * @param name the key of the row, as errors tell it, or the id of its pending transaction
 * @throws KmsError `NO_SUCH_JOB`, `USAGE` when it opens or was set aside before, `JOURNAL` when more is wrong with its
 * journal than that rows do not open
 */
export function findDamagedRow(vault: Vault, name: string): Promise<DamagedRow> {
  return vault.store.read(async (session) => (await examine(vault, session, name)).shown);
}

/**
 * Sets the row aside, and has the sealed state of its journal be that of the rows as they are then.
 * @throws KmsError as {@link findDamagedRow}
 */
export function quarantine(vault: Vault, name: string): Promise<DamagedRow> {
  return vault.store.transaction(async (session) => {
    const { shown, found, aside, state } = await examine(vault, session, name);
    const { jobKey } = "row" in found ? found.row : found;
    if ("row" in found && hex(found.row.leaseKey) === hex(aside.leaseKey)) {
      state.take(jobHash(vault, found.row));
      state.count(found.row.state, -1);
    }
    await setJobRowAside(session, jobKey, aside);
    const row = await readJobRow(session, aside.jobKey);
    if (row === undefined) throw new KmsError("INTERNAL", "A row that was set aside is gone.");
    state.add(jobHash(vault, row));
    state.count(row.state, 1);
    const { leaseKey } = aside;
    await writeJournalRow(session, { leaseKey, sealed: sealState(vault, leaseKey, state.result()) }, false);
    return shown;
  });
}

interface Finding {
  readonly shown: DamagedRow;
  readonly found: UncheckedJobRow;
  readonly aside: Pick<JobRow, "jobKey" | "leaseKey" | "state">;
  /** Of all rows of the journal, the damaged one as it is among them. */
  readonly state: ChangingState;
}

async function examine(vault: Vault, session: Session, name: string): Promise<Finding> {
  const found = await namedRow(vault, session, name);
  const problem = problemOf(vault, found);
  if (problem === undefined)
    throw new KmsError("USAGE", "The job record opens: it is not set aside.", {
      hint: "Decide about its transaction with `job resolve`.",
    });
  const leaseKey = ("row" in found ? openedLeaseKey(vault, found.row) : undefined) ?? leaseKeyIn(found);
  const sealedState = leaseKey && (await readJournalRow(session, leaseKey));
  if (leaseKey === undefined || sealedState === undefined)
    throw damaged("the job record belongs to no network and chain that the vault has a journal of");
  const isMisplaced = hex(leaseKeyIn(found) ?? new Uint8Array()) !== hex(leaseKey);
  const { state, opened, broken } = await recount(vault, session, leaseKey, openState(vault, sealedState));
  const damagedRows = broken + (isMisplaced ? 1 : 0);
  compareCounts(openState(vault, sealedState), opened, damagedRows);
  const { jobKey } = "row" in found ? found.row : found;
  const keptAs = await trueKey(session, jobKey, leaseKey);
  const shown = { row: hex(jobKey), keptAs: hex(keptAs), problem: problem.message, others: damagedRows - 1 };
  return { shown, found, aside: { jobKey: keptAs, leaseKey, state: quarantinedState }, state };
}

function leaseKeyIn(found: UncheckedJobRow): Uint8Array | undefined {
  return "row" in found ? found.row.leaseKey : found.leaseKey;
}

/** @throws KmsError `NO_SUCH_JOB`, `USAGE` when it was set aside before */
async function namedRow(vault: Vault, session: Session, name: string): Promise<UncheckedJobRow> {
  const byKey = /^[0-9a-f]{64}$/.test(name)
    ? await readUncheckedJobRow(session, Buffer.from(name, "hex"))
    : undefined;
  const found = byKey ?? (await findJobRow(session, vault, name));
  if (found === undefined)
    throw new KmsError("NO_SUCH_JOB", `The journal has no job record '${name.slice(0, 128)}'.`, {
      hint: "`vault verify` names those that do not open.",
    });
  if ("row" in found && found.row.state === quarantinedState)
    throw new KmsError("USAGE", "The job record was set aside before.");
  return found;
}

interface Recount {
  /** With the digest and the counts of all rows as they are. */
  readonly state: ChangingState;
  /** Of the jobs that open or were set aside, by state. */
  readonly opened: ReadonlyMap<string, number>;
  /** How many do not open. */
  readonly broken: number;
}

/** @throws KmsError `JOURNAL`, `VAULT_CORRUPT` when the numbers of an account do not open */
async function recount(
  vault: Vault,
  session: Session,
  leaseKey: Uint8Array,
  { counter }: JournalState,
): Promise<Recount> {
  const isOurs = (key: Uint8Array | undefined): boolean => key !== undefined && hex(key) === hex(leaseKey);
  const state = new ChangingState({ counter, digest: 0n, jobs: {} });
  const opened = new Map<string, number>();
  let broken = 0;
  for await (const found of readAllJobRows(session)) {
    if (!isOurs(leaseKeyIn(found))) continue;
    if ("row" in found) {
      state.add(jobHash(vault, found.row));
      state.count(found.row.state, 1);
    }
    if (problemOf(vault, found) !== undefined) broken += 1;
    else if ("row" in found) opened.set(found.row.state, (opened.get(found.row.state) ?? 0) + 1);
  }
  for await (const row of readAllLaneRows(session)) {
    if (!isOurs(row.leaseKey)) continue;
    openLane(vault, row);
    state.add(laneHash(vault, row));
  }
  for await (const row of readAllClaimRows(session))
    if (isOurs(row.leaseKey)) state.add(claimHash(vault, row));
  return { state, opened, broken };
}

/**
 * Of the digest nothing is left to compare with. But what the journal counted has to be there, each job in its state, as a row
 * that opens or as one that does not: a row that was taken away, added or brought back is not made good by this.
 */
function compareCounts({ jobs }: JournalState, opened: ReadonlyMap<string, number>, broken: number): void {
  const states = new Set([...Object.keys(jobs), ...opened.keys()]);
  const missing = [...states].map((state) => (jobs[state] ?? 0) - (opened.get(state) ?? 0));
  const sum = missing.reduce((total, one) => total + one, 0);
  if (missing.every((one) => one >= 0) && sum <= broken) return;
  throw damaged("rows were added, removed or replaced besides those that do not open");
}

/**
 * The key of the pending transaction: where the row's own was damaged, that of the one job that transactions or outputs belong
 * to and that has no row.
 */
async function trueKey(session: Session, jobKey: Uint8Array, leaseKey: Uint8Array): Promise<Uint8Array> {
  const [only, ...more] = await readJobsWithoutRow(session, leaseKey);
  if (only === undefined) return jobKey;
  if (more.length === 0 && !(await hasClaims(session, jobKey))) return only;
  throw damaged(
    "a job that a transaction belongs to has no row, and more than one row may have been its own",
  );
}
