/** The daemon: every chain in its own loop, by the clock, so that nothing slow holds up the others. */
import type { Chain, Network } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { isVaultFailure, KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { boundedWait } from "../journal/retry-time.ts";
import { ErrorReports } from "../signing/error-reports.ts";
import { Pipeline } from "../signing/pipeline.ts";
import type { Services } from "../signing/services.ts";
import { PendingList } from "../tatum/pending-list.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import type { Round } from "./poll.ts";
import type { BegunRound, RoundResult } from "./round.ts";
import { createVersionNotice } from "./version-notice.ts";

export interface DaemonOptions {
  readonly tickers: readonly string[];
  readonly services: Services;
  /** What begins the rounds of one chain. */
  readonly roundsOf: () => (round: Round) => Promise<BegunRound>;
  /** Milliseconds between two polls of a chain. */
  readonly period: number;
  /** Only these signature IDs, when given. */
  readonly wallets?: ReadonlySet<string> | undefined;
  /** Only these pending transactions, when given. */
  readonly transactionIds?: ReadonlySet<string> | undefined;
}

function belongsTo(wallet: WalletSummary, ticker: string, network: Network): boolean {
  return wallet.chain === ticker && (wallet.testnet === true) === (network === "testnet");
}

/** Polls of the chains are spread over the period, in milliseconds over no more than this. */
const LONGEST_SPREAD = 5000;

/** What there is nothing to do for. */
const IDLE: BegunRound = { ended: Promise.resolve({ isFinished: true }) };

class ChainLoop {
  readonly #ticker: string;
  readonly #options: DaemonOptions;
  readonly #onLatestVersion: (announcement: string) => void;
  readonly #reports = new ErrorReports();
  readonly #list: PendingList;
  readonly #beginRound: (round: Round) => Promise<BegunRound>;
  readonly #inWork = new Set<Promise<void>>();
  #sunsetTold = false;

  constructor(ticker: string, options: DaemonOptions, onLatestVersion: (announcement: string) => void) {
    this.#ticker = ticker;
    this.#options = options;
    this.#onLatestVersion = onLatestVersion;
    this.#list = new PendingList(ticker);
    this.#beginRound = options.roundsOf();
  }

  /** The wallets that the chain is polled for; none when it is not. */
  signatureIds(): string[] {
    const { services, wallets } = this.#options;
    return services.vault
      .wallets()
      .filter((wallet) => belongsTo(wallet, this.#ticker, services.network))
      .map(({ signatureId }) => signatureId)
      .filter((signatureId) => wallets === undefined || wallets.has(signatureId));
  }

  /** One round, if the vault holds wallets of the chain. */
  async begin(): Promise<BegunRound> {
    const { services, transactionIds } = this.#options;
    const signatureIds = this.signatureIds();
    if (signatureIds.length === 0) {
      services.metrics.pollsNoMore(this.#ticker);
      return IDLE;
    }
    const chain = await loadChain(this.#ticker);
    if (chain === undefined) return IDLE;
    this.#tellSunset(chain);
    services.metrics.pollBegins(this.#ticker);
    return this.#beginRound({
      pipeline: new Pipeline(chain, services, this.#reports),
      list: this.#list,
      signatureIds,
      transactionIds,
      onLatestVersion: this.#onLatestVersion,
    });
  }

  #tellSunset({ facts: { name, ticker, status } }: Chain): void {
    if (status.kind === "live" || this.#sunsetTold) return;
    this.#sunsetTold = true;
    this.#options.services.log.warn(`${name} (${ticker}) was closed on ${status.date} (${status.source}).`);
  }

  #tellFailure(failure: unknown): void {
    const { log } = this.#options.services;
    // The same for all chains, so that it is told once.
    if (isVaultFailure(failure)) log.error(`${failure.message} Nothing is signed until that is mended.`);
    else log.error(`The round of ${this.#ticker} failed: ${describeFailure(failure)}`);
  }

  /**
   * Rounds until the program is stopped, and until what they began is done. What goes wrong in one does not stop the next.
   * @param delay milliseconds before the first
   */
  async run(delay: number): Promise<void> {
    const { period, services } = this.#options;
    let next = performance.now() + delay;
    while (!services.stopping.aborted) {
      await pause(Math.max(0, next - performance.now()), services.stopping);
      if (services.stopping.aborted) break;
      const rest = await this.#poll();
      next = Math.max(next + period, performance.now() + rest);
    }
    await Promise.all(this.#inWork);
  }

  /** Begins a round; the milliseconds until there may be another one at the earliest. */
  async #poll(): Promise<number> {
    const atLeast = this.#options.period / 10;
    try {
      await this.#options.services.vault.refresh();
      const { retryAfter = 0, readingTime = 0, ended } = await this.begin();
      const followed = ended.then(
        () => undefined,
        (failure: unknown) => this.#tellFailure(failure),
      );
      this.#inWork.add(followed);
      void followed.finally(() => this.#inWork.delete(followed));
      // What a long list holds needs as much time as it took to read.
      return Math.max(atLeast, readingTime, boundedWait(retryAfter));
    } catch (failure) {
      this.#tellFailure(failure);
      return atLeast;
    }
  }
}

function chainLoops(options: DaemonOptions): ChainLoop[] {
  const onLatestVersion = createVersionNotice(options.services.log);
  return options.tickers.map((ticker) => new ChainLoop(ticker, options, onLatestVersion));
}

/** Runs until `services.stopping` is set and what was in flight is finished. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const loops = chainLoops(options);
  const served = loops.filter((loop) => loop.signatureIds().length > 0);
  const step = Math.min(options.period, LONGEST_SPREAD) / Math.max(1, served.length);
  await Promise.all(loops.map((loop) => loop.run(Math.max(0, served.indexOf(loop)) * step)));
}

/**
 * One round of every chain.
 * @throws KmsError `INCOMPLETE` when a poll failed or a transaction is not finished.
 */
export async function runCycle(options: DaemonOptions): Promise<void> {
  const rounds = await Promise.all(
    chainLoops(options).map(async (loop): Promise<RoundResult> => {
      try {
        return await (await loop.begin()).ended;
      } catch (failure) {
        options.services.log.error(describeFailure(failure));
        return { isFinished: false };
      }
    }),
  );
  if (rounds.every(({ isFinished }) => isFinished)) return;
  const mayPass = rounds.some((round) => !round.isFinished && round.mayPass === true);
  throw new KmsError(
    "INCOMPLETE",
    "The cycle ended, but not every chain was polled or not every transaction is done.",
    {
      hint: `The log above names the causes${mayPass ? "; run it again" : ""}.`,
    },
  );
}
