/**
 * What may have been signed before, although the journal holds no bytes of it: bytes that were given up, and what the lost part
 * of the journal knew of a vault that was restored from a backup.
 */
import type { Chain, ChainEnvironment, PendingTransaction } from "../../chains/chain.ts";
import { ChainError, sentence } from "../../chains/error.ts";
import { ApiUnavailable, KmsError } from "../errors.ts";
import type { Job, Outcome } from "../journal/job.ts";
import type { LogEvent } from "../operations/log.ts";
import type { Completion } from "../tatum/api.ts";
import { createChainEnvironment } from "./environment.ts";
import type { Services } from "./services.ts";
import { PROOFS_APART } from "./void-proofs.ts";
import { whereaboutsOf } from "./whereabouts.ts";

const RESTORED =
  "the vault was restored from a backup, whose journal does not tell whether it was signed and sent before; if it surely was not: `job recover`";

const USED_UP = "the chain has used up what it takes only once of it (an output, a number, its id)";

/** What the chain says of a transaction that may have been signed before. */
interface Suspicion {
  /** `unlikely`: of all its signatures one can land at most, and none has. `unclear`: the chain did not answer. */
  readonly kind: "unlikely" | "likely" | "unclear";
  readonly reason: string;
}

export class EarlierSignatures {
  readonly #chain: Chain;
  readonly #services: Services;

  constructor(chain: Chain, services: Services) {
    this.#chain = chain;
    this.#services = services;
  }

  /**
   * A transaction of a restored vault whose bytes, if there were any, are lost. What the API has completed is done. Where the
   * pending transaction itself names what the chain takes only once, and the chain has not used that up, it may be signed: of two
   * signatures of it one can land at most. Everything else is parked until a person says that it was not sent.
   *
   * @param account as {@link Chain.sendingAccount} has it
   * @returns the outcome when nothing is to be signed now
   */
  async settleUnknown(
    job: Job,
    transaction: PendingTransaction,
    account: string | undefined,
  ): Promise<Outcome | undefined> {
    const { vault, journal, api, parkedReminder } = this.#services;
    if (vault.restoredAt === undefined || job.recovered === vault.restoredAt) return undefined;
    // A person may have confirmed it meanwhile.
    await vault.refresh();
    if (vault.restoredAt === undefined) return undefined;
    const completion = await api.completion(job.id);
    if (completion.kind !== "not-completed")
      return this.#settle(job, completion, "before the vault was restored");
    const { kind, reason } = await this.#suspicionOf(transaction, account);
    if (kind === "unlikely") return undefined;
    if (kind === "unclear") {
      await journal.retryLater(job, "seen", { problem: `whether it was sent before the restore: ${reason}` });
      return "waiting";
    }
    const problem = reason === "" ? RESTORED : `${reason}; ${RESTORED}`;
    parkedReminder.parked(await journal.move(job, "parked", { problem, parkedFor: "restored", attempts: 0 }));
    return "parked";
  }

  async #suspicionOf(transaction: PendingTransaction, account: string | undefined): Promise<Suspicion> {
    const chain = this.#chain;
    const environment = createChainEnvironment(chain, this.#services, () => undefined);
    try {
      const isUsedUp = await this.#isUsedUp(transaction, account, environment);
      if (isUsedUp === false) return { kind: "unlikely", reason: "" };
      if (isUsedUp === true) return { kind: "likely", reason: USED_UP };
      return { kind: "likely", reason: await this.#comparedCount(account, environment) };
    } catch (failure) {
      if (failure instanceof ChainError || failure instanceof KmsError)
        return { kind: "unclear", reason: failure.message };
      throw failure;
    }
  }

  /**
   * Whether the chain has used up what the transaction names and can be taken only once; `undefined` where it names no such thing, or
   * nobody tells.
   */
  async #isUsedUp(
    transaction: PendingTransaction,
    account: string | undefined,
    environment: ChainEnvironment,
  ): Promise<boolean | undefined> {
    const chain = this.#chain;
    const number = chain.spending?.(transaction, this.#services.network).number;
    if (number === undefined || account === undefined || chain.countTransactions === undefined)
      return (await chain.isSpent?.(transaction, environment)) ?? this.#isOnChain(transaction);
    return (await chain.countTransactions(account, environment)) > number;
  }

  /** Where the pending transaction alone says which id it has. @throws ApiUnavailable when the API does not tell */
  async #isOnChain(transaction: PendingTransaction): Promise<boolean | undefined> {
    const { api, network } = this.#services;
    const { facts } = this.#chain;
    const id = this.#chain.fixedTransactionId?.(transaction, network);
    if (id === undefined) return undefined;
    const told = await api.isOnChain(facts.broadcastPath, id);
    if (told !== "unclear") return told !== "no";
    throw new ApiUnavailable(`the API does not tell whether ${facts.name} has the transaction ${id}`);
  }

