/** The options that choose among the jobs of the journal, and the work on all that are chosen. */
import { knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import type { ShownJob } from "../journal/inspect.ts";
import type { Job } from "../journal/job.ts";
import { allJobs, type JobFilter, jobStateNamed } from "../journal/job-list.ts";
import { oneLine } from "../operations/log.ts";
import type { Vault } from "../vault/vault.ts";
import { confirm } from "./confirmation.ts";
import type { CommandContext } from "./context.ts";
import { pickOptions } from "./options.ts";
import { printJson, printNote } from "./output.ts";

export const jobFilterOptions = {
  chain: { type: "string", valueHint: "BTC,ETH", description: "Only jobs of these chains" },
  wallets: {
    type: "string",
    valueHint: "id,id",
    description: "Only jobs that one of these wallets may sign",
  },
  ...pickOptions("account", "older-than"),
} as const;

/** The argument and options of a command that works on one job, or with `--all` on those that the others leave. */
export const oneOrAllOptions = {
  id: { type: "positional", required: false, description: "Id of the pending transaction; or --all" },
  ...pickOptions("all", "state", "yes"),
  ...jobFilterOptions,
} as const;

interface JobFilterArguments {
  readonly chain?: string | undefined;
  readonly wallets?: string | undefined;
  readonly account?: string | undefined;
  readonly "older-than"?: string | undefined;
}

const millisecondsOf: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws KmsError `USAGE` */
export function jobFilter(args: JobFilterArguments, now = Date.now()): JobFilter {
  const { chain, account } = args;
  if (account !== undefined && chain === undefined)
    throw new KmsError("USAGE", "Option --account goes with --chain: an account is one of a chain.");
  const olderThan = args["older-than"];
  return {
    chains: chain === undefined ? undefined : knownTickers(chain),
    account,
    wallets: args.wallets?.split(",").flatMap((id) => (id.trim() === "" ? [] : [id.trim()])),
    until: olderThan === undefined ? undefined : now - readDuration(olderThan),
  };
}

/** Milliseconds. @throws KmsError `USAGE` */
function readDuration(text: string): number {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = millisecondsOf[unit];
  if (milliseconds !== undefined) return Number(number) * milliseconds;
  throw new KmsError("USAGE", "Option --older-than is a number with its unit, such as 90s, 30m, 12h or 7d.");
}

interface OneOrAllArguments extends JobFilterArguments {
  readonly id?: string | undefined;
  readonly all?: boolean | undefined;
  readonly state?: string | undefined;
}

/**
 * The one job that is named; `undefined` for all that the filters leave.
 * @throws KmsError `USAGE` for neither, or for both
 */
export function namedJob(args: OneOrAllArguments): string | undefined {
  const { id, all, state, chain, wallets, account } = args;
  const isFiltered = [state, chain, wallets, account, args["older-than"]].some(
    (value) => value !== undefined,
  );
  if (all === true && id === undefined) return undefined;
  if (all === true) throw new KmsError("USAGE", "Option --all and the id of one job exclude each other.");
  if (id === undefined) throw new KmsError("USAGE", "Which job? Give its id, or --all.");
  if (isFiltered) throw new KmsError("USAGE", "Options that choose among jobs go with --all.");
  return id;
}

/** Rows of the table that a person is asked about. */
const MOST_SHOWN = 50;

/** A text of the outside, shortened. */
const inOneLine = (text: string): string => oneLine(text).slice(0, 60);

const minute = 60_000;

function age(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / minute));
  if (minutes < 120) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / (24 * 60))}d`;
}

/** The jobs as lines of a table. */
function jobTable(jobs: readonly Job[], now = Date.now()): string[] {
  const rows = jobs
    .slice(0, MOST_SHOWN)
    .map(({ id, chain, state, updatedAt, signed, problem = "" }) => [
      id,
      chain,
      state,
      age(now - updatedAt),
      signed?.transactionId ?? "-",
      inOneLine(problem),
    ]);
  const table = [["ID", "CHAIN", "STATE", "AGE", "TRANSACTION", "PROBLEM"], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return jobs.length > MOST_SHOWN ? [...lines, `... and ${jobs.length - MOST_SHOWN} more`] : lines;
}

/** What is done with each of several jobs. */
export interface BulkWork {
  /** What happens to them, as in "are going to be tried again". */
  readonly happens: string;
  /** Before the first one, once a person agreed. */
  begin?(jobs: readonly Job[]): Promise<void>;
  one(id: string): Promise<ShownJob>;
}

type Result = ShownJob | { readonly id: string; readonly error: string };

/**
 * Shows the jobs that the options leave, asks, and works on one after another; prints what became of each.
 * @throws KmsError `INCOMPLETE` when some were refused, `NOT_CONFIRMED`, `USAGE`
 */
export async function workOnAll(
  { context, vault }: { readonly context: CommandContext; readonly vault: Vault },
  args: OneOrAllArguments,
  work: BulkWork,
): Promise<void> {
  const states = args.state === undefined ? {} : { states: [jobStateNamed(args.state)] };
  const jobs = await allJobs(vault, { ...jobFilter(args), ...states }, ({ message }) =>
    printNote(`Left out: ${message}`),
  );
  if (jobs.length > 0) {
    await confirm(context, ...jobTable(jobs), `These ${jobs.length} jobs are going to ${work.happens}.`);
    await work.begin?.(jobs);
  }
  const results: Result[] = [];
  for (const { id } of jobs) results.push(await resultOf(id, work));
  printJson(results);
  const refused = results.filter((result) => "error" in result).length;
  if (refused > 0)
    throw new KmsError("INCOMPLETE", `${refused} of ${jobs.length} jobs were refused; the output says why.`);
}

async function resultOf(id: string, work: BulkWork): Promise<Result> {
  try {
    return await work.one(id);
  } catch (failure) {
    if (failure instanceof KmsError && failure.kind === "vault") throw failure;
    return { id, error: describeFailure(failure) };
  }
}
