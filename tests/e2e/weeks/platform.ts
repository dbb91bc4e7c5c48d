/** The Tatum API's side of the pending transactions: what is listed, completed, cancelled and reported. */

import type { FastClock } from "./accelerated/clock.ts";
import type { ChainModel, ModelWallet } from "./chains/chain-model.ts";
import type { History } from "./history.ts";
import type { Network } from "./network.ts";
import { type Listed, Payment } from "./payment.ts";

/** What may be asked of a new payment. */
export interface PaymentOptions {
  /** A nonce that the payload names; sequence numbers are chosen by the API. */
  readonly number?: bigint;
  readonly amount?: bigint;
  readonly input?: string;
  readonly fee?: bigint;
  /** For how many blocks it is valid. */
  readonly blocks?: number;
  readonly isDenied?: boolean;
  /** The payload of another payment, word by word. */
  readonly like?: Payment;
}

/** What the platform has to know of the world around it. */
interface Surroundings {
  readonly clock: FastClock;
  readonly history: History;
  network(ticker: string): Network;
}

const FIRST_AMOUNT = 1_000_000n;
/** In the smallest unit: what a payment offers after it was changed, on chains where nothing else tells the two apart. */
const CHANGED_FEE: Readonly<Record<string, bigint>> = { ETH: 21_000_000_000n, XRP: 13n };

export class Platform {
  readonly payments = new Map<string, Payment>();
  readonly #world: Surroundings;
  /** The next number that the API gives to a payment of an account. */
  readonly #numbers = new Map<string, bigint>();
  #count = 0;
  /** Whether the API gives the next number of an account to another program. */
  leavesGap: () => boolean = () => false;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Adds a payment to the list. */
  add(model: ChainModel, wallet: ModelWallet, options: PaymentOptions = {}): Payment {
    this.#count += 1;
    const { clock, history } = this.#world;
    const network = this.#world.network(model.ticker);
    const amount = options.like?.amount ?? options.amount ?? FIRST_AMOUNT + BigInt(this.#count);
    const number = options.like?.number ?? options.number ?? this.#nextNumber(model, wallet);
    const digits = this.#count.toString(16).padStart(16, "0");
    const input = options.input ?? `${digits.padStart(64, "b")}:0`;
    const { fee, blocks } = options;
    const [height, time] = [network.height(), clock.now()];
    const terms = { wallet, amount, number, input, fee, blocks, height, time };
    const serializedTransaction = options.like?.listed.serializedTransaction ?? model.serialize(terms);
    const id = `cccccccc${digits}`;
    const listed: Listed = { id, chain: model.ticker, serializedTransaction, hashes: [wallet.signatureId] };
    const payment = new Payment(listed, model, terms);
    payment.isDenied = options.isDenied === true;
    this.payments.set(id, payment);
    history.note(
      id,
      `listed: ${model.ticker}, ${amount} of ${wallet.address}${number === undefined ? "" : `, number ${number}`}`,
    );
    return payment;
  }

  #nextNumber(model: ChainModel, wallet: ModelWallet): bigint | undefined {
    if (model.uniqueness !== "sequence") return undefined;
    const counted = this.#world.network(model.ticker).pendingCount(wallet.address);
    const planned = this.#numbers.get(wallet.address) ?? 0n;
    const number = (planned > counted ? planned : counted) + (this.leavesGap() ? 1n : 0n);
    this.#numbers.set(wallet.address, number + 1n);
    return number;
  }

  /** Lists another content for a payment: for the same amount and number, with the terms of this moment. */
  change(payment: Payment): void {
    const { clock, history } = this.#world;
    const { terms, model } = payment;
    const height = this.#world.network(model.ticker).height();
    const fee = terms.fee ?? CHANGED_FEE[model.ticker];
    const serializedTransaction = model.serialize({ ...terms, fee, height, time: clock.now() });
    payment.listed = { ...payment.listed, serializedTransaction };
    payment.isChanged = true;
    history.note(payment.id, "the API changed its content");
  }

  get(id: string): Payment | undefined {
    return this.payments.get(id);
  }

  /** The list of a chain as it is in truth. */
  pending(ticker: string, signatureIds: ReadonlySet<string>): Payment[] {
    return [...this.payments.values()].filter(
      ({ status, model, wallet }) =>
        status === "pending" && model.ticker === ticker && signatureIds.has(wallet.signatureId),
    );
  }

  complete(payment: Payment, transactionId: string): void {
    if (payment.status === "completed") return;
    payment.status = "completed";
    payment.completedAs = transactionId;
    this.#world.history.note(payment.id, `completed at the API as ${transactionId}`);
  }

  cancel(payment: Payment): void {
    if (payment.status !== "pending") return;
    payment.status = "cancelled";
    payment.cancelledAt = this.#world.clock.now();
    this.#world.history.note(payment.id, "cancelled at the API");
  }

  listAgain(payment: Payment): void {
    if (payment.status !== "cancelled") return;
    payment.status = "pending";
    payment.cancelledAt = undefined;
    this.#world.history.note(payment.id, "listed again at the API");
  }
}
