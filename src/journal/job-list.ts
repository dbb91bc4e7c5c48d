/** Jobs of all chains and networks, chosen by what their rows show, in pages: the journal is never in memory as a whole. */
import { KmsError } from "../errors.ts";
import type { Session } from "../store/store.ts";
import { type JobPlace, type JobRange, readJobPlaces, readJobRow } from "../store/tables/job.ts";
import { readJournalRows } from "../store/tables/journal.ts";
import type { Vault } from "../vault/vault.ts";
import { isClosed, type Job, type JobState, jobStates, mayUse } from "./job.ts";
import { hex, type JournalScope, laneKeyOf, leaseKeyOf, openJob } from "./records.ts";

export interface JobFilter {
  /** Without one: all that are not closed. */
  readonly states?: readonly JobState[];
  /** Tickers. */
  readonly chains?: readonly string[] | undefined;
  /** Sending account, as a job shows it; of the chains. */
  readonly account?: string | undefined;
  /** Signature IDs: only jobs that one of these wallets may sign. */
  readonly wallets?: readonly string[] | undefined;
  /** Changed last at this time or before, in milliseconds since 1970. */
  readonly until?: number | undefined;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Of each row that does not open. */
  readonly damaged: readonly KmsError[];
  /** The last place of the page, when more follow. */
  readonly next: JobPlace | undefined;
}

/** @throws KmsError `USAGE` when there is no such state */
export function jobStateNamed(name: string): JobState {
  const state = jobStates.find((known) => known === name);
  if (state !== undefined) return state;
  throw new KmsError("USAGE", `A job is in one of the states ${jobStates.join(", ")}.`);
}

/**
 * The jobs that a filter leaves, the one changed longest ago first.
 *
 * @param after the place of the last one that was seen
 * @param limit most jobs of the page
 */
export function listJobs(vault: Vault, filter: JobFilter, limit: number, after?: JobPlace): Promise<JobPage> {
  return vault.store.read(async (session) => {
    const selections = await selectionsOf(vault, session, filter);
    const places = await firstPlaces(
      session,
      selections.map((selection) => ({ ...selection, after })),
      limit + 1,
    );
    const chosen = places.slice(0, limit);
    const next = places.length > limit ? chosen.at(-1) : undefined;
    const { jobs, damaged } = await openAll(vault, session, chosen);
    const { wallets } = filter;
    return {
      jobs: wallets === undefined ? jobs : jobs.filter((job) => wallets.some((id) => mayUse(job, id))),
      damaged,
      next,
    };
  });
}

/** Jobs that are opened at a time where all are looked through. */
const PAGE = 1000;

/**
 * All jobs that a filter leaves, in pages and in the order of {@link listJobs}. One that changes meanwhile may come once more.
 * @param limit most jobs of a page
 */
export async function* everyJob(
  vault: Vault,
  filter: JobFilter,
  limit = PAGE,
): AsyncGenerator<Pick<JobPage, "jobs" | "damaged">> {
  let after: JobPlace | undefined;
  do {
    const page = await listJobs(vault, filter, limit, after);
    yield page;
    after = page.next;
  } while (after !== undefined);
}

/** The same at once. Of a row that does not open the caller is told. */
export async function allJobs(
  vault: Vault,
  filter: JobFilter,
  onDamaged: (problem: KmsError) => void = () => undefined,
): Promise<Job[]> {
  const found: Job[] = [];
  for await (const { jobs, damaged } of everyJob(vault, filter)) {
    found.push(...jobs);
    damaged.forEach(onDamaged);
  }
  return found;
}

/** The jobs that a wallet may still sign or send; those of its chain where they do not name their wallets. */
export async function openJobsOf(
  vault: Vault,
  { signatureId, chain, network }: { signatureId: string } & JournalScope,
): Promise<Job[]> {
  const jobs = await allJobs(vault, { chains: [chain], wallets: [signatureId] });
  return jobs.filter((job) => job.network === network);
}

/** What the statements choose by: one for each chain, network and state. */
async function selectionsOf(
  vault: Vault,
  session: Session,
  { states, chains, account, until }: JobFilter,
): Promise<JobRange[]> {
  const scopes = chains?.flatMap((chain) =>
    (["mainnet", "testnet"] as const).map((network) => ({ chain, network })),
  );
  const journals =
    scopes?.map((scope) => ({
      leaseKey: leaseKeyOf(vault, scope),
      laneKey: account === undefined ? undefined : laneKeyOf(vault, scope, account),
    })) ?? (await readJournalRows(session)).map(({ leaseKey }) => ({ leaseKey, laneKey: undefined }));
  const wanted = states ?? jobStates.filter((state) => !isClosed(state));
  return journals.flatMap((journal) => wanted.map((state) => ({ ...journal, state, until })));
}

