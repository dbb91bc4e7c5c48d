/** The sealed rows of the journal: of a job, of an account's sequence numbers, and of what belongs to one job alone. */
import type { Network } from "../../chains/chain.ts";
import { Recent } from "../../chains/codec/recent.ts";
import { defaultApiKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { mostBytes } from "../store/tables/bounds.ts";
import { type JobRow, readUncheckedJobRow, type UncheckedJobRow } from "../store/tables/job.ts";
import type { ClaimRow, LaneRow } from "../store/tables/lane.ts";
import { hashWith } from "../vault/root-key.ts";
import type { JournalRegister } from "../vault/state.ts";
import type { Sealing, Vault } from "../vault/vault.ts";
import { type Job, jobStates, parseJobContent, serializeJobContent } from "./job.ts";
import { rowHash } from "./journal-state.ts";
import { UsedSequences } from "./sequences.ts";
import { openSettled, sealSettled, settledState } from "./settled.ts";

const JOB_PURPOSE = "job";
const LANE_PURPOSE = "lane";
const LEASE_PURPOSE = "lease";
const CLAIM_PURPOSE = "claim";

/** The state that the row of a job shows that was set aside because it does not open. */
export const quarantinedState = "quarantined";

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** The journal of one chain on one network. */
export interface JournalScope {
  readonly chain: string;
  readonly network: Network;
}

/** What belongs to one job alone: its transaction, or an output that it spends. */
export interface Claim {
  readonly kind: "transaction" | "input";
  /** The transaction id; `<transaction id>:<index>` of an output. */
  readonly name: string;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** An error about a row that is not what this program wrote. */
export function damaged(what: string, cause?: unknown): KmsError {
  return new KmsError("JOURNAL", `The journal is damaged: ${what}.`, {
    cause,
    hint: "Nothing is signed or sent for it. Check which transactions were sent, then restore the vault from a backup, or set the row aside with `job quarantine`.",
  });
}

/** A row by which a person finds it again. */
function nameOf({ jobKey, state, revision }: JobRow): string {
  return `job record ${hex(jobKey)} (state ${JSON.stringify(state)}, revision ${revision})`;
}

/** That a row was set aside: what it says of its transaction nobody knows, but that there was one. */
export class SetAside extends KmsError {
  constructor({ jobKey }: Pick<JobRow, "jobKey">) {
    super("JOURNAL", `The job record ${hex(jobKey)} was set aside because it does not open.`, {
      hint: "Its transaction may have been paid: look on the chain and at the API. It is neither signed nor sent here any more.",
    });
  }
}

/**
 * The row, if it is one that this program writes.
 * @throws KmsError `JOURNAL` naming it
 */
export function checkedRow(found: UncheckedJobRow): JobRow {
  if ("row" in found) return found.row;
  const why = found.problem instanceof Error ? found.problem.message : "";
  throw damaged(
    `job record ${hex(found.jobKey)} is none that this program writes. ${why}`.trim(),
    found.problem,
  );
}

/** By vault and name of a journal: each row is bound to it. */
const leaseKeys = new WeakMap<Sealing, Recent<Uint8Array>>();

/** The keyed hash under which the journal of a chain, and the lease on it, are found. */
export function leaseKeyOf(vault: Sealing, scope: JournalScope): Uint8Array {
  const name = journalNameOf(scope);
  const known = leaseKeys.get(vault) ?? new Recent<Uint8Array>(100);
  const key = known.get(name) ?? leaseKeyOfName(vault, name);
  known.set(name, key);
  leaseKeys.set(vault, known);
  return key;
}

/** The keyed hash of the lease on the work of one API key there. The default one has the lease of the journal itself. */
export function keyLeaseKeyOf(
  vault: Sealing,
  { chain, network }: JournalScope,
  apiKey = defaultApiKey,
): Uint8Array {
  return apiKey === defaultApiKey
    ? leaseKeyOf(vault, { chain, network })
    : vault.keyedHash(LEASE_PURPOSE, utf8.encode(`${network}\n${chain}\n${apiKey}`));
}

/** The name under which the vault's manifest lists a journal. */
export function journalNameOf({ chain, network }: JournalScope): string {
  return `${network} ${chain}`;
}

/** The keyed hash under which a journal that the manifest lists is found. */
export function leaseKeyOfName(vault: Sealing, name: string): Uint8Array {
  return vault.keyedHash(LEASE_PURPOSE, utf8.encode(name.replace(" ", "\n")));
}

export function jobKeyOf(vault: Sealing, id: string): Uint8Array {
  return vault.keyedHash(JOB_PURPOSE, utf8.encode(id));
}

/** The vault that a job is looked for in. */
interface JobKeeper extends Sealing {
  readonly journals: Pick<JournalRegister, "mergedJobKeys">;
}

/** Under what key a job of a pending transaction stands in vaults with these keys of hashes. */
export function jobKeysWith(hashKeys: readonly Uint8Array[], id: string): Uint8Array[] {
  return hashKeys.map((key) => hashWith(key, utf8.encode(id)));
}

/** The keys of hashes under which the jobs stand of a vault that another one is merged into, its own and those it was given. */
export function jobHashKeysOf(vault: Vault): Uint8Array[] {
  return [vault.copyHashKey(JOB_PURPOSE), ...vault.journals.mergedJobKeys];
}

/** The row of a pending transaction: the vault's own, or what a vault that was merged into it knew of it. */
export async function findJobRow(
  session: Session,
  vault: JobKeeper,
  id: string,
): Promise<UncheckedJobRow | undefined> {
  const own = await readUncheckedJobRow(session, jobKeyOf(vault, id));
  return own ?? findMergedRow(session, vault, id);
}

/** What a vault that was merged into this one knew of a pending transaction. */
export async function findMergedRow(
  session: Session,
  { journals }: Pick<JobKeeper, "journals">,
  id: string,
): Promise<UncheckedJobRow | undefined> {
  for (const key of jobKeysWith(journals.mergedJobKeys, id)) {
    const found = await readUncheckedJobRow(session, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function laneKeyOf(
  vault: Pick<Sealing, "keyedHash">,
  { chain, network }: JournalScope,
  account: string,
): Uint8Array {
  return vault.keyedHash(LANE_PURPOSE, utf8.encode(`${chain}\n${network}\n${account}`));
}

export function claimKeyOf(
  vault: Sealing,
  { chain, network }: JournalScope,
  { kind, name }: Claim,
): Uint8Array {
  return vault.keyedHash(CLAIM_PURPOSE, utf8.encode(`${chain}\n${network}\n${kind}\n${name}`));
}

/** State and revision take part in the seal, so that an old row cannot be passed off as a new one's state. */
function purposeOf({ state, revision }: Pick<JobRow, "state" | "revision">): string {
  return `${JOB_PURPOSE}/${state}/${revision}`;
}

function laneKeyOfJob(vault: Sealing, job: Job): Uint8Array | null {
  const account = job.signed?.sequence?.account;
  return account === undefined ? null : laneKeyOf(vault, job, account);
}

export function sealJob(vault: Sealing, job: Job): JobRow {
  const { key: jobKey, revision, attemptAt, updatedAt } = job;
  const leaseKey = leaseKeyOf(vault, job);
  const times = {
    attemptAt: Math.trunc(attemptAt),
    updatedAt: Math.trunc(updatedAt),
  };
  if (job.isSettled === true) {
    const row = {
      jobKey,
      leaseKey,
      state: settledState,
      laneKey: null,
      revision,
      ...times,
    };
    return {
      ...row,
      sealed: vault.seal(purposeOf(row), jobKey, sealSettled(job)),
    };
  }
  const sealed = vault.seal(purposeOf(job), jobKey, utf8.encode(serializeJobContent(job)));
  return {
    jobKey,
    leaseKey,
    state: job.state,
    laneKey: laneKeyOfJob(vault, job),
    revision,
    ...times,
    sealed,
  };
}

/** @throws KmsError `JOURNAL` when the row is not what this program wrote */
export function openJob(vault: Sealing, row: JobRow): Job {
  const { jobKey: key, revision, attemptAt, updatedAt } = row;
  if (row.state === quarantinedState) throw new SetAside(row);
  const state = jobStates.find((known) => known === row.state);
  if (state === undefined && row.state !== settledState)
    throw damaged(`${nameOf(row)} is in a state that there is not`);
  try {
    const opened = vault.open(purposeOf(row), key, row.sealed);
    const times = { key, revision, attemptAt, updatedAt };
    if (state === undefined) return { ...openSettled(opened), ...times };
    const job: Job = {
      ...parseJobContent(utf8Decoder.decode(opened)),
      state,
      ...times,
    };
    if (hex(leaseKeyOf(vault, job)) !== hex(row.leaseKey)) throw new Error("it names another chain");
    if (hex(laneKeyOfJob(vault, job) ?? new Uint8Array()) !== hex(row.laneKey ?? new Uint8Array()))
      throw new Error("it names another account");
    return job;
  } catch (cause) {
    const why =
      cause instanceof Error && cause.message.startsWith("it names") ? cause.message : "it does not open";
    throw damaged(`${nameOf(row)}: ${why}`, cause);
  }
}

/** What keeps a row from being opened; `undefined` when it opens or was set aside. */
export function problemOf(vault: Sealing, found: UncheckedJobRow): KmsError | undefined {
  try {
    openJob(vault, checkedRow(found));
    return undefined;
  } catch (problem) {
    if (problem instanceof SetAside) return undefined;
    if (problem instanceof KmsError) return problem;
    throw problem;
  }
}

/** Of the chain that the content of a row names, whatever the row says; `undefined` when it does not open. */
export function openedLeaseKey(vault: Sealing, row: JobRow): Uint8Array | undefined {
  try {
    const opened = vault.open(purposeOf(row), row.jobKey, row.sealed);
    const isSettled = row.state === settledState;
    return leaseKeyOf(vault, isSettled ? openSettled(opened) : parseJobContent(utf8Decoder.decode(opened)));
  } catch {
    return undefined;
  }
}

export function sealLane(
  vault: Sealing,
  { laneKey, leaseKey }: Pick<LaneRow, "laneKey" | "leaseKey">,
  used: UsedSequences,
): LaneRow {
  const sealed = vault.seal(LANE_PURPOSE, laneKey, utf8.encode(used.serialize()));
  // What is written has to be read again: an account that does not open cannot be signed for.
  if (sealed.length > mostBytes.lane.sealed)
    throw new KmsError("JOURNAL", "The numbers of an account are too many to be recorded.");
  return { laneKey, leaseKey, sealed };
}

/** @throws KmsError `JOURNAL` */
export function openLane(vault: Sealing, { laneKey, sealed }: LaneRow): UsedSequences {
  try {
    return UsedSequences.parse(utf8Decoder.decode(vault.open(LANE_PURPOSE, laneKey, sealed)));
  } catch (cause) {
    throw damaged(`the sequence numbers of account record ${hex(laneKey)} do not open`, cause);
  }
}

export const jobHash = (vault: Sealing, { jobKey, leaseKey, state, sealed }: JobRow): Uint8Array =>
  rowHash(vault, "job", jobKey, leaseKey, state, sealed);

export const laneHash = (vault: Sealing, { laneKey, leaseKey, sealed }: LaneRow): Uint8Array =>
  rowHash(vault, "lane", laneKey, leaseKey, sealed);

export const claimHash = (vault: Sealing, { claimKey, leaseKey, jobKey }: ClaimRow): Uint8Array =>
  rowHash(vault, "claim", claimKey, leaseKey, jobKey);
