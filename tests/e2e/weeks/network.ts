/**
 * The network of one chain: a pool, blocks, and the one rule by which it carries out a payment once. What lies in blocks is the
 * truth that the judge goes by.
 */
import type { FastClock } from "./accelerated/clock.ts";
import type { ChainModel, RefusedFor, SignedPayment } from "./chains/chain-model.ts";
import type { History } from "./history.ts";

/** A payment that the network knows. */
export interface KnownPayment extends SignedPayment {
  /** The pending transaction with which it came first; absent for one of another program. */
  readonly id: string | undefined;
  /** When it landed, in milliseconds since 1970. */
  landedAt?: number;
  /** Whether it was carried out without success. */
  hasFailed?: boolean;
}

export type Verdict =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly why: RefusedFor; readonly words: string };

const FIRST_HEIGHT = 20_000_000n;
/** Numbers of accounts begin here on chains where an account's first number is no small one. */
const FIRST_SEQUENCE = 70_000_000n;

export class Network {
  readonly model: ChainModel;
  readonly #clock: FastClock;
  readonly #history: History;
  readonly #origin: number;
  readonly pool = new Map<string, KnownPayment>();
  readonly landed = new Map<string, KnownPayment>();
  /** Everything that was ever offered. */
  readonly #offered = new Map<string, SignedPayment>();
  /** When each number of an account was used up, by the account. */
  readonly #counts = new Map<string, { number: bigint; at: number }[]>();
  readonly #spent = new Map<string, string>();
  readonly #blockhashes = new Map<string, bigint>();
  /** Blocks for which a blockhash of Solana is good. */
  blockhashLife = 150;
  /** Whether blocks are made. */
  isMining = true;
  /** Decides whether a payment that lands fails there. */
  failsOnChain: (payment: KnownPayment) => boolean = () => false;

  constructor(model: ChainModel, clock: FastClock, history: History) {
    this.model = model;
    this.#clock = clock;
    this.#history = history;
    this.#origin = clock.now();
  }

