/** One look at payments that no block shows yet: what is counted, asked for, sent again and told of them. */
import type { Chain, ChainEnvironment, Whereabouts } from "../../chains/chain.ts";
import { ChainError, sentence } from "../../chains/error.ts";
import { isOfKey } from "../api-key-name.ts";
import { isVaultFailure, KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import type { Job } from "../journal/job.ts";
import { signedOfRecord } from "../journal/job.ts";
import { sameTransactionId } from "../tatum/transaction-id.ts";
import type { Services } from "./services.ts";
import { isAlreadyKnown } from "./submission.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** Milliseconds after which a payment that no block shows is asked for: blocks of most chains come faster. */
const GRACE = 120_000;

/**
 * The same where only the API can be asked, one payment at a time: most are in a block by then, and cost one request. What was
 * done longer ago than {@link ASKED_WITHIN} is not asked for after a start.
 */
const GRACE_OF_SINGLE = 600_000;
const ASKED_WITHIN = 86_400_000;

/** Milliseconds between two requests for one that has no number, at most: as long as it is old already, which is seldom enough. */
const LONGEST_BETWEEN = 3_600_000;

/** Milliseconds that a payment has to be nowhere before it counts as dropped, longer than nodes lag behind each other. */
const ABSENT_FOR = 60_000;

/** Milliseconds for which blocks have to come up to a number, and no further, before that is told. */
const LEFT_OUT_FOR = 5 * 60_000;

/** Milliseconds before the same bytes are sent once more, the first time; each time as much longer. */
const RESENDS_APART = 5 * 60_000;

/** Accounts that one look has counted, and payments that it asks nodes for: others each time. */
const MOST_COUNTED = 50;
const MOST_ASKED = 50;

/** Looks at one whose number is used that may stay without an answer; then that is told. */
const MOST_UNCLEAR = 20;

/** Payments that are watched, the latest. */
const MOST_WATCHED = 100_000;

/** A payment that no block shows yet, as far as anybody looked. */
export interface Watched {
  readonly id: string;
  readonly account: string | undefined;
  /** Where the blocks of the chain count it. */
  readonly number: bigint | undefined;
  /** Milliseconds since 1970. */
  readonly doneAt: number;
  /** How many looks in a row counted its number as used: one count may be wrong. */
  counted: number;
  /** Whether nobody knew it, the last time that it was asked for. */
  isAbsent: boolean;
  /** How many looks did not find out whether it or another one has its number. */
  unclear: number;
  /** When its account was counted, and when it was asked for last, on the clock of looks. */
  countedAt: number;
  askedAt: number;
  /** On the same clock; before that it is not asked for. */
  nextAsk: number;
  /** How often it was sent again, and when it may be once more, on the clock of looks. */
  resends: number;
  nextResend: number;
  /** Why the network does not take it any more. */
  refusal: string | undefined;
  /** Whether it was in a pool, the last time that it was asked for. */
  isPooled: boolean;
  /** The number before its own that never comes, as far as that was told. */
  waitsFor: bigint | undefined;
}

/** What payments are looked at with. */
export type Outside = Pick<Services, "vault" | "journal" | "api" | "log" | "sightings" | "stopping">;

/**
 * Whether what a job is done by are the bytes that it holds. One that another transaction carried out holds bytes that never
 * landed: sent again, they would pay a second time. One whose number was given back stands in the way of another's.
 */
function isPaidByItsBytes({ state, signed, txId, isNumberFree }: Job): boolean {
  if (isNumberFree === true) return false;
  return state === "done" && signed !== undefined && sameTransactionId(txId ?? "", signed.transactionId);
}

/** Whether payments of a chain are asked for one by one: nobody counts them, and its nodes are not asked. */
function isAskedSingly({ countTransactions, locate }: Chain): boolean {
  return countTransactions === undefined && locate === undefined;
}

/** For sorting; never is before everything. */
function earliest(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function earliestNumber({ number: a = 0n }: Watched, { number: b = 0n }: Watched): number {
  return a < b ? -1 : 1;
}

const FAILED = "the network carried it out without success";

/** What is told of one whose number the blocks count; nothing where it has landed. */
function problemOfUsed(where: Whereabouts | "unclear", number: bigint): string | undefined {
  if (where === "absent")
    return `another transaction has used its number ${number}: it was taken, but it can never land`;
  if (where === "unclear")
    return `blocks count its number ${number}, and nobody tells whether by it or by another transaction`;
  return where === "failed" ? FAILED : undefined;
}

interface LookOptions {
  readonly chain: Chain;
  readonly environment: ChainEnvironment;
  readonly services: Outside;
  readonly watched: Map<string, Watched>;
  /** What something was told of in its job, which is listed once more for that. */
  readonly told: Set<string>;
  readonly now: number;
}

/** One look at what is watched. */
export class Look {
  readonly #options: LookOptions;
  /** Payments whose number is used that were asked for. */
  #compared = 0;

  constructor(options: LookOptions) {
    this.#options = options;
  }

  async run(done: readonly Job[]): Promise<void> {
    for (const job of done) this.#watch(job);
    const counts = await this.#counts();
    const { watched, now } = this.#options;
    for (const entry of watched.values()) {
      if (this.#options.services.stopping.aborted) return;
      await this.#contained(entry, () => this.#compare(entry, counts.get(entry.account ?? "")));
    }
    for (const entry of this.#toAskFor(counts)) {
      if (this.#options.services.stopping.aborted) return;
      entry.askedAt = now;
      await this.#contained(entry, () => this.#ask(entry, counts.get(entry.account ?? "")));
    }
    await this.#tellWaiting(counts);
  }

  /** Of each account its lowest number, which the others wait for, and what has none; first what was asked for longest ago. */
  #toAskFor(counts: ReadonlyMap<string, bigint>): readonly Watched[] {
    const { chain, watched, now } = this.#options;
    const grace = isAskedSingly(chain) ? GRACE_OF_SINGLE : GRACE;
    const askable = [...watched.values()].filter(
      ({ doneAt, account, number, nextAsk }) =>
        Date.now() - doneAt >= grace && now >= nextAsk && (number === undefined || counts.has(account ?? "")),
    );
    askable.sort(earliestNumber);
    const laneOf = ({ id, account, number }: Watched): string =>
      number === undefined ? id : (account ?? id);
    const lowest = new Map(askable.toReversed().map((entry) => [laneOf(entry), entry]));
    return [...lowest.values()].sort((a, b) => earliest(a.askedAt, b.askedAt)).slice(0, MOST_ASKED);
  }

  #watch(job: Job): void {
    const { watched, told, chain, services } = this.#options;
    const { id, signed, updatedAt } = job;
    if (told.delete(id)) return;
    if (!isPaidByItsBytes(job) || watched.has(id) || !isOfKey(job, services.api.apiKeyName)) return;
    const { account, number } = signed?.sequence ?? {};
    if (account === undefined && chain.countTransactions !== undefined && chain.locate === undefined) return;
    if (isAskedSingly(chain) && Date.now() - updatedAt > ASKED_WITHIN) return;
    const [oldest] = watched.keys();
    if (watched.size >= MOST_WATCHED && oldest !== undefined) watched.delete(oldest);
    watched.set(id, {
      id,
      account,
      number: number === undefined || chain.countTransactions === undefined ? undefined : BigInt(number),
      doneAt: updatedAt,
      counted: 0,
      isAbsent: false,
      unclear: 0,
      countedAt: Number.NEGATIVE_INFINITY,
      askedAt: Number.NEGATIVE_INFINITY,
      nextAsk: Number.NEGATIVE_INFINITY,
      resends: 0,
      nextResend: 0,
      refusal: undefined,
      isPooled: false,
      waitsFor: undefined,
    });
  }

  /** How many transactions of each account are in blocks; without those that cannot be asked now. */
  async #counts(): Promise<ReadonlyMap<string, bigint>> {
    const { chain, environment, services, watched, now } = this.#options;
    const longestAgo = [...watched.values()].sort((a, b) => earliest(a.countedAt, b.countedAt));
    const accounts = new Set(longestAgo.flatMap(({ account }) => account ?? []));
    const counts = new Map<string, bigint>();
    for (const account of [...accounts].slice(0, MOST_COUNTED)) {
      if (services.stopping.aborted) break;
      for (const entry of longestAgo) if (entry.account === account) entry.countedAt = now;
      try {
        const count = await chain.countTransactions?.(account, environment);
        if (count !== undefined) counts.set(account, count);
      } catch (failure) {
        if (!(failure instanceof ChainError || failure instanceof KmsError)) throw failure;
      }
    }
    return counts;
  }

  /**
   * What the blocks count is not watched any more, once it was counted twice. Where another program signs for the account it may
   * be what that sent that they count.
   */
  async #compare(entry: Watched, count: bigint | undefined): Promise<void> {
    const { watched } = this.#options;
    if (count === undefined || entry.number === undefined) return;
    entry.counted = entry.number < count ? entry.counted + 1 : 0;
    if (entry.counted < 2) return;
    const mayBeAnother = entry.isAbsent || (await this.#isShared(entry, count));
    // The others have their turn in the next look.
    if (mayBeAnother && ++this.#compared > MOST_ASKED) return;
    const where = mayBeAnother ? await this.#whereabouts(entry) : "confirmed";
    if (where === "unclear" && ++entry.unclear < MOST_UNCLEAR) return;
    if (where === "absent" && !entry.isAbsent) {
      // One node may lie behind: the next look asks again.
      entry.isAbsent = true;
      return;
    }
    const problem = problemOfUsed(where, entry.number);
    if (problem !== undefined) await this.#tell(entry, problem);
    watched.delete(entry.id);
  }

  /** Whether the blocks count numbers of an account that no job of the journal used. */
  async #isShared({ account = "" }: Watched, count: bigint): Promise<boolean> {
    const used = await this.#options.services.journal.usedSequences(account);
    const [lowest] = used.ranges;
    return lowest !== undefined && used.firstUnused(lowest[0]) < count;
  }

  /** Of one whose bytes the journal has no more: `confirmed`, so that nobody watches it further. */
  async #whereabouts(entry: Watched): Promise<Whereabouts | "unclear"> {
    const { chain, environment, services } = this.#options;
    const job = await services.journal.find(entry.id);
    if (job?.signed === undefined) return "confirmed";
    return whereaboutsOf(signedOfRecord(job.signed), { chain, environment, api: services.api });
  }

  /** Asks for one that no block counts, and sends it again when it is nowhere for long enough. */
  async #ask(entry: Watched, count: bigint | undefined): Promise<void> {
    const { chain, environment, services, watched, now } = this.#options;
    if (entry.number !== undefined && (count === undefined || entry.number < count)) return;
    const job = await services.journal.find(entry.id);
    if (job?.signed === undefined || !isPaidByItsBytes(job)) return void watched.delete(entry.id);
    const where = await whereaboutsOf(signedOfRecord(job.signed), { chain, environment, api: services.api });
    const what = `dropped ${chain.facts.ticker} ${job.signed.transactionId}`;
    // What is absent is asked for again by the next look, until it was sent again once.
    if (entry.number === undefined && (where !== "absent" || entry.resends > 0))
      entry.nextAsk = now + Math.min(Date.now() - entry.doneAt, LONGEST_BETWEEN);
    if (where === "unclear") return;
    entry.isAbsent = where === "absent";
    entry.isPooled = where === "pooled";
    if (where !== "absent") {
      services.sightings.forget(what);
      entry.refusal = undefined;
      if (where === "failed") await this.#tell(entry, FAILED);
      if (where !== "pooled") watched.delete(entry.id);
      return;
    }
    if (!services.sightings.isSeenAgain(what, ABSENT_FOR, now) || now < entry.nextResend) return;
    await this.#resend(entry, job);
  }

  /** Tells of payments that wait behind a number that never comes: they were taken, and can never land as things are. */
  async #tellWaiting(counts: ReadonlyMap<string, bigint>): Promise<void> {
    const numbered = [...this.#options.watched.values()].filter(({ number }) => number !== undefined);
    const byAccount = Map.groupBy(numbered, ({ account = "" }) => account);
    let left = MOST_ASKED;
    for (const [account, count] of counts) {
      const entries = (byAccount.get(account) ?? []).sort(earliestNumber);
      const obstacle = await this.#obstacleBefore(entries[0], count);
      if (obstacle === undefined) continue;
      for (const entry of entries) {
        const isTold = (entry.number ?? 0n) <= obstacle.number || entry.waitsFor === obstacle.number;
        if (isTold || Date.now() - entry.doneAt < GRACE || left === 0) continue;
        left -= 1;
        entry.waitsFor = obstacle.number;
        const problem = `the API took it with the number ${entry.number}, but it waits for the number ${obstacle.number} of ${account}, ${obstacle.why}: see \`tatum-kms lane repair ${account}\``;
        await this.#contained(entry, () => this.#tell(entry, problem, "transaction-warning"));
      }
    }
  }

  /** The number that an account's payments wait for in vain, as far as its lowest one shows. */
  async #obstacleBefore(
    lowest: Watched | undefined,
    count: bigint,
  ): Promise<{ readonly number: bigint; readonly why: string } | undefined> {
    const { account = "", number, refusal, isPooled } = lowest ?? {};
    if (lowest === undefined || number === undefined) return undefined;
    if (refusal !== undefined) return { number, why: "whose bytes the network does not take any more" };
    if (isPooled !== true) return undefined;
    const { used, jobs } = await this.#options.services.journal.numbersOf(
      account,
      "signed",
      "sent",
      "parked",
    );
    const missing = used.firstUnused(count);
    if (missing < number) return { number: missing, why: "which nothing of the journal has" };
    const isOnItsWay = jobs.some(({ signed }) => signed?.sequence?.number === `${count}`);
    return this.#isLeftOut(lowest, count, isOnItsWay)
      ? { number: count, why: "which blocks do not come to" }
      : undefined;
  }

  /** Whether one waits for a number of what never came, such as bytes of a payment that others made. */
  #isLeftOut({ id, number = 0n }: Watched, count: bigint, isOnItsWay: boolean): boolean {
    const { chain, services, now } = this.#options;
    const what = `left out ${chain.facts.ticker} ${id} ${count}`;
    if (count < number && !isOnItsWay) return services.sightings.isSeenAgain(what, LEFT_OUT_FOR, now);
    services.sightings.forget(what);
    return false;
  }

  async #resend(entry: Watched, job: Job): Promise<void> {
    const { chain, services, now } = this.#options;
    const { payload = "", transactionId = "" } = job.signed ?? {};
    entry.resends += 1;
    entry.nextResend = now + entry.resends * RESENDS_APART;
    const { number } = entry;
    const behind =
      number === undefined ? "" : `; what the account sends behind its number ${number} waits for it`;
    await this.#tell(
      entry,
      `the API took it as ${transactionId}, but neither blocks nor nodes have it any more; the same bytes are sent again${behind}`,
    );
    const request = { path: chain.facts.broadcastPath, currency: job.chain, txData: payload };
    const answer = await services.api.broadcast(request);
    const isTaken = answer.kind === "accepted" && sameTransactionId(answer.txId, transactionId);
    if (isTaken || (answer.kind === "refused" && isAlreadyKnown(answer.reason, transactionId))) {
      entry.refusal = undefined;
    } else if (answer.kind === "refused") {
      entry.refusal = answer.reason;
      await this.#tell(entry, `it was dropped, and is not taken again: ${answer.reason}`);
    }
  }

  /** In the log and in the job. */
  async #tell(
    { id }: Watched,
    problem: string,
    action: "transaction-dropped" | "transaction-warning" = "transaction-dropped",
  ): Promise<void> {
    const { chain, services, told } = this.#options;
    services.log.error(sentence(`Transaction ${id}: ${problem}`), {
      action,
      chain: chain.facts.ticker,
      job: id,
    });
    const job = await services.journal.find(id);
    if (job?.state !== "done" || job.isSettled === true) return;
    await services.journal.move(job, "done", { problem });
    told.add(id);
  }

  /** What goes wrong with one does not stop the others. */
  async #contained({ id }: Watched, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (failure) {
      if (isVaultFailure(failure)) throw failure;
      const { chain, services } = this.#options;
      const event = { action: "transaction-dropped", chain: chain.facts.ticker, job: id, failure } as const;
      services.log.warn(
        `Where transaction ${id} stands was not found out: ${describeFailure(failure)}`,
        event,
      );
    }
  }
}
