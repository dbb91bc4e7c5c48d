/** The loop of one chain and API key: a turn whenever its lease is free, and in it one round after another. */
import type { Chain, Network } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { chainOfKey, isOfKey } from "../api-key-name.ts";
import { isVaultFailure, KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import type { Fence } from "../journal/change.ts";
import { Journal } from "../journal/journal.ts";
import { keyLeaseKeyOf } from "../journal/records.ts";
import { takeLeaseNow, waitForLease } from "../lease/acquire.ts";
import type { Lease } from "../lease/lease.ts";
import { hasOrdinaryNode, nameOfHolder } from "../lease/node.ts";
import { type Log, type Troubles, withoutRepetition } from "../operations/log.ts";
import type { JobMetrics } from "../operations/metrics.ts";
import { ErrorReports } from "../signing/error-reports.ts";
import { Landings } from "../signing/landings.ts";
import { Pipeline } from "../signing/pipeline.ts";
import type { Services } from "../signing/services.ts";
import { PendingList } from "../tatum/pending-list.ts";
import type { Vault } from "../vault/vault.ts";
import type { Round } from "./poll.ts";
import type { BegunRound, RoundResult } from "./round.ts";
import { TurnOfRounds } from "./turn-of-rounds.ts";

/** A turn of the daemon at one chain, which ends with its lease. */
export interface Turn {
  readonly journal: Journal;
  /** The name of the API key that it polls with. */
  readonly apiKey: string;
  readonly stopping: AbortSignal;
}

export interface ChainLoopOptions {
  readonly network: Network;
  readonly vault: Vault;
  /** What the pipeline of one chain works with during a turn. */
  readonly createServices: (turn: Turn) => Services;
  /** What begins the rounds of one chain during a turn. */
  readonly roundsOf: (services: Services) => (round: Round) => Promise<BegunRound>;
  /** Milliseconds between two polls of a chain. */
  readonly period: number;
  /** Only these signature IDs, when given. */
  readonly wallets?: ReadonlySet<string> | undefined;
  /** Only these pending transactions, when given. */
  readonly transactionIds?: ReadonlySet<string> | undefined;
  /** Instead of a lease, for a run that changes nothing. */
  readonly fence?: Fence | undefined;
  /** Milliseconds without a sign of life after which another daemon takes over. */
  readonly leaseDuration: number;
  /** Of a daemon that stands by in another place: milliseconds for which nobody else may have had a lease that it takes. */
  readonly standby?: number | undefined;
  /** Milliseconds after which of a job that ended only what keeps it from being signed again is kept. */
  readonly retention: number;
  readonly log: Log;
  readonly metrics: JobMetrics;
  readonly troubles: Troubles;
  readonly stopping: AbortSignal;
}

/** What one loop works for: the wallets of a chain that belong to one API key, by its name. */
export interface Subject {
  readonly ticker: string;
  readonly apiKey: string;
}

/** What there is nothing to do for. */
const IDLE: BegunRound = { ended: Promise.resolve({ isFinished: true }) };

/** How often within the duration of a lease one that stands by in another place looks whether it is still needed. */
const LOOKS_PER_LEASE = 3;

/** Jobs that one round settles at most. */
const MOST_SETTLED = 500;

/** Whether the daemon must not go on: another look would not help, and what it signs could be paid twice. */
export function isFatal(failure: unknown): boolean {
  return failure instanceof KmsError && failure.code === "ROLLED_BACK";
}

export class ChainLoop {
  readonly #ticker: string;
  readonly #apiKey: string;
  /** For people, and to tell apart what is kept of several loops. */
  readonly #name: string;
  readonly #metrics: JobMetrics;
  readonly #options: ChainLoopOptions;
  readonly #onLatestVersion: (announcement: string) => void;
  readonly #journal: Journal;
  readonly #reports = new ErrorReports();
  readonly #landings = new Landings();
  readonly #list: PendingList;
  #sunsetTold = false;
  #hadWork = false;

  constructor(
    { ticker, apiKey }: Subject,
    options: ChainLoopOptions,
    onLatestVersion: (announcement: string) => void,
  ) {
    const { vault, network, log } = options;
    const damages = withoutRepetition(log);
    const tellDamaged = (failure: KmsError): void =>
      damages.error(failure.message, { action: "round-failed", chain: ticker, failure });
    this.#ticker = ticker;
    this.#apiKey = apiKey;
    this.#name = chainOfKey(ticker, apiKey);
    this.#metrics = options.metrics.of(apiKey);
    this.#options = options;
    this.#onLatestVersion = onLatestVersion;
    this.#list = new PendingList(ticker);
    this.#journal = new Journal(
      vault,
      { chain: ticker, network },
      { onDamaged: tellDamaged, period: () => options.period },
    );
  }

  /**
   * Turns until the program is stopped: each begins when the lease is free, and ends when it is lost or nothing is left to do.
   *
   * @param delay milliseconds before the first poll
   * @throws KmsError `ROLLED_BACK`
   */
  async run(delay: number, stopping: AbortSignal): Promise<void> {
    const { fence } = this.#options;
    await pause(delay, stopping);
    while (!stopping.aborted) {
      if (!(await this.findsWork())) {
        await pause(this.#options.period, stopping);
      } else if (fence !== undefined) {
        await this.#serve(fence, stopping);
      } else {
        const lease = await waitForLease(this.#leaseOptions(stopping));
        if (lease === undefined) continue;
        await this.#under(lease, stopping, (signal) => this.#serveWhileNeeded(lease, signal));
        if (isFatal(lease.lost.reason)) throw lease.lost.reason;
      }
    }
  }

  /**
   * One round, whatever the waits.
   * @throws KmsError `VAULT_BUSY` when another daemon works for the chain, `ROLLED_BACK`
   */
  async runOnce(stopping: AbortSignal): Promise<RoundResult> {
    const { fence } = this.#options;
    if (!(await this.#hasWork())) return { isFinished: true };
    if (fence !== undefined) return this.#one(fence, stopping);
    const lease = await takeLeaseNow(this.#leaseOptions(stopping));
    if (lease === undefined) return { isFinished: false };
    return this.#under(lease, stopping, (signal) => this.#one(lease, signal));
  }

  /** Whether the vault holds wallets of the chain, or its journal jobs that are not finished. */
  async #hasWork(): Promise<boolean> {
    this.#hadWork = await this.#holdsWork();
    if (!this.#hadWork) this.#leave();
    return this.#hadWork;
  }

  async #holdsWork(): Promise<boolean> {
    if ((await this.#signatureIds()).length > 0) return true;
    if ((await this.#openJobs()) > 0) return true;
    return false;
  }

  /** Whether there was work when that was looked at last. */
  get hadWork(): boolean {
    return this.#hadWork;
  }

  /** Nobody polls the chain here: that nothing is heard of it means nothing. */
  #leave(): void {
    this.#metrics.pollsNoMore(this.#ticker);
    this.#options.troubles.forget(this.#name);
  }

  /** How many jobs of the key hold signed bytes, or wait for a person, and are not done. */
  async #openJobs(): Promise<number> {
    const { signed = 0, sent = 0, parked = 0 } = await this.#journal.counts();
    if (signed + sent + parked === 0) return 0;
    const open = await this.#journal.list("signed", "sent", "parked");
    return open.filter((job) => isOfKey(job, this.#apiKey)).length;
  }

  /** Whether there is work, where what goes wrong is told. */
  async findsWork(): Promise<boolean> {
    try {
      return await this.#hasWork();
    } catch (failure) {
      this.#tellFailure(failure);
      return false;
    }
  }

  async #signatureIds(): Promise<readonly string[]> {
    const { vault, network, wallets } = this.#options;
    const ids = await vault.signatureIds(this.#ticker, network, this.#apiKey);
    return wallets === undefined ? ids : ids.filter((id) => wallets.has(id));
  }

  #leaseOptions(stopping: AbortSignal) {
    const { vault, network, leaseDuration: duration, standby, log } = this.#options;
    const { leaseKey: journalKey, scope } = this.#journal;
    return {
      store: vault.store,
      leaseKey: keyLeaseKeyOf(vault, scope, this.#apiKey),
      journalKey,
      chain: this.#ticker,
      work: `${this.#name} on the ${network}`,
      duration,
      standby,
      log,
      stopping,
      nameOf: (holder: Uint8Array) => nameOfHolder(vault, holder),
    };
  }

  /** Works as long as the lease is held, and gives it back. */
  async #under<Result>(
    lease: Lease,
    stopping: AbortSignal,
    work: (stopping: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { log } = this.#options;
    this.#metrics.leaseTaken(this.#ticker, lease.lost);
    try {
      return await work(AbortSignal.any([stopping, lease.lost]));
    } finally {
      this.#metrics.leaseReleased(this.#ticker);
      this.#options.troubles.forget(this.#name);
      await lease.release();
      if (lease.lost.aborted && !isFatal(lease.lost.reason)) {
        const what = lease.hasEnded
          ? "The lease ended before it could be renewed"
          : "Another daemon took the lease over";
        log.warn(`${what}, for ${this.#name}; this one stopped its work there.`, {
          action: "lease-lost",
          chain: this.#ticker,
        });
      }
    }
  }

  /** A daemon that stands by in another place gives the chain back as soon as one is there that works for it by itself. */
  async #serveWhileNeeded(lease: Lease, stopping: AbortSignal): Promise<void> {
    const { standby, vault, network, leaseDuration, log } = this.#options;
    if (standby === undefined) return this.#serve(lease, stopping);
    const notNeeded = new AbortController();
    const served = this.#serve(lease, AbortSignal.any([stopping, notNeeded.signal])).finally(() =>
      notNeeded.abort(),
    );
    // Told below, once this has ended as well.
    served.catch(() => undefined);
    const isOver = AbortSignal.any([stopping, notNeeded.signal]);
    while (!isOver.aborted) {
      await pause(leaseDuration / LOOKS_PER_LEASE, isOver);
      const isReplaced = !isOver.aborted && (await this.#isReplaced(vault, network));
      if (!isReplaced) continue;
      log.info(`A node that works for ${this.#name} by itself is there; this one gives the lease back.`, {
        action: "lease-returned",
        chain: this.#ticker,
      });
      notNeeded.abort();
    }
    await served;
  }

  /** Where nobody can be asked, the work goes on. */
  #isReplaced(vault: Vault, network: Network): Promise<boolean> {
    return hasOrdinaryNode(vault, network, { chain: this.#ticker, apiKey: this.#apiKey }).catch(() => false);
  }

  #servicesFor(fence: Fence, stopping: AbortSignal): Services {
    return this.#options.createServices({
      journal: this.#journal.under(fence),
      apiKey: this.#apiKey,
      stopping,
    });
  }

  async #one(fence: Fence, stopping: AbortSignal): Promise<RoundResult> {
    const services = this.#servicesFor(fence, stopping);
    const result = await (await this.#begin(services, this.#options.roundsOf(services))).ended;
    if (this.#options.fence !== undefined || (await this.#openJobs()) === 0) return result;
    return { ...result, isFinished: false };
  }

  /** Rounds until the turn ends, and until what they began is done. What goes wrong in one does not stop the next. */
  async #serve(fence: Fence, stopping: AbortSignal): Promise<void> {
    const { roundsOf } = this.#options;
    const services = this.#servicesFor(fence, stopping);
    const rounds = new TurnOfRounds((failure) => this.#tellFailure(failure));
    const beginRound = roundsOf(services);
    let next = performance.now();
    while (!stopping.aborted && rounds.goOn) {
      const asked = await rounds.begin(async () =>
        (await this.#hasWork()) ? this.#begin(services, beginRound) : undefined,
      );
      const { period } = this.#options;
      next = Math.max(next + period, performance.now() + Math.max(period / 10, asked));
      if (rounds.goOn) await pause(Math.max(0, next - performance.now()), stopping);
    }
    await rounds.finished();
  }

  async #begin(services: Services, beginRound: (round: Round) => Promise<BegunRound>): Promise<BegunRound> {
    const { transactionIds } = this.#options;
    const chain = await loadChain(this.#ticker);
    if (chain === undefined) return IDLE;
    this.#tellSunset(chain);
    const signatureIds = await this.#signatureIds();
    // Without wallets only what was begun before is worked off.
    if (signatureIds.length > 0) services.metrics.pollBegins(this.#ticker);
    else services.metrics.pollsNoMore(this.#ticker);
    const pipeline = new Pipeline(chain, services, this.#reports, this.#landings);
    const begun = await beginRound({
      pipeline,
      list: this.#list,
      signatureIds,
      transactionIds,
      onLatestVersion: this.#onLatestVersion,
    });
    return { ...begun, ended: this.#settling(pipeline, begun.ended) };
  }

  /** After the round's own work payments are looked for that the network dropped, and jobs settled that ended long ago. */
  async #settling(pipeline: Pipeline, ended: Promise<RoundResult>): Promise<RoundResult> {
    const { retention, fence, troubles } = this.#options;
    const { journal, runOnce, stopping } = pipeline.services;
    const result = await ended;
    troubles.ended("vault", this.#name);
    if (fence !== undefined || stopping.aborted) return result;
    if (!runOnce) await pipeline.lookForDropped();
    await journal.settle(Date.now() - retention, MOST_SETTLED);
    return result;
  }

  #tellSunset({ facts: { name, ticker, status } }: Chain): void {
    if (status.kind === "live" || this.#sunsetTold) return;
    this.#sunsetTold = true;
    this.#options.log.warn(`${name} (${ticker}) was closed on ${status.date} (${status.source}).`, {
      action: "chain-closed",
      chain: ticker,
    });
  }

  #tellFailure(failure: unknown): void {
    const { log, troubles } = this.#options;
    if (isFatal(failure)) throw failure;
    // The same for all chains, so that it is told once.
    const about = { chain: this.#ticker, failure };
    if (isVaultFailure(failure)) {
      troubles.began("vault", this.#name, failure.message);
      const text = `${failure.message} Nothing is signed until that is mended.`;
      log.error(text, { action: "vault-unusable", ...about });
    } else {
      const text = `The round of ${this.#name} failed: ${describeFailure(failure)}`;
      log.error(text, { action: "round-failed", ...about });
    }
  }
}
