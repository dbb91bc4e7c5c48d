import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable } from "../executable.ts";
import type { StandInApi } from "../stand-in-api.ts";
import { onScene, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const { pending, txid } = bitcoinPayment;

/** Broadcasts that are answered when a test says so. */
function withheldAnswer(api: StandInApi): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  api.answer = async ({ path }) => {
    if (!path.endsWith("/broadcast")) return undefined;
    await promise;
    return Response.json({ txId: txid });
  };
  return resolve;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  describe(signal, () => {
    test(
      "while it waits for the next round ends the daemon at once, with status 0",
      onScene(async ({ api, start }) => {
        const daemon = start(["--chain=BTC", "--period=600"]);
        await until("a poll", () => api.requests.length === 1);
        await Bun.sleep(200);
        const sent = performance.now();
        daemon.signal(signal);
        expect(await daemon.exited()).toBe(0);
        expect(performance.now() - sent).toBeLessThan(2000);
      }),
    );

    test(
      "while a poll hangs ends it at once, with status 0",
      onScene(async ({ api, start }) => {
        api.answer = () => new Promise(() => undefined);
        const daemon = start();
        await until("three polls", () => api.requests.length === 3);
        const sent = performance.now();
        daemon.signal(signal);
        expect(await daemon.exited()).toBe(0);
        expect(performance.now() - sent).toBeLessThan(2000);
        expect(daemon.log).not.toContain("Error received");
      }),
    );

    test(
      "while a broadcast is on its way waits for the answer and records it",
      onScene(async ({ api, runOnce, start }) => {
        api.pending = [pending];
        const answer = withheldAnswer(api);
        const daemon = start(["--chain=BTC"]);
        await until("a broadcast", () => api.broadcasts.length === 1);
        daemon.signal(signal);
        await daemon.logged(`${signal} received: finishing what is in flight.`);
        answer();
        expect(await daemon.exited()).toBe(0);
        expect(daemon.log).toContain(`Tx was processed: ${pending.id}`);
        api.requests.length = 0;
        await runOnce(["--chain=BTC"]);
        expect(api.broadcasts).toEqual([]);
      }),
    );
  });
}

describe("a signal that does not stop the daemon", () => {
  test.each(["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM"] as const)(
    "leaves a broadcast alone that is on its way, and is told: %s",
    (signal) =>
      onScene(async ({ api, start }) => {
        api.pending = [pending];
        const answer = withheldAnswer(api);
        const daemon = start(["--chain=BTC"]);
        await until("a broadcast", () => api.broadcasts.length === 1);
        daemon.signal(signal);
        await daemon.logged(`WARN: ${signal} received: `);
        answer();
        await daemon.logged(`Tx was processed: ${pending.id}`);
        expect(daemon.log).toContain("the daemon goes on.");
        daemon.signal("SIGTERM");
        expect(await daemon.exited()).toBe(0);
      })(),
  );

  test(
    "is that of a pipe that nobody reads: a log that is lost does not end the daemon",
    onScene(async ({ api, start }) => {
      start(["--chain=ETH"], {
        through: ["bash", "-c", 'exec "$@" 2> >(head -n 1 > /dev/null)', "bash"],
      });
      await until("polls beyond the end of the log", () => api.requests.length >= 5);
      api.pending = [ethPayment(1)];
      await until("a broadcast", () => api.broadcasts.length === 1);
    }),
  );
});

describe("SIGHUP", () => {
  test(
    "has the files read anew: the level of the log changes; a bad file changes nothing and ends nothing",
    onScene(async ({ installation, start }) => {
      const daemon = start(["--chain=BTC"]);
      await daemon.logged("begins its work");
      const file = join(installation.home, ".tatumrc", "config.toml");
      const write = (text: string) => writeFileSync(file, text, { mode: 0o600 });
      write('TATUM_KMS_LOG_LEVEL = "debug"\nTATUM_KMS_LEASE = 30\n');
      daemon.signal("SIGHUP");
      await daemon.logged(
        "SIGHUP received: changed: TATUM_KMS_LOG_LEVEL; only a restart takes over TATUM_KMS_LEASE; the daemon goes on.",
      );
      await daemon.logged("DEBUG: ");
      write("TATUM_KMS_LEASE = true\n");
      daemon.signal("SIGHUP");
      await daemon.logged("the settings stay as they were, the daemon goes on. TATUM_KMS_LEASE (from ");
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    }),
  );
});

