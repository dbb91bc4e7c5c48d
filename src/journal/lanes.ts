/**
 * Accounts that number their transactions, as a person sees them: which numbers are used and by which job, which are free
 * between them, kept for a job, or held up by one that was refused or waits for a person.
 */
import { createHash } from "node:crypto";
import type { Network } from "../../chains/chain.ts";
import { KmsError } from "../errors.ts";
import { readJobRow, readLaneJobs } from "../store/tables/job.ts";
import { type LaneRow, readAllLaneRows, readLaneRow } from "../store/tables/lane.ts";
import type { Vault } from "../vault/vault.ts";
import { showJobs } from "./inspect.ts";
import type { Job } from "./job.ts";
import { allJobs } from "./job-list.ts";
import { hex, type JournalScope, laneKeyOf, leaseKeyOfName, openJob, openLane } from "./records.ts";
import type { UsedSequences } from "./sequences.ts";

/** A number of an account, with the job that has it. */
export interface LaneNumber {
  readonly number: string;
  /** Of the pending transaction. */
  readonly id: string;
  readonly state: string;
  readonly transactionId?: string;
  readonly problem?: string;
}

/** A number of one account, with all that can be told of the job that has it. */
export interface ShownNumber extends LaneNumber {
  /** When it is tried again at the earliest; absent when that is at once, or never by itself. */
  readonly nextAttempt?: string;
  /** SHA-256 of the signed bytes as the chain takes them, hexadecimal. */
  readonly payloadDigest: string;
  /** Those bytes, where they are asked for. */
  readonly payload?: string;
  /** Whether it only uses the number up. */
  readonly isRepair?: true;
}

export interface ShownAccount extends ShownLane {
  /** Whether a daemon works for its chain and network, as far as the lease tells; absent where no job is known. */
  readonly hasDaemon?: boolean;
  /** A number that several jobs have stands here once for each. */
  readonly numbers: readonly ShownNumber[];
}

export interface ShownLane {
  /** Absent where no journal of the vault has it. */
  readonly chain?: string;
  readonly network?: string;
  /** Absent where all of its jobs ended so long ago that they are settled. */
  readonly account?: string;
  /** The key of its record, hexadecimal. */
  readonly record: string;
  /** One above the highest number that is used. */
  readonly next?: string;
  /** Ranges, such as `0-41`. */
  readonly used: readonly string[];
  /** Between those: the next payments take them. */
  readonly free: readonly string[];
  readonly kept: readonly { readonly number: string; readonly id: string }[];
  /** Nothing behind them can land before them. */
  readonly held: readonly LaneNumber[];
}

const rangeText = ([first, last]: readonly [bigint, bigint]): string =>
  first === last ? `${first}` : `${first}-${last}`;

/** The accounts of some chains, or of all. @throws KmsError `JOURNAL` when one does not open */
export async function listLanes(vault: Vault, chains?: readonly string[]): Promise<ShownLane[]> {
  const names = await namesOfLanes(vault);
  const open = await allJobs(vault, { states: ["sent", "parked"], chains });
  const scopes = new Map(
    (await vault.store.read((session) => vault.journals.listedJournals(session))).map(
      (name) => [hex(leaseKeyOfName(vault, name)), name.split(" ")] as const,
    ),
  );
  const rows = await vault.store.read((session) => Array.fromAsync(readAllLaneRows(session)));
  return rows.flatMap((row) => {
    const [network, chain] = scopes.get(hex(row.leaseKey)) ?? [];
    if (chains !== undefined && (chain === undefined || !chains.includes(chain))) return [];
    const account = names.get(hex(row.laneKey));
    const own = open.filter(
      ({ signed, ...job }) => job.chain === chain && signed?.sequence?.account === account,
    );
    return [
      {
        ...(chain !== undefined && { chain }),
        ...(network !== undefined && { network }),
        ...(account !== undefined && { account }),
        ...show(
          row,
          openLane(vault, row),
          account === undefined ? [] : own.filter((job) => job.network === network),
        ),
      },
    ];
  });
}

function show({ laneKey }: LaneRow, used: UsedSequences, open: readonly Job[]) {
  const { ranges, next, kept } = used;
  const free = ranges.slice(1).map(([first], at) => [(ranges[at]?.[1] ?? 0n) + 1n, first - 1n] as const);
  const held = open.filter(({ state, refusals }) => state === "parked" || refusals > 0);
  return {
    record: hex(laneKey),
    ...(next !== undefined && { next: `${next}` }),
    used: ranges.map(rangeText),
    free: free.map(rangeText),
    kept: kept.map(({ id, number }) => ({ number: `${number}`, id })),
    held: numbersOf(held),
  };
}

