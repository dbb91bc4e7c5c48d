/** All that stands around the program in a week: the clock, the networks, the API's platform, and what goes wrong between them. */
import { createHash } from "node:crypto";
import { Random } from "../../random.ts";
import { type FastClock, startClock } from "./accelerated/clock.ts";
import type { ChainModel, ModelWallet, SignedPayment } from "./chains/chain-model.ts";
import { chainModels } from "./chains/index.ts";
import type { Call, Fault, Request } from "./fault.ts";
import { History } from "./history.ts";
import { Network, type Verdict } from "./network.ts";
import type { Payment } from "./payment.ts";
import { Platform } from "./platform.ts";

/** Real milliseconds between two blocks of what can land. */
const MINING_PERIOD = 20;

/** Milliseconds since 1970. */
interface Span {
  readonly since: number;
  readonly until: number;
}

export class World {
  readonly clock: FastClock = startClock();
  readonly history = new History(() => this.clock.now());
  readonly platform: Platform;
  readonly wallets: ModelWallet[] = [];
  readonly random: Random;
  readonly #networks: ReadonlyMap<string, Network>;
  readonly #mining: ReturnType<typeof setInterval>;
  #made = 0;
  /** Tickers whose wallets are gone for good; what was signed of them is carried out all the same. */
  readonly abandoned = new Set<string>();
  /** Wallets that somebody removed, for a while. */
  readonly absent = new Set<ModelWallet>();
  readonly #standstills: Span[] = [];
  readonly #lost: Span[] = [];
  /** What goes wrong with a call. */
  fault: (call: Call) => Fault | undefined = () => undefined;
  /** How far the node behind a call lies behind, in milliseconds. */
  lag: (call: Call) => number = () => 0;
  /** What the list shows instead of the truth. */
  showList: (ticker: string, entries: readonly unknown[]) => readonly unknown[] = (_, entries) => entries;
  /** What the list of some wallets shows besides. */
  showJunk: (signatureIds: ReadonlySet<string>) => readonly unknown[] = () => [];
  /** How many blocks the node of Solana behind a call keeps; all of them without a number. */
  solanaHistory: (call: Call) => bigint | undefined = () => undefined;
  /** A node's verdict about signed bytes before the network looks at them. */
  judgeOffer: (signed: SignedPayment, payment: Payment | undefined) => Verdict | undefined = () => undefined;
  /** The slot of which Solana's nodes give the blockhash; the newest one that is final without a number. */
  blockhashSlot: bigint | undefined;
  /** Whether the API marks what the network took as completed. */
  marksComplete: (payment: Payment) => boolean = () => true;
  /** Where wallets belong to several API keys: who looks that each call is made with the right one. */
  keys: { judge(apiKey: string, request: Request): void } | undefined;
  /** Told every call. */
  onCall: (call: Call) => void = () => undefined;
  /** Whether the four-eye server says yes, for those that are not denied for good. */
  approves: (payment: Payment) => boolean = ({ isDenied }) => !isDenied;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.platform = new Platform(this);
    this.#networks = new Map(
      chainModels.map((model) => [model.ticker, new Network(model, this.clock, this.history)]),
    );
    this.#mining = setInterval(() => {
      for (const network of this.#networks.values()) network.mine();
    }, MINING_PERIOD);
  }

  get networks(): Network[] {
    return [...this.#networks.values()];
  }

  /** Those that somebody pays on. */
  get networksInUse(): Network[] {
    const tickers = new Set(this.wallets.map(({ entry }) => entry["chain"]));
    return this.networks.filter(({ model }) => tickers.has(model.ticker));
  }

  /** @throws Error for a ticker without a network */
  network(ticker: string): Network {
    const found = this.#networks.get(ticker);
    if (found === undefined) throw new Error(`There is no network of ${ticker}.`);
    return found;
  }

  modelOf(wallet: ModelWallet): ChainModel {
    return this.network(String(wallet.entry["chain"])).model;
  }

  /** Whether nobody can sign a payment any more, and nothing of it that was signed can land. */
  isUnsignable({ model, firstSentAt, sent, isSetAside }: Payment): boolean {
    if (isSetAside || !this.abandoned.has(model.ticker)) return isSetAside;
    const network = this.network(model.ticker);
    const isOver = sent.every((id) => !network.canLand(id) && !network.hasLanded(id));
    return firstSentAt === undefined || (sent.length > 0 && isOver);
  }

  /** Notes that the journal has lost what was written since a time, in milliseconds since 1970. */
  noteRestored(since: number): void {
    this.#lost.push({ since, until: this.clock.now() });
  }

  /** Whether a journal that was restored may not know the bytes that were signed for a payment. */
  isLost({ signedAt }: Payment): boolean {
    return signedAt.some((at) => this.#lost.some(({ since, until }) => since <= at && at <= until));
  }

  /** Notes that a daemon was held up since a time, in milliseconds since 1970. */
  noteStandstill(since: number): void {
    this.#standstills.push({ since, until: this.clock.now() });
  }

  /** Milliseconds between two times in which a daemon was held up. */
  stoodStill(from: number, to: number): number {
    const within = this.#standstills.map(({ since, until }) => Math.min(until, to) - Math.max(since, from));
    return within.reduce((sum, time) => sum + Math.max(0, time), 0);
  }

  /** A wallet that is the same for the same seed, and is known to those who order. */
  addWallet(model: ChainModel): ModelWallet {
    const wallet = this.makeWallet(model);
    this.wallets.push(wallet);
    return wallet;
  }

  /** A wallet that nobody orders of yet. */
  makeWallet(model: ChainModel): ModelWallet {
    this.#made += 1;
    const number = this.#made;
    const privateKey = createHash("sha256").update(`wallet ${number} ${model.ticker}`).digest();
    const signatureId = `33333333-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    return model.wallet(signatureId, Uint8Array.from(privateKey));
  }

  stop(): void {
    clearInterval(this.#mining);
  }
}
