/** How others see a running daemon: `health` and `status` beside the vault, and what `--listen` answers. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { onScene, type RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { ethAddress, ethPayment, ethPrivateKey, pendingId, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const LISTEN = "--listen=127.0.0.1:0";

/** The base URL that a daemon listens at. */
async function addressOf(daemon: RunningDaemon): Promise<string> {
  await daemon.logged("and the status page");
  return /(http:\/\/[\d.]+:\d+) answers/.exec(daemon.log)?.[1] ?? "";
}

async function statusCode(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.text();
  return answer.status;
}

/** Waits until an address answers with a status. */
async function answers(url: string, status: number): Promise<string> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const answer = await fetch(url);
    const text = await answer.text();
    if (answer.status === status) return text;
    await Bun.sleep(20);
  }
  throw new Error(`${url} never answered ${status}.`);
}

/** The memory that a process has now. */
function residentBytes(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** The answer to a request as it is typed. */
function raw(url: string, request: string): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(request));
    socket.on("data", (bytes: Buffer) => {
      answer += bytes.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.setTimeout(5000, () => socket.destroy());
  });
}

const withoutPassword = { env: { TATUM_KMS_PASSWORD: "" } };

async function healthOf({ installation }: Scene, ...args: string[]) {
  return installation.run(["health", ...args], withoutPassword);
}

async function healthy(scene: Scene): Promise<void> {
  const end = performance.now() + 20_000;
  while ((await healthOf(scene)).status !== 0) {
    if (performance.now() > end) throw new Error("The daemon never got ready.");
  }
}

describe("health", () => {
  test(
    "is 0 only while a daemon of the vault is ready, and asks nobody for a password",
    onScene(async (scene) => {
      const { api, start, installation } = scene;
      expect(await healthOf(scene)).toMatchObject({ status: 69, stdout: "" });
      const daemon = start(["--chain=ETH"]);
      await healthy(scene);
      const { stdout } = await healthOf(scene);
      expect(JSON.parse(stdout)).toMatchObject({
        healthy: true,
        ready: true,
        version,
        wallets: 1,
        chains: 1,
      });
      expect(lstatSync(`${installation.vaultPath}.sock`).mode & 0o777).toBe(0o600);
      api.answer = () => new Response("", { status: 500 });
      let last = await healthOf(scene);
      const end = performance.now() + 20_000;
      while (last.status === 0 && performance.now() < end) last = await healthOf(scene);
      expect(JSON.parse(last.stderr)).toMatchObject({
        code: "NOT_HEALTHY",
        error: "The daemon is not ready: the API answered no poll for 5 s.",
      });
      expect((await healthOf(scene, "--live")).status).toBe(0);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect((await healthOf(scene)).status).toBe(69);
      expect((await healthOf(scene, "--live")).status).toBe(69);
    }),
  );

  test(
    "is not 0 after the daemon was killed, though its socket is still there",
    onScene(async (scene) => {
      const daemon = scene.start(["--chain=ETH"]);
      await healthy(scene);
      await daemon.kill();
      expect(lstatSync(`${scene.installation.vaultPath}.sock`).isSocket()).toBe(true);
      expect((await healthOf(scene)).status).toBe(69);
      scene.start(["--chain=ETH"]);
      await healthy(scene);
    }),
  );
});

describe("status", () => {
  test(
    "tells of chains, jobs and what waits, in JSON through a pipe, without secrets",
    onScene(async (scene) => {
      const { api, start, installation } = scene;
      api.pending = [ethPayment(1)];
      api.fourEye = () => new Response("", { status: 403 });
      const daemon = start(["--chain=ETH"]);
      await daemon.logged("was refused");
      await healthy(scene);
      const { stdout, status } = await installation.run(["status"], withoutPassword);
      expect(status).toBe(0);
      const [shown] = JSON.parse(stdout) as [Record<string, unknown>];
      expect(shown).toMatchObject({
        version,
        network: "mainnet",
        ready: true,
        chains: [{ chain: "ETH", wallets: 1, lease: "held", done: 0 }],
        jobs: { denied: 1 },
        queue: { jobs: 1 },
        waiting: [
          { id: pendingId(1), chain: "ETH", state: "denied", problem: expect.stringContaining("403") },
        ],
        parked: [],
        host: hostname(),
      });
      expect(shown).not.toHaveProperty("backedUpAt");
      expect((await installation.run(["vault", "backup", "copy.dat"])).status).toBe(0);
      const { backedUpAt } = JSON.parse((await installation.run(["vault", "status"])).stdout) as {
        backedUpAt: string;
      };
      // A status is told again for half a second.
      while (!(await installation.run(["status"], withoutPassword)).stdout.includes(backedUpAt))
        await Bun.sleep(50);
      for (const secret of [installation.password, ethPrivateKey.slice(2), ethAddress, walletIds.eth])
        expect(stdout.toLowerCase()).not.toContain(secret.toLowerCase());
    }),
  );
});

