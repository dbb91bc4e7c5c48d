/** The daemon: every chain in its own loop, so that a slow one does not hold up the others. */
import { chainOfKey } from "../api-key-name.ts";
import { KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { ChainLoop, type ChainLoopOptions, isFatal, type Subject } from "./chain-loop.ts";
import type { RoundResult } from "./round.ts";
import { createVersionNotice } from "./version-notice.ts";

export interface DaemonOptions extends ChainLoopOptions {
  readonly tickers: readonly string[];
  /** The names of the API keys that are worked with; the wallets of others are left alone. */
  readonly apiKeys: readonly string[];
  /** Has a function told the chains each time they were changed. */
  readonly onTickers: (follow: (tickers: readonly string[]) => void) => void;
}

/** Polls of the chains are spread over the period, in milliseconds over no more than this. */
const LONGEST_SPREAD = 5000;

/** The loop of a chain and API key that is worked for, or was until it has finished what it began. */
interface Running {
  readonly ticker: string;
  readonly loop: ChainLoop;
  readonly leaving: AbortController;
  readonly ended: Promise<void>;
}

/** A loop, and what it is of. */
interface LoopOf {
  readonly subject: Subject;
  readonly loop: ChainLoop;
}

/** Each of these chains with each API key. */
function subjectsOf(tickers: readonly string[], { apiKeys }: Pick<DaemonOptions, "apiKeys">): Subject[] {
  return tickers.flatMap((ticker) => apiKeys.map((apiKey) => ({ ticker, apiKey })));
}

/** The loops of the chains, which come and go with the settings. */
class ChainLoops {
  readonly #options: DaemonOptions;
  readonly #onLatestVersion: (announcement: string) => void;
  readonly #fatal = new AbortController();
  readonly #stopping: AbortSignal;
  readonly #running = new Map<string, Running>();

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#onLatestVersion = createVersionNotice(options.log);
    this.#stopping = AbortSignal.any([options.stopping, this.#fatal.signal]);
  }

  /** Begins the loops of chains that have none, their first polls spread over the period. */
  async begin(tickers: readonly string[]): Promise<void> {
    const loops = this.#loopsOf(tickers);
    const haveWork = await Promise.all(loops.map(({ loop }) => loop.findsWork()));
    const served = loops.filter((_, index) => haveWork[index]);
    const step = Math.min(this.#options.period, LONGEST_SPREAD) / Math.max(1, served.length);
    for (const one of loops) {
      const delay = Math.max(0, served.indexOf(one)) * step;
      this.#start(one, (stopping) => one.loop.run(delay, stopping));
    }
  }

  /** Works for these chains from now on, and for no others. Chains without work come and go untold. */
  change(tickers: readonly string[]): void {
    if (this.#stopping.aborted) return;
    const { log } = this.#options;
    const left = [...this.#running.values()].filter(
      ({ ticker, leaving }) => !(tickers.includes(ticker) || leaving.signal.aborted),
    );
    const ending = left.filter(({ loop }) => loop.hadWork).map(({ ticker }) => ticker);
    for (const ticker of new Set(ending)) {
      const text = `${ticker} is not polled any more: what was begun is finished, then the lease is given back.`;
      log.info(text, { action: "chain-removed", chain: ticker });
    }
    for (const { leaving } of left) leaving.abort();
    const isServed = (ticker: string): boolean =>
      [...this.#running.values()].some((one) => one.ticker === ticker && !one.leaving.signal.aborted);
    const added = tickers.filter((ticker) => !isServed(ticker));
    const told = new Set<string>();
    for (const one of this.#loopsOf(added)) {
      const { ticker } = one.subject;
      this.#start(one, async (stopping) => {
        if ((await one.loop.findsWork()) && !told.has(ticker)) {
          told.add(ticker);
          log.info(`${ticker} is worked for from now on.`, { action: "chain-added", chain: ticker });
        }
        return one.loop.run(0, stopping);
      });
    }
  }

  #loopsOf(tickers: readonly string[]): LoopOf[] {
    return subjectsOf(tickers, this.#options).map((subject) => ({
      subject,
      loop: new ChainLoop(subject, this.#options, this.#onLatestVersion),
    }));
  }

  /**
   * Resolves when the daemon is stopped and all that was begun is done.
   * @throws what no loop may go on after
   */
  async finished(): Promise<void> {
    await ended(this.#stopping);
    const ends = await Promise.allSettled([...this.#running.values()].map((running) => running.ended));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** @param run the loop, which begins when an earlier one of the chain and key has ended */
  #start({ subject: { ticker, apiKey }, loop }: LoopOf, run: (stopping: AbortSignal) => Promise<void>): void {
    const name = chainOfKey(ticker, apiKey);
    const before = this.#running.get(name)?.ended;
    const leaving = new AbortController();
    const work = async (): Promise<void> => {
      await before;
      await run(AbortSignal.any([this.#stopping, leaving.signal]));
      // Nobody polls it here: that nothing is heard of it means nothing.
      if (!this.#stopping.aborted) this.#options.metrics.of(apiKey).pollsNoMore(ticker);
    };
    const ended = work().catch((failure: unknown) => {
      this.#fatal.abort();
      throw failure;
    });
    // Told when all have ended.
    ended.catch(() => undefined);
    this.#running.set(name, { ticker, loop, leaving, ended });
  }
}

/** Resolves when a signal is given. */
function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/**
 * Runs until `stopping` is set and what was in flight is finished.
 * @throws KmsError `ROLLED_BACK` when the vault was turned back to an older state; all chains are stopped first
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const loops = new ChainLoops(options);
  await loops.begin(options.tickers);
  options.onTickers((tickers) => loops.change(tickers));
  await loops.finished();
}

/**
 * One round of every chain.
 * @throws KmsError `INCOMPLETE` when a poll failed or a transaction is not finished, `VAULT_BUSY` when another daemon works
 * for one of the chains, `ROLLED_BACK`
 */
export async function runCycle(options: DaemonOptions): Promise<void> {
  let refused: unknown;
  const onLatestVersion = createVersionNotice(options.log);
  const rounds = await Promise.all(
    subjectsOf(options.tickers, options).map(async (subject): Promise<RoundResult> => {
      try {
        return await new ChainLoop(subject, options, onLatestVersion).runOnce(options.stopping);
      } catch (failure) {
        if (isFatal(failure) || (failure instanceof KmsError && failure.code === "VAULT_BUSY"))
          refused ??= failure;
        else options.log.error(describeFailure(failure), { action: "round-failed", failure });
        return { isFinished: false };
      }
    }),
  );
  if (refused !== undefined) throw refused;
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
