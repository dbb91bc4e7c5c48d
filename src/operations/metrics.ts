/** What the daemon counts of its polls, transactions and their steps, as a plain model of metrics that others render. */
import { chainOfKey, defaultApiKey } from "../api-key-name.ts";
import { type JobState, jobStates, type Outcome, outcomes } from "../journal/job.ts";
import { version } from "../version.ts";
import {
  type ObservedStep,
  type Step,
  StepFollowers,
  type StepObserver,
  type Subject,
  steps,
} from "./steps.ts";

/** One number, told apart from others of the metric by its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What of a histogram it is. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

export interface Metric {
  /** Without the prefix of this program. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Upper bounds in seconds: from an answer of the next room to a payment that waited for a day. */
const BOUNDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86_400];

/** How often something took how long (https://prometheus.io/docs/concepts/metric_types/#histogram). */
class Histogram {
  readonly #counts = BOUNDS.map(() => 0);
  #sum = 0;
  #count = 0;

  observe(seconds: number): void {
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    if (at !== -1) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
    this.#count += 1;
  }

  samples(labels: Readonly<Record<string, string>>): Sample[] {
    let below = 0;
    const buckets = BOUNDS.map((bound, at): Sample => {
      below += this.#counts[at] ?? 0;
      return { labels: { ...labels, le: String(bound) }, value: below, suffix: "_bucket" };
    });
    return [
      ...buckets,
      { labels: { ...labels, le: "+Inf" }, value: this.#count, suffix: "_bucket" },
      { labels, value: this.#sum, suffix: "_sum" },
      { labels, value: this.#count, suffix: "_count" },
    ];
  }
}

/** How many requests a host takes, and how many wait for that. */
export interface RateLimitState {
  /** Requests a second; absent without a limit that is known. */
  readonly perSecond?: number;
  readonly waiting: number;
  /** Milliseconds until the host wants the next request. */
  readonly pausedFor: number;
}

/** What is counted from outside when the metrics are collected; what could not be counted is absent. */
export interface Counted {
  readonly jobs?: ReadonlyMap<JobState, number> | undefined;
  readonly queue?: Queue | undefined;
  /** By the name of the API key. */
  readonly limits?: ReadonlyMap<string, RateLimitState> | undefined;
}

/** The jobs that are neither done nor given up nor wait for a person. */
export interface Queue {
  readonly jobs: number;
  /** When the oldest was first seen, in milliseconds since 1970. */
  readonly oldest?: number | undefined;
}

const pollOutcomes = ["success", "failure"] as const;

/** Whether the API answered a poll. */
type PollOutcome = (typeof pollOutcomes)[number];

interface ChainNumbers {
  readonly chain: string;
  /** The name of the API key. */
  readonly apiKey: string;
  /** Milliseconds since 1970; 0 before the first one. */
  lastPollSuccess: number;
  /** Whether it is still polled: the vault has wallets of it. */
  isPolled: boolean;
  readonly polls: Map<PollOutcome, number>;
  readonly transactions: Map<Outcome, number>;
  readonly durations: Map<Step, Histogram>;
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

/** What is of the default key has no label of it, as nothing had before there were others. */
function keyLabel(apiKey: string): Record<string, string> {
  return apiKey === defaultApiKey ? {} : { api_key: apiKey };
}

const labelsOf = ({ chain, apiKey }: ChainNumbers) => ({ chain, ...keyLabel(apiKey) });

function increment<Name>(found: Map<Name, number>, name: Name): void {
  found.set(name, (found.get(name) ?? 0) + 1);
}

/** Counts what the daemon does since its start. Knows no ids, addresses and amounts, so none can get into the metrics. */
export class JobMetrics {
  /** By chain and API key, as {@link chainOfKey} names both. */
  readonly #chains: Map<string, ChainNumbers>;
  /** By the same; set once another daemon has the lease. */
  readonly #leases: Map<string, AbortSignal>;
  /** The key that is meant where a chain alone is named. */
  readonly #apiKey: string;
  readonly #followers: StepFollowers;

  constructor(apiKey = defaultApiKey, shared?: JobMetrics) {
    this.#apiKey = apiKey;
    this.#chains = shared === undefined ? new Map() : shared.#chains;
    this.#leases = shared === undefined ? new Map() : shared.#leases;
    this.#followers = shared === undefined ? new StepFollowers() : shared.#followers;
  }

  /** Has somebody told of every step, which then is no number: ids are among it. */
  observe(observer: StepObserver): void {
    this.#followers.add(observer);
  }

  /** The same numbers for who works with one API key. */
  of(apiKey: string): JobMetrics {
    return new JobMetrics(apiKey, this);
  }

  /** @param lost set once another daemon has the lease of the chain */
  leaseTaken(ticker: string, lost: AbortSignal): void {
    this.#leases.set(chainOfKey(ticker, this.#apiKey), lost);
  }

  leaseReleased(ticker: string): void {
    this.#leases.delete(chainOfKey(ticker, this.#apiKey));
  }

  /** A round of the chain begins. */
  pollBegins(ticker: string): void {
    this.#numbersOf(ticker).isPolled = true;
  }

  /** The vault has no wallets of the chain any more: that its last poll is long ago means nothing. */
  pollsNoMore(ticker: string): void {
    const numbers = this.#chains.get(chainOfKey(ticker, this.#apiKey));
    if (numbers !== undefined) numbers.isPolled = false;
  }

  /** @param now milliseconds since 1970 */
  polled(ticker: string, outcome: PollOutcome, now: number): void {
    const numbers = this.#numbersOf(ticker);
    increment(numbers.polls, outcome);
    if (outcome === "success") numbers.lastPollSuccess = now;
  }

  /** A transaction ended its round. @param job its id, where something was done for it */
  transactionEnded(ticker: string, outcome: Outcome, job?: string): void {
    increment(this.#numbersOf(ticker).transactions, outcome);
    if (job !== undefined) this.#followers.ended(chainOfKey(ticker, this.#apiKey), job, outcome);
  }

  /** Measures a step of the chain's work, also one that fails. */
  async timed<Result>(step: Step, subject: Subject, work: () => Promise<Result>): Promise<Result> {
    const begun = performance.now();
    try {
      return await this.observed(step, subject, work);
    } finally {
      this.took(step, subject.chain, performance.now() - begun);
    }
  }

  /** A step that is told, and not measured. */
  observed<Result>(step: ObservedStep["step"], { chain, job }: Subject, work: () => Promise<Result>) {
    return this.#followers.told({ step, chain: chainOfKey(chain, this.#apiKey), job }, work);
  }

  took(step: Step, ticker: string, milliseconds: number): void {
    const { durations } = this.#numbersOf(ticker);
    const histogram = durations.get(step) ?? new Histogram();
    durations.set(step, histogram);
    histogram.observe(Math.max(0, milliseconds) / 1000);
  }

  /** What is known of each chain that was polled, by {@link chainOfKey}. Times in milliseconds since 1970, 0 before the first answer. */
  chains(): ReadonlyMap<
    string,
    Readonly<Pick<ChainNumbers, "lastPollSuccess" | "isPolled" | "transactions">>
  > {
    return this.#chains;
  }

  /** The chains that this daemon holds the lease of, each as {@link chainOfKey} names it with its key. */
  held(): ReadonlySet<string> {
    return new Set([...this.#leases].flatMap(([ticker, { aborted }]) => (aborted ? [] : [ticker])));
  }

  /** Sums over all chains since the start, and how many chains are polled now. */
  totals(): Readonly<Record<"chains" | "polls" | "failedPolls" | "done" | "failed", number>> {
    const chains = [...this.#chains.values()];
    const sum = (of: (chain: ChainNumbers) => number | undefined): number =>
      chains.reduce((total, chain) => total + (of(chain) ?? 0), 0);
    return {
      chains: new Set(chains.filter(({ isPolled }) => isPolled).map(({ chain }) => chain)).size,
      polls: sum(({ polls }) => polls.get("success")),
      failedPolls: sum(({ polls }) => polls.get("failure")),
      done: sum(({ transactions }) => transactions.get("done")),
      failed: sum(({ transactions }) => transactions.get("failed")),
    };
  }

  collect({ jobs, queue, limits }: Counted): Metric[] {
    const chains = [...this.#chains.values()];
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
          .filter(({ isPolled }) => isPolled)
          .map((numbers) => ({ labels: labelsOf(numbers), value: numbers.lastPollSuccess / 1000 })),
      },
      {
        name: "polls_total",
        type: "counter",
        help: "Polls of the API by chain and outcome.",
        samples: chains.flatMap((numbers) =>
          counts("outcome", pollOutcomes, numbers.polls, labelsOf(numbers)),
        ),
      },
      {
        name: "transactions_total",
        type: "counter",
        help: "How pending transactions ended the rounds they were looked at in, by chain and outcome.",
        samples: chains.flatMap((numbers) =>
          counts("outcome", outcomes, numbers.transactions, labelsOf(numbers)),
        ),
      },
      {
        name: "lease_held",
        type: "gauge",
        help: "1 while this daemon holds the lease of a chain of its vault, 0 while it stands by or is stopped.",
        samples: [{ labels: {}, value: this.held().size > 0 ? 1 : 0 }],
      },
      ...this.#histograms(),
      ...queueMetrics(queue),
      ...limitMetrics(limits ?? new Map()),
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

  #histograms(): Metric[] {
    return Object.entries(steps).map(([step, help]) => ({
      name: `${step}_duration_seconds`,
      type: "histogram",
      help,
      samples: [...this.#chains.values()].flatMap(
        (numbers) => numbers.durations.get(step as Step)?.samples(labelsOf(numbers)) ?? [],
      ),
    }));
  }

  #numbersOf(ticker: string): ChainNumbers {
    const name = chainOfKey(ticker, this.#apiKey);
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const numbers = {
      chain: ticker,
      apiKey: this.#apiKey,
      lastPollSuccess: 0,
      isPolled: true,
      polls: new Map(),
      transactions: new Map(),
      durations: new Map(),
    };
    this.#chains.set(name, numbers);
    return numbers;
  }
}

/** A number without labels; without samples when it is not known. */
function gauge(name: string, help: string, value: number | undefined): Metric {
  return { name, type: "gauge", help, samples: value === undefined ? [] : [{ labels: {}, value }] };
}

function queueMetrics(queue: Queue | undefined): Metric[] {
  const age = queue?.oldest === undefined ? 0 : Math.max(0, Date.now() - queue.oldest) / 1000;
  return [
    gauge("queue_jobs", "Jobs that are neither ended nor wait for a person.", queue?.jobs),
    gauge("queue_age_seconds", "Age of the oldest of them since it was first seen.", queue && age),
  ];
}

function limitMetrics(limits: ReadonlyMap<string, RateLimitState>): Metric[] {
  const told = (name: string, help: string, of: (limit: RateLimitState) => number | undefined): Metric => ({
    ...gauge(`rate_limit_${name}`, help, undefined),
    samples: [...limits].flatMap(([apiKey, limit]) =>
      gauge("", "", of(limit)).samples.map((sample) => ({ ...sample, labels: keyLabel(apiKey) })),
    ),
  });
  const perSecond = "Requests that the API takes in a second; absent without a limit that is known.";
  const paused = "Seconds until the API wants the next request.";
  return [
    told("requests_per_second", perSecond, (limit) => limit.perSecond),
    told("waiting_requests", "Requests that wait for their turn at the API.", ({ waiting }) => waiting),
    told("paused_seconds", paused, ({ pausedFor }) => pausedFor / 1000),
  ];
}
