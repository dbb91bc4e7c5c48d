/** The nodes of a cluster, each a daemon of its own, and what happens to them and to their database at random moments. */
import type { CuttingProxy } from "../../src/store/postgres/cutting-proxy.ts";
import type { Daemon } from "../weeks/daemon.ts";
import type { Crew } from "../weeks/operators.ts";
import type { Stage } from "../weeks/stage.ts";
import { type ClusterDatabase, storeEnvironment } from "./database.ts";

/** Real milliseconds between two accidents. */
const LONGEST_PEACE = 1_500;
/** Real milliseconds for which a node stands still: the lease, and so much more at most. */
const LEASE = 2_000;
const LONGEST_STANDSTILL = 2_500;
/** Real milliseconds for which the database is away. */
const LONGEST_OUTAGE = 1_000;
/** A connection is cut at one of so many messages. */
const MOST_MESSAGES = 60;

interface Node {
  readonly way: CuttingProxy;
  daemon: Daemon;
  isStill: boolean;
}

export interface NodesOptions {
  readonly nodes: number;
  readonly tickers: readonly string[];
}

export class Nodes implements Crew {
  readonly #stage: Stage;
  readonly #database: ClusterDatabase;
  readonly #options: NodesOptions;
  #nodes: Node[] = [];
  #isOver = false;
  #accidents = Promise.resolve();
  readonly #standstills: Promise<void>[] = [];
  readonly done = { starts: 0, kills: 0, standstills: 0, terminations: 0, cuts: 0, crashes: 0 };

  constructor(stage: Stage, database: ClusterDatabase, options: NodesOptions) {
    this.#stage = stage;
    this.#database = database;
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#nodes = Array.from({ length: this.#options.nodes }, () => {
      const way = this.#database.newWay();
      return { way, daemon: this.#start(way), isStill: false };
    });
    this.#accidents = this.#haveAccidents();
  }

  look(): void {
    for (const node of this.#nodes) if (!node.daemon.isRunning) node.daemon = this.#start(node.way);
  }

  /** All nodes go on. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#accidents;
    await Promise.all(this.#standstills);
    this.look();
  }

  #start(way: CuttingProxy): Daemon {
    this.done.starts += 1;
    return this.#stage.program.startDaemon(this.#options.tickers, [], storeEnvironment(way.access));
  }

  async #haveAccidents(): Promise<void> {
    const { random } = this.#stage.world;
    while (!this.#isOver) {
      await Bun.sleep(300 + random.below(LONGEST_PEACE));
      const awake = this.#nodes.filter(({ daemon, isStill }) => daemon.isRunning && !isStill);
      if (awake.length > 0 && !this.#isOver) await this.#accident(random.pick(awake));
    }
  }

  async #accident(node: Node): Promise<void> {
    const { random, history } = this.#stage.world;
    const dice = random.next();
    if (dice < 0.25) {
      this.done.kills += 1;
      await node.daemon.kill();
    } else if (dice < 0.35) {
      this.done.terminations += 1;
      await node.daemon.terminate();
    } else if (dice < 0.6) {
      this.done.standstills += 1;
      this.#standstills.push(this.#standStill(node, LEASE + random.below(LONGEST_STANDSTILL)));
    } else if (dice < 0.85) {
      this.done.cuts += 1;
      node.way.cutAt(random.below(MOST_MESSAGES), random.pick(["lost", "unanswered"]));
    } else {
      this.done.crashes += 1;
      history.note("week", "the database crashes");
      await this.#database.crash(random.below(LONGEST_OUTAGE));
    }
  }

  /** Beside other accidents. */
  async #standStill(node: Node, milliseconds: number): Promise<void> {
    node.isStill = true;
    node.daemon.freeze();
    await Bun.sleep(milliseconds);
    node.daemon.thaw();
    node.isStill = false;
  }
}
