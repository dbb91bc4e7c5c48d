/** The daemon's metrics: counts of polls, transactions and jobs, and the file they are kept in. */
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { type JobState, jobStates, type Outcome, outcomes } from "../journal/job.ts";
import type { Store } from "../store/store.ts";
import { countJobRows } from "../store/tables/job.ts";
import { version } from "../version.ts";
import type { Log } from "./log.ts";
import { type Metric, type Sample, writeMetricsFile } from "./metrics-file.ts";

const pollOutcomes = ["success", "failure"] as const;

/** Whether the API answered a poll. */
type PollOutcome = (typeof pollOutcomes)[number];

interface ChainNumbers {
  /** Milliseconds since 1970; 0 before the first one. */
  lastPollSuccess: number;
  /** Whether it is still polled: the vault has wallets of it. */
  isPolled: boolean;
  readonly polls: Map<PollOutcome, number>;
  readonly transactions: Map<Outcome, number>;
}

/** A count for each of the names, also where it is 0: a series that begins with 1 shows no increase. */
function counts<Name extends string>(
  label: string,
  names: readonly Name[],
  found: ReadonlyMap<Name, number>,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  return names.map((name) => ({ labels: { ...labels, [label]: name }, value: found.get(name) ?? 0 }));
}

function increment<Name>(found: Map<Name, number>, name: Name): void {
  found.set(name, (found.get(name) ?? 0) + 1);
}

/** Counts what the daemon does since its start. Knows no ids, addresses and amounts, so none can get into the metrics. */
export class JobMetrics {
  readonly #chains = new Map<string, ChainNumbers>();
  #leaseLost: AbortSignal | undefined;

  /** @param lost set once another daemon has the lease */
  leaseTaken(lost: AbortSignal): void {
    this.#leaseLost = lost;
  }

  leaseReleased(): void {
    this.#leaseLost = undefined;
  }

  /** A round of the chain begins. */
  pollBegins(ticker: string): void {
    this.#numbersOf(ticker).isPolled = true;
  }

  /** The vault has no wallets of the chain any more: that its last poll is long ago means nothing. */
  pollsNoMore(ticker: string): void {
    const numbers = this.#chains.get(ticker);
    if (numbers !== undefined) numbers.isPolled = false;
  }

  /** @param now milliseconds since 1970 */
  polled(ticker: string, outcome: PollOutcome, now: number): void {
    const numbers = this.#numbersOf(ticker);
    increment(numbers.polls, outcome);
    if (outcome === "success") numbers.lastPollSuccess = now;
  }

  /** A transaction ended its round. */
  transactionEnded(ticker: string, outcome: Outcome): void {
    increment(this.#numbersOf(ticker).transactions, outcome);
  }

  /** @param jobs how many jobs are in which state; `undefined` when they could not be counted */
  collect(jobs: ReadonlyMap<JobState, number> | undefined): Metric[] {
    const chains = [...this.#chains];
    return [
      {
        name: "jobs",
        type: "gauge",
        help: "Jobs of the vault by state; those that are parked wait for a person.",
        samples: jobs === undefined ? [] : counts("state", jobStates, jobs),
      },
      {
        name: "last_poll_success_timestamp_seconds",
        type: "gauge",
        help: "When the API last answered a poll of the chain, in seconds since 1970; 0 before the first answer.",
        samples: chains
          .filter(([, { isPolled }]) => isPolled)
          .map(([chain, { lastPollSuccess }]) => ({ labels: { chain }, value: lastPollSuccess / 1000 })),
      },
      {
        name: "polls_total",
        type: "counter",
        help: "Polls of the API by chain and outcome.",
        samples: chains.flatMap(([chain, { polls }]) => counts("outcome", pollOutcomes, polls, { chain })),
      },
      {
        name: "transactions_total",
        type: "counter",
        help: "How pending transactions ended the rounds they were looked at in, by chain and outcome.",
        samples: chains.flatMap(([chain, { transactions }]) =>
          counts("outcome", outcomes, transactions, { chain }),
        ),
      },
      {
        name: "lease_held",
        type: "gauge",
        help: "1 while this daemon holds the lease of its vault, 0 while it stands by or is stopped.",
        samples: [{ labels: {}, value: this.#leaseLost?.aborted === false ? 1 : 0 }],
      },
      {
        name: "process_start_time_seconds",
        type: "gauge",
        help: "When this daemon was started, in seconds since 1970.",
        samples: [{ labels: {}, value: performance.timeOrigin / 1000 }],
      },
      {
        name: "build_info",
        type: "gauge",
        help: "Always 1; the label tells the version.",
        samples: [{ labels: { version }, value: 1 }],
      },
    ];
  }

  #numbersOf(ticker: string): ChainNumbers {
    const known = this.#chains.get(ticker);
    if (known !== undefined) return known;
    const numbers = { lastPollSuccess: 0, isPolled: true, polls: new Map(), transactions: new Map() };
    this.#chains.set(ticker, numbers);
    return numbers;
  }
}

/** Milliseconds between two writes. */
const INTERVAL = 15_000;

interface MetricsOptions {
  /** Absolute path of the file; nothing is written without one. */
  readonly path: string | undefined;
  readonly metrics: JobMetrics;
  readonly store: Store;
  readonly log: Log;
  /** One cycle and no later one: it is written at the end alone. */
  readonly runOnce: boolean;
}

/** How many jobs are in which state; `undefined` when the vault cannot be read, which is logged. */
async function countJobs({ store, log }: MetricsOptions): Promise<Map<JobState, number> | undefined> {
  try {
    const rows = await store.read(countJobRows);
    return new Map(jobStates.map((state) => [state, rows.find((row) => row.state === state)?.count ?? 0]));
  } catch (failure) {
    log.error(`The jobs could not be counted for the metrics: ${describeFailure(failure)}`);
    return undefined;
  }
}

/** Throws nothing: what is wrong with the file must not keep the daemon from its work. */
async function write(options: MetricsOptions, path: string): Promise<void> {
  try {
    await writeMetricsFile(path, options.metrics.collect(await countJobs(options)));
  } catch (failure) {
    options.log.error(describeFailure(failure));
  }
}

async function keepWriting(options: MetricsOptions, path: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await write(options, path);
    await pause(INTERVAL, ended);
  }
}

/** Does the work and writes the metrics file meanwhile, and once more when it has ended, be it with an error. */
export async function keepMetrics(options: MetricsOptions, work: () => Promise<void>): Promise<void> {
  const { path, runOnce } = options;
  if (path === undefined) return work();
  const ended = new AbortController();
  const writing = runOnce ? undefined : keepWriting(options, path, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
    await writing;
    await write(options, path);
  }
}
