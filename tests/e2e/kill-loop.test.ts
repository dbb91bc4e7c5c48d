/**
 * Nothing is lost and nothing is signed twice, whenever the program is killed, and whenever an older copy of the vault is put in
 * its place. More rounds: `scripts/crash-test.ts`, `scripts/rollback-test.ts`.
 */
import { expect, setDefaultTimeout, test } from "bun:test";
import { Random } from "../random.ts";
import { runCrashTest } from "./kill-loop/crash-test.ts";
import { allWays, runRollbackRounds } from "./kill-loop/rollback-rounds.ts";

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

test("an older copy in the vault's place is told in each way, and nothing that is listed again is paid again", async () => {
  const random = new Random(Math.floor(Math.random() * 2 ** 31));
  const { rounds, payments, double } = await runRollbackRounds(allWays.length, random);
  expect(Object.values(rounds)).toEqual(allWays.map(() => 1));
  expect(payments).toBeGreaterThan(allWays.length);
  expect(double).toBe(0);
}, 300_000);