describe("the end of the terminal", () => {
  /** A daemon in the foreground of a terminal, with its log in a file that outlives the terminal. */
  async function atTerminal({ api, installation }: Scene, through: string) {
    const log = join(installation.home, "log");
    const args = ["daemon", "--testnet", "--chain=BTC", "--period=0.1"];
    const child = Bun.spawn(["bash", "-c", `exec ${through} "$@" 2> log`, "bash", executable, ...args], {
      cwd: installation.home,
      env: { ...api.env, HOME: installation.home, TATUM_KMS_PASSWORD: installation.password },
      terminal: { cols: 80, rows: 30 },
    });
    const logged = (text: string): Promise<void> =>
      until(text, () => existsSync(log) && readFileSync(log, "utf8").includes(text));
    await logged("no testnet wallets");
    return { child, logged };
  }

  test(
    "stops the daemon after what is in flight, with status 0",
    onScene(async (scene) => {
      const { child, logged } = await atTerminal(scene, "");
      child.terminal?.close();
      await logged("SIGHUP received, the terminal is closed: finishing what is in flight.");
      expect(await child.exited).toBe(0);
    }),
  );

  test(
    "does not stop one that was started with nohup",
    onScene(async (scene) => {
      const { child, logged } = await atTerminal(scene, "nohup");
      child.terminal?.close();
      await logged("the daemon goes on.");
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
    }),
  );

  test(
    "is not what SIGHUP means while the terminal is there",
    onScene(async (scene) => {
      const { child, logged } = await atTerminal(scene, "");
      child.kill("SIGHUP");
      await logged("SIGHUP received: nothing changed in the settings; the daemon goes on.");
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
    }),
  );
});

describe("a signal", () => {
  test(
    "that comes again says that the end is near, and changes nothing",
    onScene(async ({ api, start }) => {
      api.pending = [pending];
      const answer = withheldAnswer(api);
      const daemon = start(["--chain=BTC"]);
      await until("a broadcast", () => api.broadcasts.length === 1);
      daemon.signal("SIGTERM");
      await daemon.logged("SIGTERM received: finishing what is in flight.");
      daemon.signal("SIGTERM");
      await daemon.logged("SIGTERM received: still finishing what is in flight, which takes at most 8 s.");
      answer();
      expect(await daemon.exited()).toBe(0);
      expect(daemon.log).toContain(`Tx was processed: ${pending.id}`);
    }),
  );

  test(
    "does not wait longer than 10 s for a broadcast that is never answered; the bytes are kept",
    onScene(async ({ api, runOnce, start }) => {
      api.pending = [pending];
      api.answer = ({ path }) => (path.endsWith("/broadcast") ? new Promise(() => undefined) : undefined);
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_HTTP_TIMEOUT: "60" } });
      await until("a broadcast", () => api.broadcasts.length === 1);
      const sent = performance.now();
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(performance.now() - sent).toBeLessThan(10_000);
      api.answer = ({ path }) => (path.endsWith("/broadcast") ? Response.json({ txId: txid }) : undefined);
      expect(await runOnce(["--chain=BTC"])).toMatchObject({ status: 0 });
      const payloads = api.broadcasts.map(({ body }) => (body as { txData: string }).txData);
      expect(payloads).toEqual([bitcoinPayment.txData, bitcoinPayment.txData]);
    }),
    25_000,
  );

  test(
    "starts nothing new: what was listed but not asked about stays for the next start",
    onScene(async ({ api, runOnce, start }) => {
      api.pending = Array.from({ length: 20 }, (_, number) => ethPayment(number + 1));
      api.fourEye = async () => {
        await Bun.sleep(300);
        return new Response("", { status: 200 });
      };
      const daemon = start(["--chain=ETH"]);
      await until("a question", () => api.to("/four-eye/").length > 0);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(api.broadcasts.length).toBeLessThanOrEqual(1);
      api.fourEye = () => new Response("", { status: 200 });
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
      expect(api.broadcasts).toHaveLength(20);
    }),
  );

  test(
    "is no fault of the four-eye server: nothing is logged about it, and no wait begins",
    onScene(async ({ api, start }) => {
      api.pending = [pending];
      api.fourEye = () => new Promise(() => undefined);
      const first = start(["--chain=BTC", "--period=30"]);
      await until("a question", () => api.to("/four-eye/").length === 1);
      first.signal("SIGTERM");
      expect(await first.exited()).toBe(0);
      expect(first.log).not.toContain("unreachable");
      api.fourEye = () => new Response("", { status: 200 });
      const started = performance.now();
      const second = start(["--chain=BTC", "--period=30"]);
      await second.logged("Tx was processed");
      expect(performance.now() - started).toBeLessThan(15_000);
    }),
  );
});
