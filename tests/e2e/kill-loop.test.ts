/** Nothing is lost and nothing is signed twice, whenever the program is killed. More rounds: `scripts/crash-test.ts`. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { runCrashTest } from "./kill-loop/crash-test.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const ROUNDS = 100;

test(`kill -9 at ${ROUNDS} random moments loses no wallet and sends no transaction with two contents`, async () => {
  const { batch, daemon, commands } = await runCrashTest(ROUNDS, Math.floor(Math.random() * 2 ** 31));
  expect(daemon.contents).toBe(1);
  // Or the moments were such that nothing was proved.
  expect(batch.acknowledged).toBeGreaterThan(100);
  expect(daemon.broadcasts).toBeGreaterThan(daemon.transactions);
  expect(commands.kills).toBeGreaterThan(5);
}, 300_000);
