/** A whole daemon that is halted inside of a write transaction, as by a debugger: it keeps the vault's file locked for all others. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { parseTransaction } from "viem";
import { lockHolder } from "../../../src/store/sqlite/lock-holder.ts";
import type { Run } from "../executable.ts";
import { onScene, payloadOf, type RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { ethPayment } from "./wallets.ts";

// Commands wait for the lock for 10 seconds.
setDefaultTimeout(120_000);

const PAYMENTS = 60;
/** What waits for the lock gives up after 10 seconds; the rest is for a machine that is slow. */
const BOUND = 40_000;

const isStopped = (pid: number): boolean => / \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

/** Halts a daemon while it has the lock of who writes. */
async function haltInside(daemon: RunningDaemon, { installation: { vaultPath } }: Scene): Promise<void> {
  const isWriting = (): boolean => {
    if (lockHolder(vaultPath)?.processId !== daemon.pid) return false;
    const database = new Sqlite(vaultPath);
    try {
      database.run("BEGIN IMMEDIATE");
      database.run("ROLLBACK");
      return false;
    } catch {
      return true;
    } finally {
      database.close();
    }
  };
  for (;;) {
    while (lockHolder(vaultPath)?.processId !== daemon.pid) await Bun.sleep(0);
    daemon.signal("SIGSTOP");
    await until("the daemon stands still", () => isStopped(daemon.pid));
    if (isWriting()) return;
    daemon.signal("SIGCONT");
  }
}

/** By number, the different bytes that were handed over. */
function paid({ api }: Scene): Map<number, Set<string>> {
  const payments = new Map<number, Set<string>>();
  for (const payload of api.broadcasts.map(payloadOf)) {
    const { nonce = 0 } = parseTransaction(payload as `0x${string}`);
    payments.set(nonce, (payments.get(nonce) ?? new Set()).add(payload));
  }
  return payments;
}

async function allPaidOnce(scene: Scene): Promise<void> {
  await until("all payments", () => paid(scene).size === PAYMENTS, 60_000);
  expect([...paid(scene).values()].filter((bytes) => bytes.size > 1)).toEqual([]);
}

const start = (scene: Scene): RunningDaemon =>
  scene.start(["--chain=ETH"], { env: { TATUM_KMS_LEASE: "1" } });

/** Has the daemon pay, and halts it while it does. */
async function haltWhilePaying(daemon: RunningDaemon, scene: Scene): Promise<void> {
  scene.api.pending = Array.from({ length: PAYMENTS }, (_, nonce) => ethPayment(nonce + 1));
  await until("a payment", () => scene.api.broadcasts.length > 0);
  await haltInside(daemon, scene);
}

async function startFirst(scene: Scene): Promise<RunningDaemon> {
  const first = start(scene);
  await until("a poll", () => scene.api.to("/v3/kms/pending").length > 0);
  return first;
}

describe.if(existsSync("/proc/locks"))("a daemon that is halted inside of a write", () => {
  test(
    "holds nobody up for long: everybody says which process it is, and once it goes on all is paid once",
    onScene(async (scene) => {
      const first = await startFirst(scene);
      const second = start(scene);
      await second.logged("Another daemon holds the lease since");
      await haltWhilePaying(first, scene);
      const begun = performance.now();
      const run = (...args: string[]): Promise<Run> => scene.installation.run(args, { env: scene.api.env });
      const commands = ["generatemanagedwallet ETH", "job list", "status", "health", "doctor"];
      const runs = await Promise.all(commands.map((command) => run(...command.split(" "))));
      const [change, list, status, health, doctor] = runs as [Run, Run, Run, Run, Run];
      expect(performance.now() - begun).toBeLessThan(BOUND);
      const stopped = `process ${first.pid} (tatum-kms), which is stopped`;
      const mended = `kill -CONT ${first.pid}`;
      expect(change).toMatchObject({ status: 75, stdout: "" });
      expect(JSON.parse(change.stderr)).toMatchObject({
        code: "VAULT_BUSY",
        error: expect.stringContaining(stopped),
        hint: expect.stringContaining(mended),
      });
      // What only reads goes on, unless it was halted within the commit.
      for (const { status: end, stdout, stderr } of [list, doctor].filter((one) => one.status !== 0))
        expect([end === 75 || end === 78, stdout + stderr]).toEqual([true, expect.stringContaining(stopped)]);
      expect(JSON.parse(status.stdout)).toMatchObject([
        { pid: second.pid, ready: false, reasons: [expect.stringContaining(stopped)] },
      ]);
      expect([health.status, health.stderr]).toEqual([69, expect.stringContaining(stopped)]);
      await second.logged(stopped);
      first.signal("SIGCONT");
      await allPaidOnce(scene);
    }),
  );

  test(
    "alone is named by `status` and `health`; killed, it leaves nothing behind, and another one pays the rest once",
    onScene(async (scene) => {
      const first = await startFirst(scene);
      await haltWhilePaying(first, scene);
      const runs = await Promise.all(
        ["status", "health"].map((command) => scene.installation.run([command])),
      );
      for (const { status, stderr } of runs) {
        expect(status).toBe(69);
        expect(JSON.parse(stderr)).toMatchObject({
          code: "NOT_HEALTHY",
          error: expect.stringContaining(
            `process ${first.pid} (tatum-kms), which is stopped, keeps it locked`,
          ),
          hint: expect.stringContaining(`kill -CONT ${first.pid}`),
        });
      }
      first.signal("SIGKILL");
      start(scene);
      await allPaidOnce(scene);
    }),
  );
});
