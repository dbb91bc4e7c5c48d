/** The approval of one transaction that is not signed yet: whether it may be signed at all, and what those say who have to agree. */
import type { Chain, Intent } from "../../chains/chain.ts";
import type { Job, Outcome } from "../journal/job.ts";
import type { LogAction, LogEvent } from "../operations/log.ts";
import type { ListedTransaction } from "../tatum/pending-transaction.ts";
import { EarlierSignatures } from "./earlier-signatures.ts";
import { decide, type Policy } from "./policy/policy.ts";
import type { Services } from "./services.ts";

/**
 * Milliseconds after which an approval is asked for again, because its account's turn or an answer of the network was waited for:
 * as long as a list counts. Whoever withdraws it later than that has withdrawn it in time.
 */
const STAYS_FRESH = 5_000;

/** What was approved is not any more, or nobody tells; the journal has it. */
export class ApprovalWithdrawn extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super("The approval was withdrawn before the signature.");
    this.outcome = outcome;
  }
}

interface Understood {
  readonly intents: readonly Intent[];
  readonly account: string | undefined;
}

export class Approval {
  readonly #chain: Chain;
  readonly #services: Services;
  readonly #listed: ListedTransaction;
  readonly #understood: Understood;
  #approved: { readonly at: number; readonly by: readonly Policy[] } | undefined;

  /** @param understood what the transaction would do, and from which account */
  constructor(
    { chain, services }: { readonly chain: Chain; readonly services: Services },
    listed: ListedTransaction,
    understood: Understood,
  ) {
    this.#chain = chain;
    this.#services = services;
    this.#listed = listed;
    this.#understood = understood;
  }

  /**
   * Asks everybody who has to agree, unless they did just now. What others said, who had to agree before, counts no more.
   * @returns the outcome when somebody did not, or it is not to be signed anyway
   */
  async ask(job: Job): Promise<Outcome | undefined> {
    const { stopping } = this.#services;
    if (stopping.aborted) return "waiting";
    if (this.#isFresh) return undefined;
    this.#approved = undefined;
    const earlier = new EarlierSignatures(this.#chain, this.#services);
    const { transaction } = this.#listed;
    const unknown = await earlier.settleUnknown(job, transaction, this.#understood.account);
    return unknown ?? this.#decide(job);
  }

  get #isFresh(): boolean {
    const { at, by } = this.#approved ?? {};
    return at !== undefined && by === this.#services.policies && performance.now() - at < STAYS_FRESH;
  }

  /**
   * That those who have to agree still do, asked right before what they agreed to.
   * @param job as it was approved
   * @throws ApprovalWithdrawn
   */
  async assertStands(job: Job): Promise<void> {
    if (this.#isFresh) return;
    const outcome = this.#services.stopping.aborted ? "waiting" : await this.#decide(job);
    if (outcome !== undefined) throw new ApprovalWithdrawn(outcome);
  }

  async #decide(job: Job): Promise<Outcome | undefined> {
    // Read once: one list decides, whoever has to agree later.
    const { policies, journal, log, metrics, stopping, troubles } = this.#services;
    const { ticker } = this.#chain.facts;
    const decision = await metrics.timed("approval", { chain: ticker, job: job.id }, () =>
      decide(policies, this.#listed, this.#understood.intents),
    );
    if (decision.kind !== "unreachable") troubles.ended("approval", ticker);
    if (decision.kind === "approved") {
      this.#approved = { at: performance.now(), by: policies };
      return undefined;
    }
    if (decision.kind === "unreachable" && stopping.aborted) return "waiting";
    const problem = `the ${decision.by} ${decision.reason}`;
    if (decision.kind === "refused") {
      log.warn(`Transaction was refused: ${problem}. ID: ${job.id}`, this.#event("transaction-refused", job));
      await journal.retryLater(job, "denied", { problem });
      return "denied";
    }
    troubles.began("approval", ticker);
    log.warn(
      `The ${decision.by} ${decision.reason}; not signed. ID: ${job.id}`,
      this.#event("approval-unavailable", job),
    );
    await journal.retryLater(job, "seen", { problem }, decision.retryAfter);
    return "waiting";
  }

  #event(action: LogAction, { id: job }: Job): LogEvent {
    return { action, chain: this.#chain.facts.ticker, job };
  }
}
