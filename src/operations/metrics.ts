/** The daemon's metrics: counts of polls, transactions and jobs, as a plain model that others render. */
import { describeFailure } from "../failures.ts";
import { countJobs } from "../journal/inspect.ts";
import { type JobState, jobStates, type Outcome, outcomes } from "../journal/job.ts";
import type { Vault } from "../vault/vault.ts";
import { version } from "../version.ts";
import type { Log } from "./log.ts";

/** One number, told apart from others of the metric by its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** Without the prefix of this program. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

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
  return names.map((name) => ({
    labels: { ...labels, [label]: name },
    value: found.get(name) ?? 0,
  }));
}

function increment<Name>(found: Map<Name, number>, name: Name): void {
  found.set(name, (found.get(name) ?? 0) + 1);
}

/** Counts what the daemon does since its start. Knows no ids, addresses and amounts, so none can get into the metrics. */
export class JobMetrics {
  readonly #chains = new Map<string, ChainNumbers>();
  /** By chain; set once another daemon has the lease. */
  readonly #leases = new Map<string, AbortSignal>();

  /** @param lost set once another daemon has the lease of the chain */
  leaseTaken(ticker: string, lost: AbortSignal): void {
    this.#leases.set(ticker, lost);
  }

  leaseReleased(ticker: string): void {
    this.#leases.delete(ticker);
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

  /** Sums over all chains since the start, and how many chains are polled now. */
  totals(): Readonly<Record<"chains" | "polls" | "failedPolls" | "done" | "failed", number>> {
    const chains = [...this.#chains.values()];
    const sum = (of: (chain: ChainNumbers) => number | undefined): number =>
      chains.reduce((total, chain) => total + (of(chain) ?? 0), 0);
    return {
      chains: chains.filter(({ isPolled }) => isPolled).length,
      polls: sum(({ polls }) => polls.get("success")),
      failedPolls: sum(({ polls }) => polls.get("failure")),
      done: sum(({ transactions }) => transactions.get("done")),
      failed: sum(({ transactions }) => transactions.get("failed")),
    };
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
          .map(([chain, { lastPollSuccess }]) => ({
            labels: { chain },
            value: lastPollSuccess / 1000,
          })),
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
        help: "1 while this daemon holds the lease of a chain of its vault, 0 while it stands by or is stopped.",
        samples: [
          {
            labels: {},
            value: [...this.#leases.values()].some(({ aborted }) => !aborted) ? 1 : 0,
          },
        ],
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
    const numbers = {
      lastPollSuccess: 0,
      isPolled: true,
      polls: new Map(),
      transactions: new Map(),
    };
    this.#chains.set(ticker, numbers);
    return numbers;
  }
}

/** Where the numbers come from. */
export interface MetricsSource {
  readonly metrics: JobMetrics;
  readonly vault: Vault;
  readonly log: Log;
}

/** How many jobs are in which state; `undefined` when the vault cannot be read, which is logged. */
async function jobsByState({ vault, log }: MetricsSource): Promise<Map<JobState, number> | undefined> {
  try {
    const counts = await countJobs(vault);
    return new Map(jobStates.map((state) => [state, counts[state] ?? 0]));
  } catch (failure) {
    log.error(`The jobs could not be counted for the metrics: ${describeFailure(failure)}`, {
      action: "metrics-failed",
      failure,
    });
    return undefined;
  }
}

/** All numbers as they are now, for whoever renders them. Throws nothing. */
export async function collectMetrics(source: MetricsSource): Promise<Metric[]> {
  return source.metrics.collect(await jobsByState(source));
}
