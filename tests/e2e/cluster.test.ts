/** A short run of several nodes on one database; `bun run test:cluster` plays long ones. */
import { expect, test } from "bun:test";
import { hasPgBouncer } from "../pgbouncer.ts";
import { runCluster } from "./cluster/cluster.ts";
import { acceleratedExecutable } from "./weeks/accelerated/executable.ts";
import { usually } from "./weeks/hazards.ts";

const TIMEOUT = 600_000;
/** Real milliseconds that the orders may take. */
const LONGEST = 15_000;

test(
  "three nodes on one database, two of them behind PgBouncer, pay everything once, while they are killed and stand still and the database crashes",
  async () => {
    const { breaches, account, counts } = await runCluster({
      executable: await acceleratedExecutable(),
      seed: 5,
      nodes: 3,
      isPooled: hasPgBouncer,
      payments: 60,
      tickers: ["ETH", "BTC", "TRON"],
      // A decision may have a payment signed anew, which here is never right.
      hazards: usually(["forgetful pools", "cancellations"]),
      longest: LONGEST,
    });
    expect(breaches, account).toEqual([]);
    expect(counts).toMatchObject({ open: 0, "signed anew": 0 });
  },
  TIMEOUT,
);
