/** The daemon: every chain in its own loop, so that a slow one does not hold up the others. */
import type { Chain, Network } from "../../chains/chain.ts";
import { loadChain } from "../../chains/index.ts";
import { isVaultFailure, KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { boundedWait } from "../journal/retry-time.ts";
import { ErrorReports } from "../signing/error-reports.ts";
import { Pipeline } from "../signing/pipeline.ts";
import type { Services } from "../signing/services.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import type { Round } from "./poll.ts";
import type { RoundResult } from "./round.ts";
import { createVersionNotice } from "./version-notice.ts";

export interface DaemonOptions {
  readonly tickers: readonly string[];
  readonly services: Services;
  /** One round of one chain, once it is polled. */
  readonly runRound: (round: Round) => Promise<RoundResult>;
  /** Milliseconds between the starts of two rounds of a chain. */
  readonly period: number;
  /** Only these signature IDs, when given. */
  readonly wallets?: ReadonlySet<string> | undefined;
  /** Only these pending transactions, when given. */
  readonly transactionIds?: ReadonlySet<string> | undefined;
}

function belongsTo(wallet: WalletSummary, ticker: string, network: Network): boolean {
  return wallet.chain === ticker && (wallet.testnet === true) === (network === "testnet");
}

class ChainLoop {
  readonly #ticker: string;
  readonly #options: DaemonOptions;
  readonly #onLatestVersion: (announcement: string) => void;
  readonly #reports = new ErrorReports();
  #sunsetTold = false;

  constructor(ticker: string, options: DaemonOptions, onLatestVersion: (announcement: string) => void) {
    this.#ticker = ticker;
    this.#options = options;
    this.#onLatestVersion = onLatestVersion;
  }

  /** One round, if the vault holds wallets of the chain. */
  async round(): Promise<RoundResult> {
    const { services, wallets, transactionIds, runRound } = this.#options;
    const signatureIds = services.vault
      .wallets()
      .filter((wallet) => belongsTo(wallet, this.#ticker, services.network))
      .map(({ signatureId }) => signatureId)
      .filter((signatureId) => wallets === undefined || wallets.has(signatureId));
    if (signatureIds.length === 0) {
      services.metrics.pollsNoMore(this.#ticker);
      return { isFinished: true };
    }
    const chain = await loadChain(this.#ticker);
    if (chain === undefined) return { isFinished: true };
    this.#tellSunset(chain);
    services.metrics.pollBegins(this.#ticker);
    return runRound({
      pipeline: new Pipeline(chain, services, this.#reports),
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

  /** Rounds until the program is stopped. What goes wrong in one does not stop the next. */
  async run(): Promise<void> {
    const { period, services } = this.#options;
    while (!services.stopping.aborted) {
      const started = performance.now();
      let asked = 0;
      try {
        await services.vault.refresh();
        asked = boundedWait((await this.round()).retryAfter ?? 0);
      } catch (failure) {
        this.#tellFailure(failure);
      }
      const rest = period - (performance.now() - started);
      await pause(Math.max(rest, period / 10, asked), services.stopping);
    }
  }
}

function chainLoops(options: DaemonOptions): ChainLoop[] {
  const onLatestVersion = createVersionNotice(options.services.log);
  return options.tickers.map((ticker) => new ChainLoop(ticker, options, onLatestVersion));
}

/** Runs until `services.stopping` is set and what was in flight is finished. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  await Promise.all(chainLoops(options).map((loop) => loop.run()));
}

/**
 * One round of every chain.
 * @throws KmsError `INCOMPLETE` when a poll failed or a transaction is not finished.
 */
export async function runCycle(options: DaemonOptions): Promise<void> {
  const rounds = await Promise.all(
    chainLoops(options).map(async (loop): Promise<RoundResult> => {
      try {
        return await loop.round();
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