/** Places that are read of each chain, network and state at first; each further time twice as many. */
const FIRST_READ = 8;

/** What was read of a range and is not taken yet, with how to go on behind it. */
interface Reading {
  readonly range: JobRange;
  readonly places: JobPlace[];
  /** How many to read next; 0 when the range is at its end. */
  next: number;
}

async function readOn(session: Session, reading: Reading, after = reading.range.after): Promise<void> {
  const { range, places, next } = reading;
  const read = await readJobPlaces(session, { ...range, after }, next);
  places.push(...read);
  reading.next = read.length < next ? 0 : 2 * next;
}

/**
 * The first places of all ranges together, in order. Hardly more is read than is taken: with 22 chains on two networks in nine states
 * there are 396 ranges.
 */
async function firstPlaces(
  session: Session,
  ranges: readonly JobRange[],
  limit: number,
): Promise<JobPlace[]> {
  const first = Math.min(FIRST_READ, limit);
  const readings = ranges.map((range): Reading => ({ range, places: [], next: first }));
  for (const reading of readings) await readOn(session, reading);
  const inOrder = readings.filter(({ places }) => places.length > 0).sort(byFirst);
  const taken: JobPlace[] = [];
  for (let reading = inOrder.shift(); reading !== undefined; reading = inOrder.shift()) {
    const place = reading.places.shift();
    if (place === undefined) continue;
    taken.push(place);
    if (taken.length === limit) break;
    if (reading.places.length === 0 && reading.next > 0) await readOn(session, reading, place);
    if (reading.places.length > 0) inOrder.splice(positionOf(reading, inOrder), 0, reading);
  }
  return taken;
}

/** Where a reading stands among others that are in order. */
function positionOf(reading: Reading, inOrder: readonly Reading[]): number {
  let [low, high] = [0, inOrder.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = inOrder[middle];
    if (other !== undefined && byFirst(other, reading) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byFirst({ places: [one] }: Reading, { places: [other] }: Reading): number {
  return one === undefined || other === undefined ? 0 : byAge(one, other);
}

function byAge(a: JobPlace, b: JobPlace): number {
  return a.updatedAt - b.updatedAt || Buffer.compare(a.jobKey, b.jobKey);
}

async function openAll(
  vault: Vault,
  session: Session,
  places: readonly JobPlace[],
): Promise<Pick<JobPage, "jobs" | "damaged">> {
  const jobs: Job[] = [];
  const damaged: KmsError[] = [];
  for (const { jobKey } of places) {
    try {
      const row = await readJobRow(session, jobKey);
      if (row !== undefined) jobs.push(openJob(vault, row));
    } catch (problem) {
      if (!(problem instanceof KmsError)) throw problem;
      damaged.push(
        problem.code === "JOURNAL"
          ? problem
          : new KmsError("JOURNAL", `Job record ${hex(jobKey)}: ${problem.message}`),
      );
    }
  }
  return { jobs, damaged };
}

/**
 * The jobs of a journal that were done, or were changed since, behind a place; those whose rows do not open are left out.
 * @param limit most jobs
 */
export function doneAfter(
  vault: Vault,
  scope: JournalScope,
  after: JobPlace,
  limit: number,
): Promise<{ readonly jobs: readonly Job[]; readonly last: JobPlace | undefined }> {
  return vault.store.read(async (session) => {
    const range = { leaseKey: leaseKeyOf(vault, scope), state: "done", after };
    const places = await readJobPlaces(session, range, limit);
    return { jobs: (await openAll(vault, session, places)).jobs, last: places.at(-1) };
  });
}

/** A place as a person hands it back. */
export function placeText({ updatedAt, jobKey }: JobPlace): string {
  return `${updatedAt}-${hex(jobKey)}`;
}

/** @throws KmsError `USAGE` when it is none that {@link placeText} gives */
export function parsePlace(text: string): JobPlace {
  const [, time, key] = /^(-?\d{1,16})-([0-9a-f]{64})$/.exec(text) ?? [];
  if (time !== undefined && key !== undefined)
    return { updatedAt: Number(time), jobKey: Buffer.from(key, "hex") };
  throw new KmsError("USAGE", "Option --after has to be what the page before told.");
}
