/** One pending transaction, from the list of the API to its broadcast: understand, approve, sign, record, broadcast. */
import type {
  Chain,
  ChainEnvironment,
  Intent,
  PendingTransaction,
  SignedTransaction,
  SigningRequest,
} from "../../chains/chain.ts";
import { ChainError, sentence } from "../../chains/error.ts";
import { keptApiKey } from "../api-key-name.ts";
import { ApiUnavailable, isVaultFailure, KmsError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { type Job, type Outcome, paymentsOf, signedStates } from "../journal/job.ts";
import { SetAside } from "../journal/records.ts";
import { ClaimTaken, ForeignJob } from "../journal/refusals.ts";
import { UsedSequences } from "../journal/sequences.ts";
import type { LogAction, LogEvent } from "../operations/log.ts";
import { MAXIMUM_TX_DATA_LENGTH } from "../tatum/api.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import { Approval, ApprovalWithdrawn } from "./approval.ts";
import { Broadcast, type Step } from "./broadcast.ts";
import { EarlierSignatures } from "./earlier-signatures.ts";
import { createChainEnvironment, type HeldNumber, type JournalView } from "./environment.ts";
import { ErrorReports, owing } from "./error-reports.ts";
import { Landings } from "./landings.ts";
import type { Services } from "./services.ts";
import { contentChanged, pendingCheck, resolveSigners, whilePending } from "./signers.ts";

/** What a transaction would do, and with which keys. */
export interface UnderstoodTransaction {
  readonly request: SigningRequest;
  readonly intents: readonly Intent[];
  /** The account whose transactions keep their order, where the chain has such. */
  readonly account: string | undefined;
}

/** What is to be done for one transaction. */
export interface Work {
  /** Whether bytes were signed before, so that they are only handed over. */
  readonly isSigned: boolean;
  /** Work of one lane is done one after another, in the order in which it was found. */
  readonly lane: string | undefined;
  /** Whether it was tried before. */
  readonly isRepeated: boolean;
  /** Asks for the approval ahead of the lane's turn; the outcome when that is the end of it. */
  readonly approve?: () => Promise<Outcome | undefined>;
  readonly run: () => Promise<Outcome>;
}

/** The cause of a failure in the words that may leave this machine: those about the transaction itself. */
function reportedText(failure: unknown): string {
  if (failure instanceof ChainError) return failure.reportedText;
  return "Error: The signer could not process the transaction; its log has the details.";
}

/** Whether a failure passes by itself or by the operator's hand, and says nothing of the transaction. */
function isPassing(failure: unknown): failure is KmsError {
  return failure instanceof KmsError && (failure.kind === "passing" || failure.kind === "operator");
}

/** Before it is recorded: nobody would take it, and it could be replaced only by a person. */
function assertFitsBroadcast({ id }: Job, { payload }: SignedTransaction): void {
  if (payload.length <= MAXIMUM_TX_DATA_LENGTH) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} is too large: signed it has ${payload.length} characters, the API takes ${MAXIMUM_TX_DATA_LENGTH}.`,
  );
}

/** Bytes of the job that were given up may still land. Of a content that was changed since both could, with another account or number. */
function assertSameAccount({ id, account }: Job, { sequence }: SignedTransaction): void {
  if (account === undefined || sequence?.account === account) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} would be signed by ${sequence?.account ?? "no account with numbers"}, but bytes of it with a number of ${account} were given up and may still land: both could be carried out.`,
  );
}

/** {@link assertSameAccount} */
function assertKeptNumber({ id }: Job, { sequence }: SignedTransaction, { kept }: JournalView): void {
  if (kept === undefined || sequence?.number === kept) return;
  throw new ChainError(
    "INVALID_TRANSACTION",
    `Transaction ${id} names the number ${sequence?.number ?? "of nothing"}, but bytes of it with the number ${kept} were given up and may still land: both could be carried out.`,
  );
}

