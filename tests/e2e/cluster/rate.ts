/** How many payments a second a cluster carries out when nothing goes wrong and each call takes its time. */
import { modelOf } from "../weeks/chains/index.ts";
import { Stage } from "../weeks/stage.ts";
import { ClusterDatabase, storeEnvironment } from "./database.ts";

const WALLETS_OF_A_CHAIN = 8;
/** Real milliseconds between looks, and until a cluster is given up. */
const LOOK_AGAIN = 20;
const LONGEST = 300_000;

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

/** @returns payments a second */
export async function measureRate({
  executable,
  nodes,
  payments,
  tickers,
  delay,
}: RateOptions): Promise<number> {
  const database = await ClusterDatabase.open();
  const stage = await Stage.open(executable, 1, storeEnvironment(database.newWay().access));
  try {
    const { world, program } = stage;
    const wallets = await stage.wallets(tickers, WALLETS_OF_A_CHAIN);
    const polled = new Set<string | undefined>();
    world.onCall = ({ kind, ticker }) => kind === "list" && polled.add(ticker);
    world.fault = () => ({ act: "now", delay });
    for (let node = 0; node < nodes; node++) {
      const own = tickers.filter((_, number) => number % nodes === node);
      program.startDaemon(own, [], storeEnvironment(database.newWay().access));
    }
    await until(() => polled.size === tickers.length);
    const start = performance.now();
    for (let number = 0; number < payments; number++) {
      const wallet = wallets[number % wallets.length];
      if (wallet !== undefined) world.platform.add(modelOf(world.modelOf(wallet).ticker), wallet);
    }
    const all = [...world.platform.payments.values()];
    await until(() => all.every(({ status }) => status === "completed"));
    return (1000 * payments) / (performance.now() - start);
  } finally {
    await stage.close();
    stage.program.remove();
    await database.close();
  }
}
