/** Runs command lines one after another from the sources, with a clock by which whatever tells progress takes long. */
import { runCommandLine } from "../../../src/cli/run.ts";

/** Milliseconds between two looks at the clock. */
const STEP = 4_000;
const now = performance.now.bind(performance);
let looks = 0;
performance.now = () => {
  const isProgress = new Error("who looks").stack?.includes("terminal/progress.ts") === true;
  return isProgress ? STEP * looks++ : now();
};

for (const line of process.argv.slice(2)) {
  process.stderr.write(`$ ${line}\n`);
  const status = await runCommandLine(line.split(" "));
  if (status !== 0) process.exit(status);
}
process.exit(0);
