/** Those who order payments through the API, cancel some of them, and use their accounts with other programs as well. */
import type { ModelWallet } from "./chains/chain-model.ts";
import { type Hazards, strikes } from "./hazards.ts";
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
/** Of the payments so many are of the first wallet of their chain. */
const BUSY = 0.3;
/** So many payments come that nobody approves, one after another, of one wallet. */
const CROWD = 12;
/** Of the numbers of an account that the API hands out, so many go to another program. */
const GAPS = 0.5;
/** Satoshis that a payment leaves to the miner, more than the one whose input it spends as well. */
const BETTER_FEE = 30_000n;

export class Customers {
  readonly #world: World;
  readonly #hazards: Hazards;
  readonly #cancelAt = new Map<string, number>();
  readonly #blocked = new Map<string, { number: bigint; since: number }>();
  /** Payments that share what only one of them can have. */
  readonly sharing = new Set<Payment>();
  ordered = 0;
  cancelled = 0;
  denied = 0;
  foreign = 0;
  changed = 0;

  constructor(world: World, hazards: Hazards) {
    this.#world = world;
    this.#hazards = hazards;
    world.platform.leavesGap = () => strikes(world.random, hazards, "gaps in numbers", GAPS);
  }

  get open(): Payment[] {
    const all = [...this.#world.platform.payments.values()];
    return all.filter(
      (payment) =>
        payment.status === "pending" &&
        !payment.isDenied &&
        !payment.isEnded &&
        !this.#world.isUnsignable(payment),
    );
  }

  /** How many payments are open that the program can carry out. */
  get waiting(): number {
    return this.open.filter((payment) => !this.sharing.has(payment)).length;
  }

  /** Orders what there is room for, at most so many in all; cancels, and uses accounts elsewhere. To be called often. */
  pass(most: number): void {
    const { random, wallets } = this.#world;
    const room = Math.min(OPEN_OF_A_WALLET * wallets.length - this.waiting, most - this.ordered, 5);
    for (let count = 0; count < room; count++) this.#order(this.#wallet());
    if (room > 0 && strikes(random, this.#hazards, "crowds of denied payments", 0.01)) {
      const wallet = this.#wallet();
      for (let count = 0; count < CROWD; count++) this.#order(wallet, { isDenied: true });
    }
    this.#cancelSome();
    this.#changeSome();
    this.giveUp();
    this.useFreeNumbers();
    if (strikes(random, this.#hazards, "foreign transactions", 0.002)) this.#useEthereumElsewhere();
  }

  #wallet(): ModelWallet {
    const { random, wallets } = this.#world;
    const wallet = random.pick(wallets);
    if (!random.chance(BUSY)) return wallet;
    return wallets.find(({ entry }) => entry["chain"] === wallet.entry["chain"]) ?? wallet;
  }

  #order(wallet: ModelWallet, chosen?: PaymentOptions): void {
    const { random, clock, platform } = this.#world;
    const options = chosen ?? this.#options(wallet);
    const payment = platform.add(this.#world.modelOf(wallet), wallet, options);
    this.ordered += 1;
    if (payment.isDenied) this.denied += 1;
    if (options.like !== undefined || options.input !== undefined || options.number !== undefined) {
      this.sharing.add(payment);
      if (options.like !== undefined) this.sharing.add(options.like);
    }
    if (strikes(random, this.#hazards, "cancellations", 0.05))
      this.#cancelAt.set(payment.id, clock.now() + random.next() * 3 * MINUTE);
  }

  #options(wallet: ModelWallet): PaymentOptions {
    const { random, platform } = this.#world;
    const model = this.#world.modelOf(wallet);
    const before = [...platform.payments.values()].findLast((payment) => payment.wallet === wallet);
    if (random.chance(0.04)) return { isDenied: true };
    if (before !== undefined && !before.isDenied) {
      if (strikes(random, this.#hazards, "equal payments", 0.03)) return { like: before };
      if (model.ticker === "BTC" && strikes(random, this.#hazards, "shared inputs", 0.1))
        return this.#sameInput(before);
    }
    if (model.ticker === "ETH" && strikes(random, this.#hazards, "explicit nonces", 0.03)) {
      const count = this.#world.network("ETH").pendingCount(wallet.address);
      return count === 0n ? {} : { number: count + BigInt(random.below(3)) };
    }
    const isHurried = model.window !== undefined && strikes(random, this.#hazards, "hurried payments", 0.03);
    return isHurried ? { blocks: SHORT } : {};
  }

  /** Spends what another payment spends, often for a higher fee: then a pool prefers it. */
  #sameInput(before: Payment): PaymentOptions {
    const [input] = (JSON.parse(before.listed.serializedTransaction) as Inputs).inputs;
    if (input === undefined) return {};
    this.sharing.add(before);
    const spent = { input: `${input.prevTxId}:${input.outputIndex}` };
    if (this.#world.random.chance(0.5)) return spent;
    const amount = before.amount - BETTER_FEE - BigInt(this.ordered);
    return amount > BETTER_FEE ? { ...spent, amount, fee: BETTER_FEE } : spent;
  }

  /** The API lists another content for what it listed before, as when somebody corrected it. */
  #changeSome(): void {
    const { random, platform } = this.#world;
    if (!strikes(random, this.#hazards, "changed contents", 0.02)) return;
    const payment = random.pick([...platform.payments.values()].slice(-OPEN_OF_A_WALLET));
    const isNew = payment.status === "pending" && payment.firstSentAt === undefined;
    if (!isNew || payment.isDenied || this.sharing.has(payment)) return;
    platform.change(payment);
    this.changed += 1;
  }

  #cancelSome(): void {
    const { platform, clock, random } = this.#world;
    for (const [id, time] of this.#cancelAt) {
      const payment = platform.get(id);
      if (payment === undefined || clock.now() < time) continue;
      this.#cancelAt.delete(id);
      if (payment.status === "cancelled") {
        // After a restore a person has told of all that was signed; of this nobody could.
        if (this.#world.isLost(payment)) continue;
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
    for (const wallet of this.#world.wallets) {
      const model = this.#world.modelOf(wallet);
      if (model.uniqueness !== "sequence") continue;
      const network = this.#world.network(model.ticker);
      const number = network.count(wallet.address);
      if (!this.#isFree(wallet, number)) continue;
      const blocked = this.#blocked.get(wallet.address);
      if (blocked?.number !== number) {
        this.#blocked.set(wallet.address, { number, since: clock.now() });
      } else if (clock.now() > blocked.since + this.#patience(wallet, number)) {
        network.useElsewhere(wallet.address);
        this.foreign += 1;
      }
    }
  }

  /** Milliseconds: what the API gave to another program that one uses at once. */
  #patience(wallet: ModelWallet, number: bigint): number {
    const payments = [...this.#world.platform.payments.values()];
    return payments.some((one) => one.wallet === wallet && one.number === number) ? MINUTE : 0;
  }

  #isFree(wallet: ModelWallet, number: bigint): boolean {
    const ofAccount = [...this.#world.platform.payments.values()].filter((one) => one.wallet === wallet);
    const waiting = ofAccount.some((one) => one.number !== undefined && one.number > number);
    const owners = ofAccount.filter((one) => one.number === number);
    return (
      waiting &&
      owners.every(
        (one) => one.status === "cancelled" || one.isDenied || one.isEnded || this.#world.isUnsignable(one),
      )
    );
  }

  #useEthereumElsewhere(): void {
    const wallet = this.#world.wallets.find((one) => this.#world.modelOf(one).ticker === "ETH");
    if (wallet === undefined) return;
    this.#world.network("ETH").useElsewhere(wallet.address);
    this.foreign += 1;
  }
}

interface Inputs {
  readonly inputs: readonly { readonly prevTxId: string; readonly outputIndex: number }[];
}
