/** What goes wrong between the program and the rest of the world in a week: calls, nodes, lists and pools, at random. */
import type { Answer, Call, CallKind, Fault } from "./fault.ts";
import { faults } from "./fault.ts";
import type { Hazard } from "./hazards.ts";
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
  readonly #hazards: ReadonlySet<Hazard>;
  readonly #liesOfCount = new Set<string>();
  #spellEnds = 0;
  #isBad = false;
  #isGlitch = false;
  isOver = false;
  happened = 0;

  constructor(world: World, hazards: ReadonlySet<Hazard>) {
    this.#world = world;
    this.#hazards = hazards;
    world.fault = (call) => this.#faultOf(call);
    world.lag = (call) => this.#lagOf(call);
    world.showList = (_, entries) => this.#shown(entries);
    if (hazards.has("failures on the network")) {
      world.network("SOL").failsOnChain = () => !this.isOver && world.random.chance(0.02);
    }
  }

  /** Changes the weather when its time has come, and lets pools forget. To be called often. */
  pass(): void {
    const { random, clock } = this.#world;
    if (clock.now() > this.#spellEnds) {
      this.#spellEnds = clock.now() + random.next() * LONGEST_SPELL;
      this.#isBad = random.chance(0.6);
      this.#isGlitch = this.#hazards.has("glitches") && random.chance(0.05);
      if (this.#isGlitch) this.#spellEnds = clock.now() + 15_000;
    }
    if (this.#hazards.has("forgetful pools") && random.chance(0.02)) this.#forget();
  }

  #forget(): void {
    const { random, networks } = this.#world;
    const network = random.pick(networks);
    const [known] = network.pool.keys();
    if (known !== undefined) network.forget(known);
  }

  #faultOf(call: Call): Fault | undefined {
    if (this.isOver) return undefined;
    const fault = this.#isGlitch ? this.#glitch(call) : this.#isBad ? this.#random(call) : undefined;
    if (fault !== undefined) this.happened += 1;
    return fault;
  }

  #glitch({ kind }: Call): Fault | undefined {
    const body = { statusCode: 403, errorCode: "kms.missing", message: "none" };
    return kind === "look-up" ? { act: "skip", answer: { status: 403, body } } : undefined;
  }

  #random(call: Call): Fault | undefined {
    const { random } = this.#world;
    if (!random.chance(SHARE[call.kind])) return this.#lieOfCount(call);
    if (call.kind === "report" && !this.#hazards.has("reports that are not taken")) return undefined;
    const isLie = call.kind === "broadcast" && this.#hazards.has("lying answers") && random.chance(0.2);
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
    if (!what.includes("/transaction/count/") || !this.#hazards.has("counts far too high")) return undefined;
    if (this.#liesOfCount.has(subject) || !this.#world.random.chance(0.02)) return undefined;
    this.#liesOfCount.add(subject);
    return { act: "now", answer: { status: 200, body: 1_000_000 } };
  }

  #lagOf(call: Call): number {
    const { random } = this.#world;
    if (this.isOver || !this.#isBad || !random.chance(0.15)) return 0;
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
