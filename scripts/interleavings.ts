/**
 * `bun run test:interleavings [--nodes=3] [--payments=2] [--crashes=2] [--takeovers=1] [--losses=1] [--cancellations=0] [--turns=5] [--states=N] [--steps-reads]
 * [--unfenced] [--commits-late]` goes through the orders of all steps of several daemons at one store: all of them, or as many states
 * as are allowed. Ends with status 1, and the steps that lead there, when a payment was made twice, sent without approval, or lost.
 */
import { parseArgs } from "node:util";
import { explore } from "../tests/interleavings/explorer.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "3" },
    payments: { type: "string", default: "2" },
    crashes: { type: "string", default: "2" },
    takeovers: { type: "string", default: "1" },
    losses: { type: "string", default: "1" },
    cancellations: { type: "string", default: "0" },
    turns: { type: "string", default: "5" },
    states: { type: "string", default: "100000" },
    "steps-reads": { type: "boolean", default: false },
    unfenced: { type: "boolean", default: false },
    "commits-late": { type: "boolean", default: false },
  },
});

const { nodes, payments, crashes, takeovers, losses, cancellations, turns, states } = values;
const scope = {
  nodes: Number(nodes),
  payments: Number(payments),
  crashes: Number(crashes),
  takeovers: Number(takeovers),
  losses: Number(losses),
  cancellations: Number(cancellations),
  turns: Number(turns),
  stepsReads: values["steps-reads"],
  isFenced: !values.unfenced,
  commitsLate: values["commits-late"],
};
/** States after which it is told how many there are. */
const TOLD_EVERY = 1000;

const start = performance.now();
const { finding, isWhole, ...counts } = await explore(scope, Number(states), (reached) => {
  if (reached % TOLD_EVERY === 0) console.error(`${reached} states`);
});
const seconds = ((performance.now() - start) / 1000).toFixed(0);
console.log(
  `${counts.states} states${isWhole ? ", all there are" : ""}, ${counts.ends} ends, ${counts.finished} with every payment made once, ${seconds} s`,
);
if (finding !== undefined) {
  console.log(`${finding.violation}:\n${finding.trace.map((step) => `  ${step}`).join("\n")}`);
  process.exit(1);
}
