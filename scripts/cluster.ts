/**
 * `bun run test:cluster [--payments=10000] [--nodes=2,3,5] [--chains=ETH,BTC,...] [--seed=N]
 * [--failover=sync|async] [--pooled] [--two-keys]`: several daemons on one database
 * under one stand-in of the API, of which nodes are killed and stand still for longer than their lease, connections are cut, the
 * database crashes or is taken over by its standby in the middle, calls fail, payments are cancelled, hurried and decided about; an independent ledger judges what landed. With `--two-keys` two API keys share the wallets of each chain, and each call has to come with the right one. The payments are shared between clusters of so many
 * nodes. Ends with status 1 when the promise was broken.
 *
 * `--rate=50` measures instead how many payments a second so many nodes carry out, which share the chains, when nothing goes wrong
 * and each call takes so many milliseconds, and what a payment takes of the API, the database and the processors.
 */
import { parseArgs } from "node:util";
import { clusterChains, clusterHazards, runCluster } from "../tests/e2e/cluster/cluster.ts";
import { measureRate } from "../tests/e2e/cluster/rate.ts";
import { acceleratedExecutable } from "../tests/e2e/weeks/accelerated/executable.ts";
import { readTickers } from "../tests/e2e/weeks/week.ts";

/** Real milliseconds that the orders of a cluster may take. */
const LONGEST = 60 * 60_000;

const { values } = parseArgs({
  options: {
    payments: { type: "string", default: "10000" },
    nodes: { type: "string", default: "2,3,5" },
    chains: { type: "string", default: clusterChains.join(",") },
    failover: { type: "string" },
    rate: { type: "string" },
    "two-keys": { type: "boolean", default: false },
    pooled: { type: "boolean", default: false },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});

const replications = ["sync", "async"] as const;
const failover = replications.find((name) => name === values.failover);
if (failover === undefined && values.failover !== undefined) {
  console.error(`There is no replication ${values.failover}; there are ${replications.join(", ")}.`);
  process.exit(64);
}
const sizes = values.nodes.split(",").map(Number);
const executable = await acceleratedExecutable();

async function printRates(delay: number): Promise<never> {
  const [tickers, payments] = [readTickers(values.chains), Number(values.payments)];
  for (const nodes of sizes) {
    const rate = await measureRate({ executable, nodes, payments, tickers, delay });
    const figures = Object.entries(rate).map(([name, figure]) => `${name} ${figure.toFixed(1)}`);
    console.log(`${nodes} nodes, ${delay} ms a call: ${figures.join(", ")}.`);
  }
  process.exit(0);
}

if (values.rate !== undefined) await printRates(Number(values.rate));
let isSound = true;
for (const nodes of sizes) {
  const start = performance.now();
  const { breaches, account, counts } = await runCluster({
    executable,
    seed: Number(values.seed),
    nodes,
    payments: Math.ceil(Number(values.payments) / sizes.length),
    tickers: readTickers(values.chains),
    hazards: clusterHazards,
    longest: LONGEST,
    failover,
    isPooled: values.pooled,
    hasTwoKeys: values["two-keys"],
  });
  const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${nodes} nodes, seed ${values.seed}: ${breaches.length} breaches; ${figures.join(", ")}; ${seconds} s.`,
  );
  if (breaches.length > 0) console.log(account);
  isSound &&= breaches.length === 0;
}
process.exit(isSound ? 0 : 1);
