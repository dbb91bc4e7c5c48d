/** What a running daemon tells of itself to whoever asks: whether it is ready, its chains, its jobs. Ids, never secrets. */
import { hostname } from "node:os";
import * as v from "valibot";
import type { Network } from "../../chains/chain.ts";
import { chainOfKey, defaultApiKey } from "../api-key-name.ts";
import { describeFailure } from "../failures.ts";
import type { Job, JobState } from "../journal/job.ts";
import { listJobs } from "../journal/job-list.ts";
import { adviseOn, lockHolder } from "../store/sqlite/lock-holder.ts";
import type { Vault } from "../vault/vault.ts";
import { version } from "../version.ts";
import { countInVault, type MetricsSource } from "./collect-metrics.ts";
import type { Troubles } from "./log.ts";

const count = v.pipe(v.number(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(4000));

const jobSchema = v.object({ id: text, chain: text, state: text, since: text, problem: v.optional(text) });
/** A job as it is shown at a glance. */
export type GlancedJob = v.InferOutput<typeof jobSchema>;

const limitSchema = v.object({ perSecond: v.optional(count), waiting: count, pausedSeconds: count });

const chainSchema = v.object({
  chain: text,
  /** The name of the API key that its wallets belong to; absent for the default one. */
  apiKey: v.optional(text),
  wallets: count,
  lease: v.picklist(["held", "awaited"]),
  /** Absent before the first answer of the API. */
  lastPoll: v.optional(text),
  done: count,
  failed: count,
});

export const statusSchema = v.object({
  version: text,
  pid: count,
  /** Absent where a daemon of an older version answers, as the two after it. */
  node: v.optional(text),
  host: v.optional(text),
  /** Whether it finishes what it has begun, and takes nothing new. */
  draining: v.optional(v.boolean()),
  vaultId: text,
  network: v.picklist(["mainnet", "testnet"]),
  startedAt: text,
  at: text,
  ready: v.boolean(),
  /** Why it is not. */
  reasons: v.array(text),
  wallets: count,
  /** Seconds between two polls of a chain. */
  period: count,
  /** When the last backup of the vault was made. */
  backedUpAt: v.optional(text),
  chains: v.array(chainSchema),
  jobs: v.record(text, count),
  queue: v.object({ jobs: count, oldestSeconds: count }),
  /** Not approved yet. */
  waiting: v.array(jobSchema),
  /** Waiting for a person. */
  parked: v.array(jobSchema),
  /** Requests at the API. */
  limit: limitSchema,
  /** The same for each API key, where there are several. */
  limits: v.optional(v.array(v.object({ apiKey: text, ...limitSchema.entries }))),
  /** What is out of order. */
  troubles: v.array(v.object({ kind: text, chains: v.array(text), seconds: count })),
});
export type DaemonStatus = v.InferOutput<typeof statusSchema>;

/** What the status is made from. */
export interface StatusSource extends MetricsSource {
  readonly vault: Vault;
  readonly network: Network;
  /** The chains that the daemon may work for. */
  readonly tickers: readonly string[];
  /** The names of the API keys that it works with. */
  readonly apiKeys: readonly string[];
  /** Only these signature IDs, when given. */
  readonly wallets?: ReadonlySet<string> | undefined;
  /** Milliseconds between two polls of a chain. */
  readonly period: number;
  /** The name of the daemon. */
  readonly node: string;
  readonly stopping: AbortSignal;
  readonly troubles: Troubles;
}

/** Jobs of one kind that are shown. */
const MOST_SHOWN = 200;

/** The API counts as reached when it answered within so many periods, or so many milliseconds where those are shorter. */
const PERIODS = 3;
const SHORTEST_SILENCE = 5_000;

/** Before the vault answered for the first time. */
const nothingKnown = {
  wallets: 0,
  chains: [],
  jobs: {},
  queue: { jobs: 0, oldestSeconds: 0 },
  waiting: [],
  parked: [],
  troubles: [],
};

const unapproved: readonly JobState[] = ["seen", "denied", "failed"];

function glance({ id, chain, state, createdAt, problem }: Job): GlancedJob {
  const since = new Date(createdAt).toISOString();
  return { id, chain, state, since, ...(problem !== undefined && { problem: problem.slice(0, 1000) }) };
}

/** Collects the status, at most once in {@link FRESH} milliseconds however many ask. */
export class StatusCollector {
  readonly #source: StatusSource;
  #latest: { readonly at: number; readonly status: Promise<DaemonStatus> } | undefined;
  /** As it was when the vault answered last. */
  #known: DaemonStatus | undefined;
  #collecting: Promise<DaemonStatus> | undefined;

  constructor(source: StatusSource) {
    this.#source = source;
  }

  status(): Promise<DaemonStatus> {
    const now = performance.now();
    if (this.#latest === undefined || now - this.#latest.at >= FRESH)
      this.#latest = { at: now, status: this.#inTime() };
    return this.#latest.status;
  }

  /** Also while the vault is waited for, which another process may keep locked for ever. */
  async #inTime(): Promise<DaemonStatus> {
    this.#collecting ??= this.#collect().finally(() => {
      this.#collecting = undefined;
    });
    const collecting = this.#collecting.then((status) => {
      this.#known = status;
      return status;
    });
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), VAULT_PATIENCE);
    const status = await Promise.race([collecting, late.promise]);
    clearTimeout(timer);
    if (status !== undefined) return status;
    collecting.catch(() => undefined);
    const known = this.#known ?? { ...this.#own(), ...this.#limits(), ...nothingKnown };
    return { ...known, at: new Date().toISOString(), ready: false, reasons: [this.#silence()] };
  }

  /** Why the vault gives no answer. */
  #silence(): string {
    const holder = lockHolder(this.#source.vault.place);
    const by = holder === undefined ? "" : `: ${adviseOn(holder).what}, keeps it locked`;
    return this.#vaultTrouble() ?? `the vault gave no answer for ${VAULT_PATIENCE / 1000} s${by}`;
  }

  /** What needs no vault to be told. */
  #own() {
    const { vault, network, period, node, stopping } = this.#source;
    return {
      version,
      pid: process.pid,
      node,
      host: hostname(),
      draining: stopping.aborted,
      vaultId: vault.identity.vaultId,
      network,
      startedAt: new Date(performance.timeOrigin).toISOString(),
      period: period / 1000,
      ...(vault.lastBackup !== undefined && { backedUpAt: new Date(vault.lastBackup.at).toISOString() }),
    };
  }

  async #collect(): Promise<DaemonStatus> {
    const { troubles } = this.#source;
    const { jobs = new Map<JobState, number>(), queue = { jobs: 0 } } = await countInVault(this.#source);
    const chains = await this.#chains();
    const reasons = await this.#reasons(chains);
    const now = Date.now();
    return {
      ...this.#own(),
      at: new Date(now).toISOString(),
      ready: reasons.length === 0,
      reasons,
      wallets: chains.reduce((sum, { wallets }) => sum + wallets, 0),
      chains,
      jobs: Object.fromEntries(jobs),
      queue: { jobs: queue.jobs, oldestSeconds: secondsSince(queue.oldest, now) },
      waiting: await this.#jobs(unapproved),
      parked: await this.#jobs(["parked"]),
      ...this.#limits(),
      troubles: troubles.open.map(({ kind, chains: of, for: since }) => ({
        kind,
        chains: [...of],
        seconds: Math.round(since / 1000),
      })),
    };
  }

  #limits(): Pick<DaemonStatus, "limit" | "limits"> {
    const limits = [...(this.#source.limits?.() ?? [])].map(
      ([apiKey, { perSecond, waiting, pausedFor }]) => ({
        apiKey,
        limit: { ...(perSecond !== undefined && { perSecond }), waiting, pausedSeconds: pausedFor / 1000 },
      }),
    );
    const [first] = limits;
    return {
      limit: first?.limit ?? { waiting: 0, pausedSeconds: 0 },
      ...(limits.length > 1 && { limits: limits.map(({ apiKey, limit }) => ({ apiKey, ...limit })) }),
    };
  }

  /** The chains that the vault has wallets of, or that are polled, with each API key. */
  async #chains(): Promise<DaemonStatus["chains"]> {
    const { tickers, apiKeys } = this.#source;
    const subjects = tickers.flatMap((chain) => apiKeys.map((apiKey) => ({ chain, apiKey })));
    const chains: DaemonStatus["chains"] = [];
    for (const subject of subjects) chains.push(...(await this.#chain(subject)));
    return chains;
  }

  async #chain({
    chain,
    apiKey,
  }: {
    readonly chain: string;
    readonly apiKey: string;
  }): Promise<DaemonStatus["chains"]> {
    const { vault, metrics, network, wallets } = this.#source;
    const name = chainOfKey(chain, apiKey);
    const ids = await vault.signatureIds(chain, network, apiKey);
    const numbers = metrics.chains().get(name);
    const count = wallets === undefined ? ids.length : ids.filter((id) => wallets.has(id)).length;
    if (count === 0 && numbers?.isPolled !== true) return [];
    const { lastPollSuccess = 0, transactions } = numbers ?? {};
    return [
      {
        chain,
        ...(apiKey !== defaultApiKey && { apiKey }),
        wallets: count,
        lease: metrics.held().has(name) ? "held" : "awaited",
        ...(lastPollSuccess > 0 && { lastPoll: new Date(lastPollSuccess).toISOString() }),
        done: transactions?.get("done") ?? 0,
        failed: transactions?.get("failed") ?? 0,
      },
    ];
  }

  async #reasons(chains: DaemonStatus["chains"]): Promise<string[]> {
    const { period, network, metrics } = this.#source;
    const reasons: string[] = [];
    const polled = Math.max(
      0,
      ...[...metrics.chains().values()].map(({ lastPollSuccess }) => lastPollSuccess),
    );
    const silence = Math.max(PERIODS * period, SHORTEST_SILENCE);
    if (chains.length === 0) reasons.push(`the vault holds no ${network} wallets to work for`);
    else if (metrics.held().size === 0) reasons.push("another daemon has the lease; this one stands by");
    else if (Date.now() - polled > silence) reasons.push(`the API answered no poll for ${silence / 1000} s`);
    const problem = await this.#journalProblem();
    return problem === undefined ? reasons : [...reasons, problem];
  }

  /** Why the journal cannot be written. A transaction that changes nothing finds out most; rounds that failed the rest. */
  async #journalProblem(): Promise<string | undefined> {
    const { vault } = this.#source;
    const trouble = this.#vaultTrouble();
    if (trouble !== undefined) return trouble;
    try {
      await vault.store.transaction(async () => undefined);
      return undefined;
    } catch (failure) {
      return `the journal cannot be written: ${describeFailure(failure)}`;
    }
  }

  #vaultTrouble(): string | undefined {
    const trouble = this.#source.troubles.open.find(({ kind }) => kind === "vault");
    if (trouble === undefined) return undefined;
    const { problem } = trouble;
    return `the vault's file cannot be used${problem === undefined ? "" : `: ${problem}`}`;
  }

  async #jobs(states: readonly JobState[]): Promise<GlancedJob[]> {
    try {
      const { jobs } = await listJobs(this.#source.vault, { states }, MOST_SHOWN);
      return jobs.map(glance);
    } catch {
      // That the vault cannot be read is told as a reason already.
      return [];
    }
  }
}

/** Milliseconds that a status is told again before it is made anew. */
const FRESH = 500;

/** Milliseconds that a status waits for the vault, less than those who ask wait for the status. */
const VAULT_PATIENCE = 2_000;

function secondsSince(time: number | undefined, now: number): number {
  return time === undefined ? 0 : Math.max(0, Math.round((now - time) / 1000));
}