describe("--listen", () => {
  test(
    "answers probes and Prometheus at loopback, and refuses what a browser could be made to send",
    onScene(async ({ api, start }) => {
      const daemon = start(["--chain=ETH", LISTEN]);
      const url = await addressOf(daemon);
      expect(await statusCode(`${url}/livez`)).toBe(200);
      expect(await answers(`${url}/readyz`, 200)).toBe("ready: 1 wallets on 1 chains\n");
      expect(await statusCode(`${url}/readyz?wallets=1`)).toBe(200);
      for (const wallets of ["0", "2", "-1", "all", ""])
        expect(await statusCode(`${url}/readyz?wallets=${wallets}`)).toBe(503);
      expect(await statusCode(`${url}/elsewhere`)).toBe(404);

      const page = await fetch(`${url}/`);
      expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'");
      expect(await page.text()).toContain("<title>tatum-kms</title>");
      const gone = new AbortController();
      const events = await fetch(`${url}/events`, { signal: gone.signal });
      const first = await events.body?.getReader().read();
      expect(new TextDecoder().decode(first?.value)).toStartWith('data: {"version":');
      gone.abort();
      const metrics = await fetch(`${url}/metrics`);
      expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await metrics.text();
      expect(text).toContain('tatum_kms_polls_total{chain="ETH",outcome="success"}');
      expect(text).toMatch(/^tatum_kms_poll_duration_seconds_count\{chain="ETH"\} [1-9]/m);

      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
        expect((await fetch(`${url}/livez`, { method })).status).toBe(405);
      const head = await fetch(`${url}/livez`, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      const rebound = await fetch(`${url}/livez`, { headers: { host: "attacker.example" } });
      expect(rebound.status).toBe(421);
      const ofSite = await fetch(`${url}/livez`, { headers: { "sec-fetch-site": "cross-site" } });
      expect(ofSite.status).toBe(403);
      expect(await raw(url, "GET /livez HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")).toContain(
        " 421 ",
      );
      expect(
        await raw(url, `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(100_000)}\r\n\r\n`),
      ).not.toContain(" 200 ");
      expect(await raw(url, "\0\0\0 nonsense\r\n\r\n")).not.toContain(" 200 ");
      expect(await statusCode(`${url}/livez`)).toBe(200);

      api.answer = () => new Response("", { status: 500 });
      expect(await answers(`${url}/readyz`, 503)).toBe("not ready: the API answered no poll for 5 s\n");
      expect(await statusCode(`${url}/livez`)).toBe(200);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    }),
  );

  test(
    "answers beside a thousand connections that say nothing or do not end, and holds neither them nor memory for them",
    onScene(async ({ start }) => {
      const daemon = start(["--chain=ETH", LISTEN]);
      const url = await addressOf(daemon);
      await answers(`${url}/readyz`, 200);
      const held = () => readdirSync(`/proc/${daemon.pid}/fd`).length;
      const [before, memory] = [held(), residentBytes(daemon.pid)];
      const words = ["", "GET /livez HTTP/1.1\r\nHo", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(6000)}`];
      const crowd = await Promise.all(
        Array.from({ length: 1000 }, (_, at) => {
          const { promise, resolve } = Promise.withResolvers<Socket>();
          const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
            socket.write(words[at % words.length] ?? "");
            resolve(socket);
          });
          socket.on("error", () => resolve(socket));
          return promise;
        }),
      );
      expect(await statusCode(`${url}/livez`)).toBe(200);
      await until("most of them to be closed", () => held() <= before + 70);
      expect(await statusCode(`${url}/livez`)).toBe(200);
      expect(residentBytes(daemon.pid) - memory).toBeLessThan(64 * 1024 * 1024);
      for (const socket of crowd) socket.destroy();
    }),
  );

  test(
    "lives but is not ready before the vault is unlocked",
    onScene(async ({ start, installation }) => {
      const fifo = join(installation.home, "never");
      Bun.spawnSync(["mkfifo", "-m", "600", fifo]);
      const command = JSON.stringify(["cat", fifo]);
      const env = { TATUM_KMS_PASSWORD: "", TATUM_KMS_PASSWORD_COMMAND: command };
      const url = await addressOf(start([LISTEN], { env }));
      expect(await statusCode(`${url}/livez`)).toBe(200);
      const answer = await fetch(`${url}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain("not unlocked yet");
      expect(await statusCode(`${url}/metrics`)).toBe(503);
    }),
  );

  test(
    "may be a Unix socket, and a variable names it as well",
    onScene(async ({ start, installation }) => {
      const path = join(installation.home, "listen.sock");
      const daemon = start(["--chain=ETH"], { env: { TATUM_KMS_LISTEN: `unix:${path}` } });
      await daemon.logged(`unix:${path} answers`);
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
      const answer = await fetch("http://kms/livez", { unix: path });
      expect(answer.status).toBe(200);
    }),
  );

  test(
    "warns when other machines reach it",
    onScene(async ({ start }) => {
      const daemon = start(["--chain=ETH", "--listen=0.0.0.0:0"]);
      await daemon.logged("also to other machines");
    }),
  );

  test(
    "is refused where nothing can be listened at, before the password is asked for",
    onScene(async ({ start, runOnce }) => {
      expect(await runOnce(["--listen=everywhere"])).toMatchObject({ status: 64 });
      const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      const daemon = start([`--listen=127.0.0.1:${taken.port}`]);
      expect(await daemon.exited()).toBe(78);
      expect(daemon.log).toContain(`It cannot be listened at 127.0.0.1:${taken.port}: EADDRINUSE.`);
      taken.stop(true);
    }),
  );
});
