/** How many payments a second a cluster carries out when nothing goes wrong and each call takes its time. */
import { modelOf } from "../weeks/chains/index.ts";
import { Stage } from "../weeks/stage.ts";
import { ClusterDatabase, storeEnvironment } from "./database.ts";

const WALLETS_OF_A_CHAIN = 8;
/** Real milliseconds between looks, and until a cluster is given up. */
const LOOK_AGAIN = 20;
const LONGEST = 300_000;
/** Milliseconds between two polls of a chain, of the fast clock. */
const PERIOD = 5_000;

export interface RateOptions {
  readonly executable: string;
  readonly nodes: number;
  readonly payments: number;
  /** Shared between the nodes. */
  readonly tickers: readonly string[];
  /** Real milliseconds that each call takes. */
  readonly delay: number;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + LONGEST;
  while (!condition()) {
    if (performance.now() > end) throw new Error("The cluster is not done.");
    await Bun.sleep(LOOK_AGAIN);
  }
}

export interface Rate {
  /** Payments a second. */
  readonly perSecond: number;
  /** Calls that a payment takes, without polls. */
  readonly callsOfPayment: number;
  /** Polls of a chain in a period, by all nodes together. */
  readonly pollsOfPeriod: number;
  /** Of a payment: changes that the database commits, kilobytes of its log, and milliseconds of the daemons' processors. */
  readonly commits: number;
  readonly logged: number;
  readonly processor: number;
}

/** What has happened by now, as far as it costs somebody something. */
interface Expense {
  /** Milliseconds of the real clock, and of the fast one. */
  readonly at: number;
  readonly passed: number;
  readonly calls: number;
  readonly polls: number;
  readonly commits: number;
  readonly logged: number;
  readonly processor: number;
}

/** Counts what a stage's program costs. */
class Meter {
  readonly #stage: Stage;
  readonly #database: ClusterDatabase;
  readonly polled = new Set<string | undefined>();
  #calls = 0;
  #polls = 0;

  constructor(stage: Stage, database: ClusterDatabase) {
    this.#stage = stage;
    this.#database = database;
    stage.world.onCall = ({ kind, ticker }) => {
      if (kind === "list") {
        this.polled.add(ticker);
        this.#polls += 1;
      } else this.#calls += 1;
    };
  }

  async read(): Promise<Expense> {
    const { program, world } = this.#stage;
    const written = await this.#database.written();
    return {
      ...{ at: performance.now(), passed: world.clock.now(), calls: this.#calls, polls: this.#polls },
      ...written,
      processor: program.daemons.reduce((sum, { processorTime }) => sum + processorTime, 0),
    };
  }
}

function rateOf(before: Expense, after: Expense, payments: number, chains: number): Rate {
  const each = (name: keyof Expense): number => (after[name] - before[name]) / payments;
  return {
    perSecond: 1000 / each("at"),
    callsOfPayment: each("calls"),
    pollsOfPeriod: (each("polls") * PERIOD) / (each("passed") * chains),
    ...{ commits: each("commits"), logged: each("logged"), processor: each("processor") },
  };
}

export async function measureRate({
  executable,
  nodes,
  payments,
  tickers,
  delay,
}: RateOptions): Promise<Rate> {
  const database = await ClusterDatabase.open();
  const stage = await Stage.open(executable, 1, storeEnvironment(database.newWay().access));
  try {
    const { world, program } = stage;
    const wallets = await stage.wallets(tickers, WALLETS_OF_A_CHAIN);
    const meter = new Meter(stage, database);
    world.fault = () => ({ act: "now", delay });
    for (let node = 0; node < nodes; node++) {
      const own = tickers.filter((_, number) => number % nodes === node);
      const environment = { TATUM_KMS_REQUESTS_PER_SECOND: "0" };
      program.startDaemon(own, [], { ...storeEnvironment(database.newWay().access), ...environment });
    }
    await until(() => meter.polled.size === tickers.length);
    const before = await meter.read();
    for (let number = 0; number < payments; number++) {
      const wallet = wallets[number % wallets.length];
      if (wallet !== undefined) world.platform.add(modelOf(world.modelOf(wallet).ticker), wallet);
    }
    const all = [...world.platform.payments.values()];
    await until(() => all.every(({ status }) => status === "completed"));
    return rateOf(before, await meter.read(), payments, tickers.length);
  } finally {
    await stage.close();
    stage.program.remove();
    await database.close();
  }
}
