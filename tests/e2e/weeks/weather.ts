/** What goes wrong between the program and the rest of the world in a week: calls, nodes, lists and pools, at random. */
import type { Answer, Call, CallKind, Fault } from "./fault.ts";
import { faults } from "./fault.ts";
import { type Hazards, strikes } from "./hazards.ts";
import { MINUTE } from "./stage.ts";
import type { World } from "./world.ts";

/** Real milliseconds; longer than the program waits for an answer. */
const TOO_LATE = 1_300;
/** Of the calls of a kind, how many go wrong when the weather is bad. */
const SHARE: Readonly<Record<CallKind, number>> = {
  list: 0.08,
  "four-eye": 0.08,
  "look-up": 0.1,
  complete: 0.15,
  report: 0.15,
  broadcast: 0.2,
  node: 0.08,
  "on-chain": 0.15,
};
/** Weather lasts so long, in milliseconds. */
const LONGEST_SPELL = 10 * MINUTE;
/** The API knows nothing for so long, in milliseconds. */
const GLITCH = 15_000;
const LONG_GLITCH = 40_000;
/** Of the spells so many make no blocks on a chain, and so many have every call of a chain take long. */
const SLOW_BLOCKS = 0.2;
const SLOW_CALLS = 0.1;
/** Of the payments that the API hands on, so many it does not mark as completed. */
const UNMARKED = 0.1;
/** Of the spells so many have most nodes of a chain lie behind by so many milliseconds, and up to twice as many. */
const STAY_BEHIND = 0.05;
const MOSTLY = 0.95;
const FAR_BEHIND = 10 * MINUTE;
/** Real milliseconds: shorter than the program waits for an answer. */
const SLOW_CALL = 700;
const other = `0x${"ab".repeat(32)}`;

const lies: readonly Answer[] = [
  { status: 200, body: { txId: other } },
  { status: 200, body: { txId: "error" } },
  { status: 200, body: { statusCode: 500, txId: "abc" } },
  {
    status: 403,
    body: { statusCode: 403, errorCode: "broadcast.failed", message: "no; last known transaction 5" },
  },
];

export class Weather {
  readonly #world: World;
  readonly #hazards: Hazards;
  readonly #liesOfCount = new Set<string>();
  #spellEnds = 0;
  #isBad = false;
  #isGlitch = false;
  #slow: string | undefined;
  /** The chain most of whose nodes lie far behind, and by how many milliseconds. */
  #behind: { readonly ticker: string; readonly lag: number } | undefined;
  /** A chain that takes no broadcasts. */
  #closed: string | undefined;
  isOver = false;
  happened = 0;

  constructor(world: World, hazards: Hazards) {
    this.#world = world;
    this.#hazards = hazards;
    world.fault = (call) => this.#faultOf(call);
    world.lag = (call) => this.#lagOf(call);
    world.showList = (_, entries) => this.#shown(entries);
    world.marksComplete = () => this.isOver || !strikes(world.random, hazards, "unmarked payments", UNMARKED);
    if (hazards.has("failures on the network")) {
      world.network("SOL").failsOnChain = () =>
        !this.isOver && strikes(world.random, hazards, "failures on the network", 0.05);
    }
  }

