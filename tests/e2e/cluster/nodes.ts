/** The nodes of a cluster, each a daemon of its own, and what happens to them and to their database at random moments. */
import type { CuttingProxy } from "../../src/store/postgres/cutting-proxy.ts";
import type { Daemon } from "../weeks/daemon.ts";
import { Typist } from "../weeks/decisions.ts";
import type { Hazards } from "../weeks/hazards.ts";
import { type Crew, peace } from "../weeks/operators.ts";
import type { Stage } from "../weeks/stage.ts";
import { ApiKeys, keyOptions } from "./api-keys.ts";
import { type ClusterDatabase, type Replication, storeEnvironment } from "./database.ts";
import { recoverJobs, unknownJobs } from "./people.ts";

/** Payments that are completed between two accidents, and between two commands of a person, at most. */
const DONE_TO_ACCIDENT = 12;
const DONE_TO_COMMAND = 20;
/** Real milliseconds for which a node stands still: the lease, and so much more at most. */
const LEASE = 2_000;
const LONGEST_STANDSTILL = 2_500;
/** Real milliseconds for which the database is away. */
const LONGEST_OUTAGE = 1_000;
/** Real milliseconds for which a primary goes on without its standby, before it crashes and after that. */
const ALONE = 1_000;
/** Real milliseconds after which a node has noticed that the database lost commits. */
const NOTICED = 5_000;
/** A connection is cut at one of so many messages. */
const MOST_MESSAGES = 60;

interface Node {
  readonly number: number;
  readonly way: CuttingProxy;
  daemon: Daemon;
  isStill: boolean;
}

export interface NodesOptions {
  readonly nodes: number;
  readonly tickers: readonly string[];
  readonly payments: number;
  readonly hazards: Hazards;
  /** Whether two API keys share the wallets of each chain. */
  readonly hasTwoKeys?: boolean;
  /** Set to have a standby take over in the middle. */
  readonly failover?: Replication | undefined;
}

export class Nodes implements Crew {
  readonly #stage: Stage;
  readonly #database: ClusterDatabase;
  readonly #options: NodesOptions;
  #nodes: Node[] = [];
  #isOver = false;
  /** Whether nodes that ended stay so. */
  #isHalted = false;
  #working: Promise<void>[] = [];
  readonly #typist: Typist;
  readonly #standstills: Promise<void>[] = [];
  #keys: ApiKeys | undefined;
  readonly #done = {
    starts: 0,
    kills: 0,
    standstills: 0,
    terminations: 0,
    cuts: 0,
    crashes: 0,
    commands: 0,
    "fail-overs": 0,
    "nodes that noticed": 0,
    "signed that the journal lost": 0,
  };

  constructor(stage: Stage, database: ClusterDatabase, options: NodesOptions) {
    this.#stage = stage;
    this.#database = database;
    this.#options = options;
    this.#typist = new Typist(stage, ["job", "lane"], options.hazards);
  }

  get done(): Readonly<Record<string, number>> {
    return { ...this.#done, ...this.#keys?.done };
  }

  async begin(): Promise<void> {
    await this.#typist.learn();
    if (this.#options.hasTwoKeys === true) this.#keys = await ApiKeys.share(this.#stage);
    this.#nodes = Array.from({ length: this.#options.nodes }, (_, number) => {
      const way = number === 0 ? this.#database.newWay() : this.#database.newPooledWay();
      return { number, way, daemon: this.#start({ number, way }), isStill: false };
    });
    this.#working = [this.#haveAccidents(), this.#typing()];
  }

  look(): void {
    if (this.#isHalted) return;
    for (const node of this.#nodes) if (!node.daemon.isRunning) node.daemon = this.#start(node);
  }

  /** All nodes go on. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    await Promise.all(this.#standstills);
    this.look();
  }

  /** People who hurry payments and decide about them, from the machine that reaches the database by itself. */
  async #typing(): Promise<void> {
    while (!this.#isOver) {
      await this.#peace(DONE_TO_COMMAND);
      if (!this.#isOver && !this.#isHalted && (await this.#typist.type())) this.#done.commands += 1;
    }
  }

  #peace(longest: number): Promise<void> {
    const { random, platform } = this.#stage.world;
    const count = (): number =>
      [...platform.payments.values()].filter(({ status }) => status === "completed").length;
    return peace({ random, longest, count, isOver: () => this.#isOver });
  }

  #start({ number, way }: Pick<Node, "number" | "way">): Daemon {
    this.#done.starts += 1;
    const environment = { ...storeEnvironment(way.access), TATUM_KMS_REQUESTS_PER_SECOND: "0" };
    const options = this.#keys === undefined ? [] : keyOptions(number);
    return this.#stage.program.startDaemon(this.#options.tickers, options, environment);
  }

  async #haveAccidents(): Promise<void> {
    const { random } = this.#stage.world;
    while (!this.#isOver) {
      await this.#peace(DONE_TO_ACCIDENT);
      if (this.#isTimeToFailOver()) await this.#failOver();
      const awake = this.#nodes.filter(({ daemon, isStill }) => daemon.isRunning && !isStill);
      if (awake.length > 0 && !this.#isOver) await this.#accident(random.pick(awake));
    }
  }

  async #accident(node: Node): Promise<void> {
    const { random, history } = this.#stage.world;
    const dice = random.next();
    if (dice < 0.25) {
      this.#done.kills += 1;
      await node.daemon.kill();
    } else if (dice < 0.35) {
      this.#done.terminations += 1;
      await node.daemon.terminate();
    } else if (dice < 0.6) {
      this.#done.standstills += 1;
      this.#standstills.push(this.#standStill(node, LEASE + random.below(LONGEST_STANDSTILL)));
    } else if (dice < 0.85) {
      this.#done.cuts += 1;
      node.way.cutAt(random.below(MOST_MESSAGES), random.pick(["lost", "unanswered"]));
    } else {
      this.#done.crashes += 1;
      history.note("week", "the database crashes");
      await this.#database.crash(random.below(LONGEST_OUTAGE));
    }
  }

  #isTimeToFailOver(): boolean {
    const { failover, payments } = this.#options;
    const isDone = failover === undefined || this.#done["fail-overs"] > 0;
    return !isDone && this.#stage.world.platform.payments.size >= payments / 2;
  }

  async #failOver(): Promise<void> {
    this.#done["fail-overs"] += 1;
    this.#isHalted = this.#options.failover === "async";
    this.#stage.world.history.note("week", "the standby takes over");
    await Promise.all(this.#standstills);
    await this.#database.failOver(ALONE);
    if (!this.#isHalted) return;
    await this.#takeOver();
  }

  /** What people do where commits may have been lost: nothing runs before the vault is marked. */
  async #takeOver(): Promise<void> {
    await Bun.sleep(NOTICED);
    const ended = this.#nodes.filter(({ daemon }) => daemon.exitCode !== null);
    this.#done["nodes that noticed"] = ended.length;
    for (const { daemon } of this.#nodes) await daemon.kill();
    this.#done["signed that the journal lost"] = (await unknownJobs(this.#stage)).length;
    await this.#stage.program.succeed(["vault", "mark-restored", "--yes"]);
    this.#isHalted = false;
    this.look();
    await recoverJobs(this.#stage);
  }

  /** Beside other accidents. */
  async #standStill(node: Node, milliseconds: number): Promise<void> {
    const since = this.#stage.world.clock.now();
    node.isStill = true;
    node.daemon.freeze();
    await Bun.sleep(milliseconds);
    node.daemon.thaw();
    this.#stage.world.noteStandstill(since);
    node.isStill = false;
  }
}