  /** The newest block, as a node sees it that lies so many milliseconds behind. */
  height(lag = 0): bigint {
    return this.heightAt(this.#clock.now() - lag);
  }

  /** The newest block at a time, in milliseconds since 1970. */
  heightAt(time: number): bigint {
    return FIRST_HEIGHT + BigInt(Math.floor((time - this.#origin) / this.model.blockTime));
  }

  /** The newest block that is never taken back. */
  finalHeight(lag = 0): bigint {
    return this.height(lag + this.model.finality);
  }

  rememberBlockhash(blockhash: string, height: bigint): void {
    this.#blockhashes.set(blockhash, height);
  }

  get firstNumber(): bigint {
    return this.model.uniqueness === "sequence" ? FIRST_SEQUENCE : 0n;
  }

  /** The next number of an account by what landed, as a node sees it that lies so many milliseconds behind. */
  count(account: string, lag = 0): bigint {
    const until = this.#clock.now() - lag;
    const uses = this.#counts.get(account) ?? [];
    return uses.findLast(({ at }) => at <= until)?.number ?? this.firstNumber;
  }

  /** The next number with what lies in the pool without a gap. */
  pendingCount(account: string): bigint {
    const numbers = new Set(
      [...this.pool.values()].filter((one) => one.account === account).map(({ number }) => number),
    );
    let next = this.count(account);
    while (numbers.has(next)) next++;
    return next;
  }

  hasLanded(transactionId: string, lag = 0): boolean {
    const at = this.landed.get(transactionId)?.landedAt;
    return at !== undefined && at <= this.#clock.now() - lag;
  }

  knows(transactionId: string, lag = 0): boolean {
    return this.hasLanded(transactionId, lag) || (lag === 0 && this.pool.has(transactionId));
  }

  /** Offers a signed payment to the pool. */
  offer(payment: SignedPayment, id: string | undefined): Verdict {
    const why = this.#objection(payment);
    const { transactionId } = payment;
    this.#offered.set(transactionId, payment);
    if (why === "known" || why === "landed") {
      if (this.model.takesAgain === true) return { kind: "taken" };
    }
    if (why !== undefined) return { kind: "refused", why, words: this.model.words[why] };
    for (const other of this.rivalsOf(payment)) {
      this.pool.delete(other.transactionId);
      this.#tell(other, `its transaction ${other.transactionId} was replaced by ${transactionId} of ${id}`);
    }
    this.pool.set(transactionId, { ...payment, id });
    return { kind: "taken" };
  }

  /** Whether a transaction that was offered once may land from now on. */
  canLand(transactionId: string): boolean {
    const offered = this.#offered.get(transactionId);
    return offered !== undefined && !this.hasLanded(transactionId) && !this.#isOver(offered);
  }

  /** Another program uses the next number of an account. */
  useElsewhere(account: string): void {
    const number = this.count(account);
    this.#use(account, number);
    this.#history.note(account, `another program used the number ${number}`);
  }

  /** The pool forgets a payment. */
  forget(transactionId: string): void {
    const payment = this.pool.get(transactionId);
    this.pool.delete(transactionId);
    if (payment !== undefined) this.#tell(payment, `the pool forgot ${transactionId}`);
  }

  /** Makes a block of what can be carried out now. */
  mine(): void {
    if (!this.isMining) return;
    let moved = true;
    while (moved) {
      moved = false;
      for (const payment of [...this.pool.values()]) {
        if (this.#isOver(payment)) {
          this.pool.delete(payment.transactionId);
          this.#tell(payment, `${payment.transactionId} can land no more`);
        } else if (this.#isNext(payment)) {
          this.#land(payment);
          moved = true;
        }
      }
    }
  }

  #land(payment: KnownPayment): void {
    this.pool.delete(payment.transactionId);
    payment.landedAt = this.#clock.now();
    if (this.failsOnChain(payment)) payment.hasFailed = true;
    this.landed.set(payment.transactionId, payment);
    if (payment.number !== undefined) this.#use(payment.account, payment.number);
    for (const input of payment.inputs ?? []) this.#spent.set(input, payment.transactionId);
    this.#tell(payment, `${payment.transactionId} landed${payment.hasFailed === true ? " and failed" : ""}`);
  }

  #use(account: string, number: bigint): void {
    const uses = this.#counts.get(account) ?? [];
    uses.push({ number: number + 1n, at: this.#clock.now() });
    this.#counts.set(account, uses);
  }

  #isNext({ account, number }: KnownPayment): boolean {
    return number === undefined || number === this.count(account);
  }

  /** Whether it can land no more. */
  #isOver(payment: SignedPayment): boolean {
    const { account, number, inputs = [], lastHeight, lastTime, reference } = payment;
    if (number !== undefined && number < this.count(account)) return true;
    if (inputs.some((input) => this.#spent.has(input))) return true;
    if (lastHeight !== undefined && lastHeight < this.height()) return true;
    if (lastTime !== undefined && lastTime < this.#clock.now()) return true;
    if (reference === undefined) return false;
    const named = this.#blockhashes.get(reference);
    return named === undefined || this.height() > named + BigInt(this.blockhashLife);
  }

  /** What waits in the pool and could not be carried out beside a transaction. */
  rivalsOf({ account, number, inputs = [] }: SignedPayment): KnownPayment[] {
    return [...this.pool.values()].filter(
      (other) =>
        (number !== undefined && other.account === account && other.number === number) ||
        other.inputs?.some((input) => inputs.includes(input)) === true,
    );
  }

  #objection(payment: SignedPayment): RefusedFor | undefined {
    const { transactionId, account, number, fee } = payment;
    if (this.landed.has(transactionId)) return "landed";
    if (this.pool.has(transactionId)) return "known";
    if (number !== undefined && number < this.count(account)) return "used";
    if (payment.inputs?.some((input) => this.#spent.has(input)) === true) return "used";
    if (this.#isOver(payment)) return "expired";
    if (this.rivalsOf(payment).some((other) => other.fee >= fee)) return "conflict";
    // Stellar and the XRP Ledger keep a short queue; a node of Ethereum keeps what is far ahead for hours.
    return undefined;
  }

  #tell({ id, account }: KnownPayment, event: string): void {
    this.#history.note(id ?? account, event);
  }
}