/** The jobs by their numbers, the lowest first. */
function numbersOf(jobs: readonly Job[]): LaneNumber[] {
  const numbers = jobs.flatMap(({ id, state, signed, problem }): LaneNumber[] => {
    if (signed?.sequence === undefined) return [];
    const { transactionId, sequence } = signed;
    return [{ number: sequence.number, id, state, transactionId, ...(problem !== undefined && { problem }) }];
  });
  return numbers.sort((a, b) => (BigInt(a.number) < BigInt(b.number) ? -1 : 1));
}

/** Which account a record is of, as one of its jobs tells. */
async function namesOfLanes(vault: Vault): Promise<ReadonlyMap<string, string>> {
  return vault.store.read(async (session) => {
    const names = new Map<string, string>();
    for (const { laneKey, jobKey } of await readLaneJobs(session)) {
      try {
        const row = await readJobRow(session, jobKey);
        const account = row === undefined ? undefined : openJob(vault, row).signed?.sequence?.account;
        if (account !== undefined) names.set(hex(laneKey), account);
      } catch (problem) {
        if (!(problem instanceof KmsError)) throw problem;
      }
    }
    return names;
  });
}

/** Jobs of an account that are shown at most, those of the highest numbers. */
const MOST_SHOWN = 1000;

/**
 * The network on which the journal has an account: the main network, where it has it on both.
 * @throws KmsError `USAGE` when the journal has no such account
 */
export async function networkOfLane(vault: Vault, chain: string, account: string): Promise<Network> {
  const networks = ["mainnet", "testnet"] as const;
  const rows = await vault.store.read((session) =>
    Promise.all(
      networks.map((network) => readLaneRow(session, laneKeyOf(vault, { chain, network }, account))),
    ),
  );
  const found = networks.find((_, at) => rows[at] !== undefined);
  if (found !== undefined) return found;
  throw new KmsError("USAGE", `The journal of ${chain} has no account '${account.slice(0, 128)}'.`, {
    hint: "`lane list` names those that it has.",
  });
}

/** The jobs of an account whose bytes are kept, the lowest number first. */
async function jobsOf(vault: Vault, scope: JournalScope, account: string): Promise<Job[]> {
  const states = ["signed", "sent", "parked", "done"] as const;
  const jobs = await allJobs(vault, { states, chains: [scope.chain], account });
  const numbered = jobs.filter(({ network, signed }) => network === scope.network && signed?.sequence);
  const numberOf = ({ signed }: Job): bigint => BigInt(signed?.sequence?.number ?? 0);
  return numbered.sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1)).slice(-MOST_SHOWN);
}

/**
 * One account, with each number whose job is still known in full.
 * @param withBytes their signed bytes as well: who has them can send them
 * @throws KmsError `USAGE` when the journal has no such account
 */
export async function showLane(
  vault: Vault,
  { chain, account }: { readonly chain: string; readonly account: string },
  { withBytes }: { readonly withBytes: boolean } = { withBytes: false },
): Promise<ShownAccount> {
  const network = await networkOfLane(vault, chain, account);
  const record = hex(laneKeyOf(vault, { chain, network }, account));
  const lane = (await listLanes(vault, [chain])).find((one) => one.record === record);
  if (lane === undefined) throw new KmsError("JOURNAL", `The record ${record} of ${account} is gone.`);
  const jobs = await jobsOf(vault, { chain, network }, account);
  const shown = await showJobs(vault, jobs);
  const numbers = jobs.map((job, at): ShownNumber => {
    const { id, state, signed, problem, isRepair } = job;
    const { payload = "", transactionId = "", sequence } = signed ?? {};
    const { nextAttempt } = shown[at] ?? {};
    return {
      number: sequence?.number ?? "",
      id,
      state,
      transactionId,
      payloadDigest: createHash("sha256").update(payload).digest("hex"),
      ...(withBytes && { payload }),
      ...(nextAttempt !== undefined && { nextAttempt }),
      ...(problem !== undefined && { problem }),
      ...(isRepair === true && { isRepair }),
    };
  });
  const hasDaemon = shown[0]?.hasDaemon;
  return { ...lane, account, ...(hasDaemon !== undefined && { hasDaemon }), numbers };
}