  /** Changes the weather when its time has come, and lets pools forget. To be called often. */
  pass(): void {
    const { random, clock } = this.#world;
    if (clock.now() > this.#spellEnds) {
      this.#spellEnds = clock.now() + random.next() * LONGEST_SPELL;
      this.#isBad = random.chance(0.6);
      this.#isGlitch = strikes(random, this.#hazards, "glitches", 0.05);
      const isLong = this.#hazards.has("long glitches");
      if (this.#isGlitch) this.#spellEnds = clock.now() + (isLong ? LONG_GLITCH : GLITCH);
      this.#slowDown();
    }
    if (strikes(random, this.#hazards, "forgetful pools", 0.02)) this.#forget();
  }

  /** Nobody can send on a chain, until all is over. */
  close(ticker: string): void {
    this.#closed = ticker;
  }

  /** All is well from now on. */
  end(): void {
    this.isOver = true;
    for (const network of this.#world.networks) network.isMining = true;
  }

  #slowDown(): void {
    const { random, networks, networksInUse } = this.#world;
    for (const network of networks)
      network.isMining = !strikes(random, this.#hazards, "slow blocks", SLOW_BLOCKS);
    const isSlow = strikes(random, this.#hazards, "slow calls", SLOW_CALLS);
    this.#slow = isSlow ? random.pick(networksInUse).model.ticker : undefined;
    const isBehind = strikes(random, this.#hazards, "nodes that stay behind", STAY_BEHIND);
    this.#behind = isBehind
      ? { ticker: random.pick(networksInUse).model.ticker, lag: (1 + random.next()) * FAR_BEHIND }
      : undefined;
  }

  #forget(): void {
    const { random, networksInUse } = this.#world;
    const network = random.pick(networksInUse);
    const [known] = network.pool.keys();
    if (known !== undefined) network.forget(known);
  }

  #faultOf(call: Call): Fault | undefined {
    if (this.isOver) return undefined;
    if (call.kind === "broadcast" && call.ticker === this.#closed) return faults.cutBefore;
    const fault = this.#isGlitch ? this.#glitch(call) : this.#isBad ? this.#random(call) : undefined;
    if (fault === undefined) return this.#isSlow(call) ? { act: "now", delay: SLOW_CALL } : undefined;
    this.happened += 1;
    if (call.kind === "broadcast" && fault.act === "skip") this.#takeNumber(call);
    return fault;
  }

  #isSlow({ kind, id, ticker }: Call): boolean {
    if (this.#slow === undefined || kind === "list") return false;
    return (ticker ?? this.#world.platform.get(id ?? "")?.model.ticker) === this.#slow;
  }

  /** What did not go out loses its number to another program, now and then. */
  #takeNumber({ id = "" }: Call): void {
    const payment = this.#world.platform.get(id);
    if (payment?.model.uniqueness !== "nonce" || payment.sent.length > 0) return;
    if (!strikes(this.#world.random, this.#hazards, "numbers taken meanwhile", 0.2)) return;
    this.#world.network(payment.model.ticker).useElsewhere(payment.wallet.address);
  }

  #glitch({ kind }: Call): Fault | undefined {
    const body = { statusCode: 403, errorCode: "kms.missing", message: "none" };
    return kind === "look-up" ? { act: "skip", answer: { status: 403, body } } : undefined;
  }

  #random(call: Call): Fault | undefined {
    const { random } = this.#world;
    // Who signs for Solana sends to a node, and tells the API afterwards.
    const isSend = call.what === "sendTransaction" && this.#hazards.has("lost sends");
    const kind = isSend ? "broadcast" : call.kind;
    if (kind === "report") {
      if (!strikes(random, this.#hazards, "reports that are not taken", SHARE.report)) return undefined;
    } else if (!random.chance(SHARE[kind])) return this.#lieOfCount(call);
    const isLie = call.kind === "broadcast" && strikes(random, this.#hazards, "lying answers", 0.2);
    if (isLie && call.ticker !== "SOL")
      return { act: random.pick(["skip", "now"]), answer: random.pick(lies) };
    const usual: Fault[] = [
      faults.cutBefore,
      faults.cutAfter,
      faults.serverError,
      faults.serverErrorAfter,
      faults.tooMany,
      { act: "now", answer: "cut", delay: TOO_LATE },
    ];
    if (call.kind === "broadcast") usual.push({ act: "late", answer: "cut", delay: TOO_LATE });
    // An approval that is not answered is none, and what the node says is not understood.
    if (call.kind !== "broadcast") usual.push(faults.garbage);
    const fault = random.pick(usual);
    return call.kind === "four-eye" && fault === faults.garbage ? undefined : fault;
  }

  /** Once an account, its count is far too high. */
  #lieOfCount({ what, subject = "" }: Call): Fault | undefined {
    if (!what.includes("/transaction/count/") || this.#liesOfCount.has(subject)) return undefined;
    if (!strikes(this.#world.random, this.#hazards, "counts far too high", 0.02)) return undefined;
    this.#liesOfCount.add(subject);
    return { act: "now", answer: { status: 200, body: 1_000_000 } };
  }

  #lagOf(call: Call): number {
    const { random } = this.#world;
    if (this.isOver) return 0;
    const isNewest = call.what === "getLatestBlockhash" || call.what === "sendTransaction";
    if (call.ticker === this.#behind?.ticker && !isNewest)
      return random.chance(MOSTLY) ? (this.#behind?.lag ?? 0) : 0;
    if (!this.#isBad || !random.chance(0.15)) return 0;
    // A count that lies behind is the usual case; other questions are proofs.
    const isCount = call.what.includes("/count/") || call.what === "eth_getTransactionCount";
    return isCount || this.#hazards.has("nodes that lie behind") ? random.next() * 5 * MINUTE : 0;
  }

  #shown(entries: readonly unknown[]): readonly unknown[] {
    const { random } = this.#world;
    if (this.isOver) return entries;
    if (this.#isGlitch) return [];
    if (!this.#isBad) return entries;
    const shown = entries.filter(() => !random.chance(0.03));
    if (random.chance(0.1)) shown.push(...entries.slice(0, 3));
    if (random.chance(0.05)) shown.push({ id: "junk" }, null, 5);
    return shown;
  }
}