/** The numbers whose bytes were refused, or wait for a person. */
function refusedOf(jobs: readonly Job[]): HeldNumber[] {
  return jobs
    .filter(({ state, refusals }) => state === "parked" || refusals > 0)
    .flatMap(({ id, signed, problem: reason = "" }) =>
      signed?.sequence === undefined ? [] : [{ id, number: BigInt(signed.sequence.number), reason }],
    );
}

/** The way of the transactions of one chain. */
export class Pipeline {
  readonly chain: Chain;
  readonly services: Services;
  readonly reports: ErrorReports;
  readonly #landings: Landings;

  /** @param reports failures to tell the API, which outlast a turn of the daemon, as `landings` do */
  constructor(chain: Chain, services: Services, reports = new ErrorReports(), landings = new Landings()) {
    this.chain = chain;
    this.services = services;
    this.reports = reports;
    this.#landings = landings;
  }

  /**
   * Looks at a listed transaction: begins its job, or finds where it stands, and reads what it would do.
   * @returns what is to be done; the outcome when nothing is to be done now
   */
  async next(listed: ListedTransaction): Promise<Work | Outcome> {
    const { journal, runOnce } = this.services;
    const { transaction, contentDigest } = listed;
    const known = await this.#known(transaction);
    if (typeof known === "string") return known;
    // From now on the API is told of it with the key that lists it.
    const apiKey = keptApiKey(this.services.api.apiKeyName);
    const job = { ...(known ?? journal.begin(transaction, contentDigest)), apiKey };
    if (job.state === "cancelled") return "skipped";
    if (signedStates.includes(job.state)) return this.resume(job, true);
    if (!runOnce && !journal.isDue(job)) return "skipped";
    try {
      const understood = await this.understand(listed, job);
      const told = { ...job, ...paymentsOf(understood.intents) };
      const approval = new Approval(this, listed, understood);
      const approve = (): Promise<Outcome | undefined> => approval.ask(told);
      const run = async (): Promise<Outcome> =>
        (await approve()) ?? (await this.#process(told, listed, understood, approval));
      return { isSigned: false, isRepeated: job.attempts > 0, lane: understood.account, approve, run };
    } catch (failure) {
      return this.#fail(job, failure);
    }
  }

  /** The job of a transaction that was seen before; the outcome where that says that nothing is signed here. */
  async #known({ id, chain }: PendingTransaction): Promise<Job | Outcome | undefined> {
    const { journal, log, parkedReminder } = this.services;
    try {
      return await journal.find(id);
    } catch (failure) {
      if (failure instanceof SetAside) {
        parkedReminder.setAside({ id, chain }, failure);
        return "parked";
      }
      if (!(failure instanceof ForeignJob)) throw failure;
      if (this.reports.addMalformed(id, `Error: ${failure.message}`))
        log.error(failure.message, this.#event("transaction-failed", id, failure));
      return "failed";
    }
  }

  /**
   * What is left to do for a job whose bytes exist: send them (again), or tell the API once more that it is done.
   * @param isListed whether the API lists the transaction as pending
   */
  resume(job: Job, isListed: boolean): Work {
    return {
      isSigned: true,
      isRepeated: false,
      lane: job.signed?.sequence?.account,
      run: () => this.#resume(job, isListed),
    };
  }

  /**
   * Reads what a listed transaction would do, and with which wallets. Changes nothing.
   *
   * @param job as the transaction was seen before
   * @throws ChainError also when the content is not the one that was seen first
   */
  async understand(
    { transaction, contentDigest }: ListedTransaction,
    job: Job | undefined,
  ): Promise<UnderstoodTransaction> {
    const { chain, services } = this;
    const { id } = transaction;
    if (job !== undefined && job.contentDigest !== contentDigest) throw contentChanged(id);
    const intents = chain.describe(transaction, services.network);
    const signers = await resolveSigners(transaction, chain, services, this.#warnAbout(id));
    const request: SigningRequest = { transaction, signers };
    const signerIntents =
      signers.length === 0 ? [] : ((await chain.describeSigner?.(request, services.network)) ?? []);
    return {
      request,
      intents: [...intents, ...signerIntents],
      account: await chain.sendingAccount(request),
    };
  }

  #warnAbout(id: string): (message: string) => void {
    return (message) =>
      this.services.log.warn(
        sentence(`Transaction ${id}: ${message}`),
        this.#event("transaction-warning", id),
      );
  }

  /** Cannot be signed now: told to the API if it is about this transaction, and tried again later. */
  async #fail(job: Job, failure: unknown): Promise<Outcome> {
    const { journal, log, stopping } = this.services;
    if (isVaultFailure(failure)) throw failure;
    const passes = isPassing(failure);
    if (passes && stopping.aborted) return "waiting";
    const problem = describeFailure(failure);
    const event = this.#event("transaction-failed", job.id, failure);
    log.error(`Could not process transaction id ${job.id}, error: ${problem}`, event);
    if (failure instanceof KmsError && failure.kind === "journal") return "waiting";
    const asked = failure instanceof ApiUnavailable ? failure.retryAfter : undefined;
    const owed = passes ? {} : owing(job, reportedText(failure));
    const state = passes ? "seen" : "failed";
    this.reports.note(await journal.retryLater(job, state, { problem, ...owed }, asked));
    return passes ? "waiting" : "failed";
  }