  /** How many transactions of the account blocks hold, against what the journal knows; nothing where nobody tells. */
  async #comparedCount(account: string | undefined, environment: ChainEnvironment): Promise<string> {
    if (account === undefined || this.#chain.countTransactions === undefined) return "";
    try {
      const counted = await this.#chain.countTransactions(account, environment);
      const next = (await this.#services.journal.usedSequences(account)).next ?? 0n;
      return counted > next
        ? `blocks hold ${counted} transactions of ${account}, ${counted - next} more than the journal knows`
        : `blocks hold no transaction of ${account} that the journal does not know; one may be on its way`;
    } catch (failure) {
      if (failure instanceof ChainError || failure instanceof KmsError) return "";
      throw failure;
    }
  }

  /** Bytes that were given up may have landed all the same: then nothing is signed. `undefined` when they did not. */
  async settleReleased(job: Job): Promise<Outcome | undefined> {
    if (job.released === undefined) return undefined;
    const completion = await this.#services.api.completion(job.id);
    if (completion.kind !== "not-completed")
      return this.#settle(job, completion, "after its bytes had been given up");
    const problem = await this.#landedOf(job, job.released);
    if (problem === undefined) return undefined;
    const { journal, log } = this.#services;
    const event: LogEvent = { action: "transaction-released", chain: this.#chain.facts.ticker, job: job.id };
    log.warn(sentence(`Transaction ${job.id} is not signed anew: ${problem}`), event);
    await journal.retryLater(job, "seen", { problem });
    return "waiting";
  }

  /**
   * Why bytes that were given up may still pay. Their number is used again, but not once the blocks count it: then another one
   * would be taken, and both would land. Where there is none, a person's word alone keeps both from landing: what is unclear is
   * no no, but for those that the network proved void.
   */
  async #landedOf({ id, voided = [] }: Job, released: readonly string[]): Promise<string | undefined> {
    const { api } = this.#services;
    const environment = createChainEnvironment(this.#chain, this.#services, () => undefined);
    for (const transactionId of released) {
      const signed = { transactionId, payload: "", filledIn: {} };
      const where = await whereaboutsOf(signed, { chain: this.#chain, environment, api });
      if (where === "unclear" && !voided.includes(transactionId))
        return `whether the network has the bytes that were given up, ${transactionId}, is not clear`;
      if (where === "confirmed" || where === "pooled")
        return `the network has the bytes that were given up; if they succeeded: tatum-kms job resolve ${id} --as=done --tx-id=${transactionId}`;
    }
    return undefined;
  }

  /**
   * That what blocks count under the number that is kept for a job are not bytes of it that were given up: with another number
   * it would be paid a second time. It is asked after the count, and again some time later: a node may lie behind the one that
   * counts.
   * @throws ApiUnavailable as long as they may be
   */
  async assertPassedOver(job: Job, kept: bigint): Promise<void> {
    const { sightings } = this.#services;
    const what = `passed over ${this.#chain.facts.ticker} ${job.id} ${kept}`;
    const landed = await this.#landedOf(job, job.released ?? []);
    if (landed !== undefined) sightings.forget(what);
    else if (sightings.isSeenAgain(what, PROOFS_APART)) return;
    throw new ApiUnavailable(
      landed ?? `blocks count the number ${kept}; whether by bytes that were given up is asked again`,
    );
  }

  async #settle(
    job: Job,
    completion: Exclude<Completion, { readonly kind: "not-completed" }>,
    when: string,
  ): Promise<Outcome> {
    const { journal, log } = this.#services;
    if (completion.kind === "completed") {
      const { txId } = completion;
      const event: LogEvent = {
        action: "transaction-released",
        chain: this.#chain.facts.ticker,
        job: job.id,
        transactionId: txId,
      };
      log.warn(`Transaction ${job.id} was completed as ${txId} ${when}; not signed anew.`, event);
      await journal.close(job, "done", { txId });
      return "done";
    }
    // It lists a transaction that it does not know: one of the two answers is wrong.
    const reason = completion.kind === "missing" ? "it does not know the transaction" : completion.reason;
    const problem = `the API does not tell what became of it: ${reason}`;
    await journal.retryLater(job, "seen", { problem });
    return "waiting";
  }
}
