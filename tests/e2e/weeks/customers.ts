/** Those who order payments through the API, cancel some of them, and use their accounts with other programs as well. */
import type { ModelWallet } from "./chains/chain-model.ts";
import type { Hazard } from "./hazards.ts";
import type { Payment } from "./payment.ts";
import type { PaymentOptions } from "./platform.ts";
import { MINUTE } from "./stage.ts";
import type { World } from "./world.ts";

/** So many payments of a wallet are open at a time, on average. */
const OPEN_OF_A_WALLET = 4;
/** Blocks for which a payment may land that is in a hurry. */
const SHORT = 60;
/** A customer gives a payment up when it could not land any more for so long, in milliseconds. */
const GIVES_UP = 10 * MINUTE;
export class Customers {
  readonly #world: World;
  readonly #hazards: ReadonlySet<Hazard>;
  readonly #wallets: readonly ModelWallet[];
  readonly #cancelAt = new Map<string, number>();
  readonly #blocked = new Map<string, { number: bigint; since: number }>();
  /** Payments that share what only one of them can have. */
  readonly sharing = new Set<Payment>();
  ordered = 0;
  cancelled = 0;
  denied = 0;
  foreign = 0;

  constructor(world: World, wallets: readonly ModelWallet[], hazards: ReadonlySet<Hazard>) {
    this.#world = world;
    this.#wallets = wallets;
    this.#hazards = hazards;
  }

  get open(): Payment[] {
    const all = [...this.#world.platform.payments.values()];
    return all.filter(({ status, isDenied, isEnded }) => status === "pending" && !isDenied && !isEnded);
  }

  /** How many payments are open that the program can carry out. */
  get waiting(): number {
    return this.open.filter((payment) => !this.sharing.has(payment)).length;
  }

  /** Orders what there is room for, at most so many in all; cancels, and uses accounts elsewhere. To be called often. */
  pass(most: number): void {
    const room = Math.min(OPEN_OF_A_WALLET * this.#wallets.length - this.waiting, most - this.ordered, 5);
    for (let count = 0; count < room; count++) this.#order();
    this.#cancelSome();
    this.giveUp();
    this.useFreeNumbers();
    if (this.#hazards.has("foreign transactions") && this.#world.random.chance(0.002))
      this.#useEthereumElsewhere();
  }

  #order(): void {
    const { random, clock, platform } = this.#world;
    const wallet = random.pick(this.#wallets);
    const model = this.#world.modelOf(wallet);
    const options = this.#options(wallet);
    const payment = platform.add(model, wallet, options);
    this.ordered += 1;
    if (payment.isDenied) this.denied += 1;
    if (options.like !== undefined || options.input !== undefined || options.number !== undefined) {
      this.sharing.add(payment);
      if (options.like !== undefined) this.sharing.add(options.like);
    }
    if (this.#hazards.has("cancellations") && random.chance(0.05))
      this.#cancelAt.set(payment.id, clock.now() + random.next() * 3 * MINUTE);
  }

  #options(wallet: ModelWallet): PaymentOptions {
    const { random, platform } = this.#world;
    const model = this.#world.modelOf(wallet);
    const { ticker } = model;
    const before = [...platform.payments.values()].findLast((payment) => payment.wallet === wallet);
    if (random.chance(0.04)) return { isDenied: true };
    if (
      before !== undefined &&
      !before.isDenied &&
      this.#hazards.has("equal payments") &&
      random.chance(0.02)
    )
      return { like: before };
    if (
      ticker === "BTC" &&
      before !== undefined &&
      this.#hazards.has("shared inputs") &&
      random.chance(0.05)
    ) {
      const input = (JSON.parse(before.listed.serializedTransaction) as Inputs).inputs[0];
      if (input !== undefined) {
        this.sharing.add(before);
        return { input: `${input.prevTxId}:${input.outputIndex}` };
      }
    }
    if (ticker === "ETH" && this.#hazards.has("explicit nonces") && random.chance(0.03)) {
      const count = this.#world.network("ETH").pendingCount(wallet.address);
      return count === 0n ? {} : { number: count + BigInt(random.below(3)) };
    }
    const isHurried = this.#hazards.has("hurried payments") && model.window !== undefined;
    return isHurried && random.chance(0.03) ? { blocks: SHORT } : {};
  }

  #cancelSome(): void {
    const { platform, clock, random } = this.#world;
    for (const [id, time] of this.#cancelAt) {
      const payment = platform.get(id);
      if (payment === undefined || clock.now() < time) continue;
      this.#cancelAt.delete(id);
      if (payment.status === "cancelled") {
        platform.listAgain(payment);
        if (this.#isNumberUsed(payment)) this.sharing.add(payment);
      } else if (payment.status === "pending") {
        platform.cancel(payment);
        this.cancelled += 1;
        if (random.chance(0.4)) this.#cancelAt.set(id, clock.now() + random.next() * 2 * MINUTE);
      }
    }
  }

  /** Whether its owner used the number for something else meanwhile: then nobody can carry the payment out any more. */
  #isNumberUsed({ model, number, wallet }: Payment): boolean {
    return number !== undefined && number < this.#world.network(model.ticker).count(wallet.address);
  }

  /** Cancels what can land no more, as whoever ordered it would. */
  giveUp(): void {
    const { clock, platform } = this.#world;
    for (const payment of this.open) {
      if (clock.now() < (payment.validUntil ?? Number.POSITIVE_INFINITY) + GIVES_UP) continue;
      platform.cancel(payment);
      this.cancelled += 1;
    }
  }

  /** Whoever owns an account whose next number belongs to a payment that is over uses the number for something else. */
  useFreeNumbers(): void {
    const { clock } = this.#world;
    for (const wallet of this.#wallets) {
      const model = this.#world.modelOf(wallet);
      if (model.uniqueness !== "sequence") continue;
      const network = this.#world.network(model.ticker);
      const number = network.count(wallet.address);
      if (!this.#isFree(wallet, number)) continue;
      const blocked = this.#blocked.get(wallet.address);
      if (blocked?.number !== number) {
        this.#blocked.set(wallet.address, { number, since: clock.now() });
      } else if (clock.now() > blocked.since + MINUTE) {
        network.useElsewhere(wallet.address);
        this.foreign += 1;
      }
    }
  }

  #isFree(wallet: ModelWallet, number: bigint): boolean {
    const ofAccount = [...this.#world.platform.payments.values()].filter((one) => one.wallet === wallet);
    const waiting = ofAccount.some((one) => one.number !== undefined && one.number > number);
    const owners = ofAccount.filter((one) => one.number === number);
    return (
      waiting &&
      owners.every(({ status, isDenied, isEnded }) => status === "cancelled" || isDenied || isEnded)
    );
  }

  #useEthereumElsewhere(): void {
    const wallet = this.#wallets.find((one) => this.#world.modelOf(one).ticker === "ETH");
    if (wallet === undefined) return;
    this.#world.network("ETH").useElsewhere(wallet.address);
    this.foreign += 1;
  }
}

interface Inputs {
  readonly inputs: readonly { readonly prevTxId: string; readonly outputIndex: number }[];
}