  /** Looks for payments that the API took and the network dropped. */
  lookForDropped(): Promise<void> {
    const { chain, services } = this;
    const warn = (message: string): void =>
      services.log.warn(sentence(message), { action: "transaction-warning", chain: chain.facts.ticker });
    return this.#landings.look(chain, createChainEnvironment(chain, services, warn), services);
  }

  /** Signs, records and broadcasts what was approved. */
  async #process(
    seen: Job,
    listed: ListedTransaction,
    { request, account }: UnderstoodTransaction,
    approval: Approval,
  ): Promise<Outcome> {
    const { chain, services } = this;
    const { journal, stopping } = services;
    const job = journal.approved(seen);
    const settled = await new EarlierSignatures(chain, services).settleReleased(job);
    if (settled !== undefined) return settled;
    if (stopping.aborted) return "waiting";
    try {
      const known = await this.#journalFor(job, account);
      const { environment, isCounted } = this.#signingEnvironment(job, known);
      const assertPending = pendingCheck(listed, services.api);
      const assertMaySign = async (): Promise<void> => {
        await assertPending();
        await approval.assertStands(job);
      };
      const pending = whilePending(request, assertMaySign);
      const subject = { chain: chain.facts.ticker, job: job.id };
      const sign = (): Promise<SignedTransaction> => chain.sign(pending, environment);
      const signed = await services.metrics.timed("signing", subject, sign);
      assertFitsBroadcast(job, signed);
      assertSameAccount(job, signed);
      if (!isCounted()) assertKeptNumber(job, signed, known);
      if (stopping.aborted) return "waiting";
      const broadcast = new Broadcast(chain, environment, services, this.reports);
      const record = async (): Promise<Job> => {
        // It may have waited for its place at the API for a minute.
        await assertMaySign();
        const write = (): Promise<Job> => journal.recordSigned(job, signed, known.used);
        return services.metrics.observed("record", subject, write);
      };
      return this.#told(await broadcast.sendNew(job, record));
    } catch (failure) {
      if (isVaultFailure(failure)) throw failure;
      const current = await journal.find(job.id);
      if (current !== undefined && signedStates.includes(current.state)) {
        services.log.error(
          `Transaction ${job.id} is signed but its broadcast was interrupted: ${describeFailure(failure)}`,
          this.#event("broadcast-unclear", job.id, failure),
        );
        return "waiting";
      }
      if (failure instanceof ApprovalWithdrawn) return failure.outcome;
      if (failure instanceof ClaimTaken) return this.#parkClaimed(current ?? job, failure);
      return this.#fail(current ?? job, failure);
    }
  }

  /** `isCounted` tells whether the number was chosen by the network's count, and not named by the transaction. */
  #signingEnvironment(
    job: Job,
    known: JournalView,
  ): { readonly environment: ChainEnvironment; readonly isCounted: () => boolean } {
    const { chain, services } = this;
    const made = createChainEnvironment(chain, services, this.#warnAbout(job.id), known);
    let isCounted = false;
    const firstUnusedSequence: ChainEnvironment["firstUnusedSequence"] = async (...asked) => {
      isCounted = true;
      const number = await made.firstUnusedSequence(...asked);
      const { kept } = known;
      if (kept !== undefined && number !== kept)
        await new EarlierSignatures(chain, services).assertPassedOver(job, kept);
      return number;
    };
    return { environment: { ...made, firstUnusedSequence }, isCounted: () => isCounted };
  }

  async #journalFor(job: Job, account: string | undefined): Promise<JournalView> {
    const { journal } = this.services;
    const isTaken = (transactionId: string): Promise<boolean> => journal.isTaken(transactionId);
    if (account === undefined) return { account, used: UsedSequences.none(), isTaken };
    const { used, jobs } = await journal.numbersOf(account, "sent", "parked");
    const kept = used.kept.find(({ id }) => id === job.id)?.number;
    const reason = "it is to be signed anew";
    const others = used.kept.filter(({ id }) => id !== job.id).map((number) => ({ ...number, reason }));
    const held = [...refusedOf(jobs), ...this.#landings.held(account), ...others];
    return { account, used, kept, held, isTaken };
  }

  /** What would be signed is another job's: a person has to look, unless it comes out as something else later. */
  async #parkClaimed(job: Job, taken: ClaimTaken): Promise<Outcome> {
    const { journal, log, parkedReminder } = this.services;
    const problem = taken.message;
    if (taken.claim.kind === "transaction" && taken.mayDifferLater) {
      const event = this.#event("transaction-failed", job.id, taken);
      log.warn(`${problem} It is signed with other content later.`, event);
      await journal.retryLater(job, "seen", { problem });
      return "waiting";
    }
    const owed = owing(job, `Error: ${problem}`);
    const parked = await journal.move(job, "parked", { problem, parkedFor: "claimed", ...owed });
    parkedReminder.parked(parked);
    this.reports.note(parked);
    return "parked";
  }

  async #resume(job: Job, isListed: boolean): Promise<Outcome> {
    const { api, journal, log, network, runOnce, stopping } = this.services;
    if (stopping.aborted) return "waiting";
    if (job.network !== network) return "skipped";
    if (job.state === "parked") {
      // The API lists it (again): what it did not know was a mistake of its own, and the same bytes go on.
      if (!isListed || job.parkedFor !== "missing") return "parked";
      const event = this.#event("transaction-resumed", job.id);
      log.info(`Transaction ${job.id} is listed again; its bytes are sent again.`, event);
      return this.#broadcast(
        await journal.move(job, "sent", { parkedFor: undefined }),
        isListed,
        this.#outside(job),
      );
    }
    if (!runOnce && !journal.isDue(job)) return "skipped";
    if (job.state === "done") {
      if (job.txId !== undefined) await api.markComplete(job.id, job.txId);
      await journal.retryLater(job, "done");
      return "skipped";
    }
    return this.#broadcast(job, isListed, this.#outside(job));
  }

  #outside({ id }: Job): ChainEnvironment {
    return createChainEnvironment(this.chain, this.services, this.#warnAbout(id));
  }

  async #broadcast(job: Job, isListed: boolean, environment: ChainEnvironment): Promise<Outcome> {
    const { chain, services, reports } = this;
    return this.#told(await new Broadcast(chain, environment, services, reports).send(job, isListed));
  }

  #told({ job, outcome }: Step): Outcome {
    if (outcome !== "done") return outcome;
    const { id, chain, txId: transactionId = "unknown", createdAt } = job;
    this.services.metrics.took("transaction", chain, Date.now() - createdAt);
    const event = { ...this.#event("transaction-done", id), transactionId };
    this.services.log.info(`Tx was processed: ${id} (${chain}, transaction ${transactionId})`, event);
    return outcome;
  }

  #event(action: LogAction, job: string, failure?: unknown): LogEvent {
    return { action, chain: this.chain.facts.ticker, job, failure };
  }
}
