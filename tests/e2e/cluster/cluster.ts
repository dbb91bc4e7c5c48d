/** A cluster under load: several daemons on one database and one stand-in of the API, accidents, then quiet, then the judgement. */
import { type Hazards, usually } from "../weeks/hazards.ts";
import { Stage } from "../weeks/stage.ts";
import { playOut, type WeekResult } from "../weeks/week.ts";
import { keyEnvironment } from "./api-keys.ts";
import { ClusterDatabase, type Replication, storeEnvironment } from "./database.ts";
import { Nodes } from "./nodes.ts";

/** Chains whose payments stay valid for longer than a database is away. */
export const clusterChains: readonly string[] = ["ETH", "BTC", "XRP", "XLM", "TRON"];

/** What networks do wrong beside calls that fail, and people: they cancel, hurry and decide, of decisions what is true. */
export const clusterHazards = usually(["forgetful pools", "cancellations", "decisions"]);

export interface ClusterOptions {
  readonly executable: string;
  readonly seed: number;
  readonly nodes: number;
  readonly payments: number;
  readonly tickers: readonly string[];
  readonly hazards: Hazards;
  /** Whether all nodes but the first go through PgBouncer. */
  readonly isPooled?: boolean;
  /** Whether two API keys share the wallets of each chain: the first node works with both, the others with one each. */
  readonly hasTwoKeys?: boolean;
  /** Set to have a standby take over in the middle: one that commits wait for, or one that may be behind. */
  readonly failover?: Replication | undefined;
  /** Real milliseconds for the orders. */
  readonly longest: number;
}

export async function runCluster(options: ClusterOptions): Promise<WeekResult> {
  const { executable, seed } = options;
  const database = await ClusterDatabase.open(options.failover);
  if (options.isPooled === true) await database.startPooler();
  const environment = storeEnvironment(database.newWay().access);
  const stage = await Stage.open(executable, seed, {
    ...environment,
    ...(options.hasTwoKeys === true && keyEnvironment),
  });
  try {
    return await playOut(stage, options, new Nodes(stage, database, options));
  } finally {
    await stage.close();
    stage.program.remove();
    await database.close();
  }
}
