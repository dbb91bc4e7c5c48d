/** Daemons that share a vault take turns: one works, the others stand by. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { parseTransaction } from "viem";
import { onScene, payloadOf, type RunningDaemon, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethPayment, ethPaymentWithoutNonce, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const PAYMENTS = 12;
const { pending, txData } = bitcoinPayment;

function nonceOf(payload: string): number | undefined {
  return parseTransaction(payload as `0x${string}`).nonce;
}

/** A daemon that the stand-in of the API can tell from others by its API key. */
function startAs(name: string, { start }: Scene, lease = "1", args = ["--chain=BTC"]): RunningDaemon {
  return start(args, { env: { TATUM_API_KEY: name, TATUM_KMS_LEASE: lease } });
}

/** How many requests came from a daemon. */
function requestsOf(name: string, { api }: Scene): number {
  return api.requests.filter(({ headers }) => headers["x-api-key"] === name).length;
}

const STANDING_BY = "Another daemon holds the lease since";

/** A daemon at work, and a second one that stands by. */
async function pair(scene: Scene, lease?: string): Promise<readonly [RunningDaemon, RunningDaemon]> {
  const first = startAs("first", scene, lease);
  await until("a poll of the first", () => requestsOf("first", scene) > 0);
  const second = startAs("second", scene, lease);
  await second.logged(STANDING_BY);
  return [first, second];
}

/** Stops a process, but not within a database transaction, nor one that reads: nobody else could write. */
async function stop(daemon: RunningDaemon, { installation }: Scene): Promise<void> {
  for (;;) {
    daemon.signal("SIGSTOP");
    await Bun.sleep(50);
    const database = new Sqlite(installation.vaultPath);
    try {
      database.run("BEGIN EXCLUSIVE");
      database.run("ROLLBACK");
      return;
    } catch {
      daemon.signal("SIGCONT");
      await Bun.sleep(20);
    } finally {
      database.close();
    }
  }
}

describe("a second daemon on a vault", () => {
  test(
    "stands by: it says so once and asks the API nothing",
    onScene(async (scene) => {
      const [first, second] = await pair(scene);
      const before = requestsOf("first", scene);
      await until("20 more polls", () => requestsOf("first", scene) > before + 20);
      expect(requestsOf("second", scene)).toBe(0);
      expect(second.log.split(STANDING_BY)).toHaveLength(2);
      expect(first.log).not.toContain(STANDING_BY);
    }),
  );

  test(
    "is shown by `nodes` beside the one that works, with what it stands by for",
    onScene(async (scene) => {
      const [first, second] = await pair(scene, "600");
      const { stdout } = await scene.installation.run(["nodes"]);
      const common = { network: "mainnet", since: expect.any(String), lastRenewal: expect.any(String) };
      const lease = { network: "mainnet", chain: "BTC", epoch: 1, since: expect.any(String) };
      expect(JSON.parse(stdout)).toMatchObject([
        { ...common, pid: first.pid, state: "active", leases: [lease], standsBy: [] },
        { ...common, pid: second.pid, state: "standby", leases: [], standsBy: ["BTC"] },
      ]);
      await second.kill();
      first.signal("SIGSTOP");
      const still = JSON.parse((await scene.installation.run(["nodes"])).stdout);
      expect(still).toEqual([{ state: "unknown", leases: [lease], standsBy: [] }]);
      await first.kill();
      const dead = JSON.parse((await scene.installation.run(["nodes"])).stdout);
      expect(dead).toEqual([{ state: "silent", leases: [lease], standsBy: [] }]);
    }),
  );

  test(
    "takes over at once when the first is stopped",
    onScene(async (scene) => {
      const [first, second] = await pair(scene, "600");
      first.signal("SIGTERM");
      expect(await first.exited()).toBe(0);
      await until("a poll of the second", () => requestsOf("second", scene) > 0, 3000);
      expect(second.log).toContain("takes over");
    }),
  );

  test(
    "takes over after the first was killed, and sends what it had signed with the same bytes",
    onScene(async (scene) => {
      const { api } = scene;
      api.answer = ({ path, headers }) =>
        path.endsWith("/broadcast") && headers["x-api-key"] === "first"
          ? new Promise(() => undefined)
          : undefined;
      const [first, second] = await pair(scene);
      api.pending = [pending];
      await until("a broadcast of the first", () => api.broadcasts.length === 1);
      await first.kill();
      await second.logged(`Tx was processed: ${pending.id}`);
      expect(api.broadcasts.map(payloadOf)).toEqual([txData, txData]);
      expect(api.to("/four-eye/")).toHaveLength(1);
    }),
  );

  test(
    "takes over at once after the first was killed, because it sees that it is dead",
    onScene(async (scene) => {
      const [first, second] = await pair(scene, "600");
      await first.kill();
      await until("a poll of the second", () => requestsOf("second", scene) > 0, 3000);
      expect(second.log).toContain("takes over");
    }),
  );

  test(
    "can be stopped while it stands by",
    onScene(async (scene) => {
      const [, second] = await pair(scene);
      second.signal("SIGTERM");
      expect(await second.exited()).toBe(0);
    }),
  );
});

describe("a daemon that stood still for longer than its lease", () => {
  test(
    "signs and sends nothing when it goes on, and stands by",
    onScene(async (scene) => {
      const { api } = scene;
      let approve: (() => void) | undefined;
      api.fourEye = () => {
        if (approve !== undefined) return new Response("");
        return new Promise<Response>((answer) => {
          approve = () => answer(new Response(""));
        });
      };
      const [first, second] = await pair(scene);
      api.pending = [pending];
      await until("a question of the first", () => approve !== undefined);
      await stop(first, scene);
      await second.logged(`Tx was processed: ${pending.id}`);
      approve?.();
      const polls = requestsOf("first", scene);
      first.signal("SIGCONT");
      await first.logged(STANDING_BY);
      expect(first.log).toContain("Another daemon took the lease over");
      expect(first.log).not.toContain("Tx was processed");
      expect(api.broadcasts.map(payloadOf)).toEqual([txData]);
      expect(requestsOf("first", scene)).toBeLessThanOrEqual(polls + 2);
      expect(api.reported).toEqual([]);
    }),
  );

  test(
    "changes nothing about a transaction that was on its way when it stopped",
    onScene(async (scene) => {
      const { api } = scene;
      let release: (() => void) | undefined;
      api.answer = ({ path, headers }) => {
        if (!path.endsWith("/broadcast") || headers["x-api-key"] !== "first") return undefined;
        return new Promise((answer) => {
          release = () => answer(new Response("", { status: 500 }));
        });
      };
      const [first, second] = await pair(scene);
      api.pending = [pending];
      await until("a broadcast of the first", () => release !== undefined);
      await stop(first, scene);
      await second.logged(`Tx was processed: ${pending.id}`);
      release?.();
      first.signal("SIGCONT");
      await first.logged(STANDING_BY);
      expect(api.broadcasts.map(payloadOf)).toEqual([txData, txData]);
      const { stdout } = await scene.installation.run(["job", "show", pending.id]);
      expect(JSON.parse(stdout)).toMatchObject({ state: "done" });
    }),
  );
});

describe("beside a running daemon", () => {
  test(
    "a single run is refused",
    onScene(async (scene) => {
      startAs("first", scene);
      await until("a poll", () => requestsOf("first", scene) > 0);
      const { status, stderr } = await scene.runOnce(["--chain=BTC"]);
      expect(status).toBe(75);
      expect(stderr).toContain('"code":"VAULT_BUSY"');
    }),
  );

  test(
    "commands work: wallets are made, jobs are listed and tried again",
    onScene(async (scene) => {
      const { api, installation } = scene;
      api.pending = [pending];
      api.fourEye = () => new Response("", { status: 404 });
      startAs("first", scene);
      await until("a question", () => api.to("/four-eye/").length > 0);
      expect(await installation.run(["generatemanagedwallet", "ETH"])).toMatchObject({ status: 0 });
      const { stdout } = await installation.run(["job", "list"]);
      expect(JSON.parse(stdout)).toMatchObject([{ id: pending.id }]);
      expect(await installation.run(["job", "retry", pending.id])).toMatchObject({ status: 0 });
    }),
  );
});

test(
  "two daemons that start at the same time send each transaction once and use no nonce twice",
  onScene(async (scene) => {
    const { api } = scene;
    api.pending = Array.from({ length: PAYMENTS }, (_, at) => ethPaymentWithoutNonce(at + 1));
    api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(3) : undefined);
    const daemons = ["first", "second"].map((name) => startAs(name, scene, "1", ["--chain=ETH"]));
    await until("all payments sent", () => api.broadcasts.length >= PAYMENTS, 30_000);
    for (const daemon of daemons) {
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    }
    const payloads = api.broadcasts.map(payloadOf);
    expect(payloads).toHaveLength(PAYMENTS);
    expect(new Set(payloads.map(nonceOf)).size).toBe(PAYMENTS);
  }),
);

describe("daemons for different work on one vault", () => {
  test(
    "one for each of two chains: both work, and neither stands by",
    onScene(async (scene) => {
      const { api } = scene;
      api.pending = [pending, ethPayment(1)];
      const bitcoin = startAs("bitcoin", scene, "600", ["--chain=BTC"]);
      const ether = startAs("ether", scene, "600", ["--chain=ETH"]);
      await Promise.all([
        bitcoin.logged(`Tx was processed: ${pending.id}`),
        ether.logged(`Tx was processed: ${ethPayment(1).id}`),
      ]);
      const polls = [requestsOf("bitcoin", scene), requestsOf("ether", scene)] as const;
      await until("polls of both", () =>
        ["bitcoin", "ether"].every((name, at) => requestsOf(name, scene) > (polls[at] ?? 0) + 5),
      );
      expect(bitcoin.log + ether.log).not.toContain(STANDING_BY);
      expect(api.broadcasts.map(({ path }) => path).sort()).toEqual([
        "/v3/bitcoin/broadcast",
        "/v3/ethereum/broadcast",
      ]);
    }),
  );

  test(
    "one for each network: both work, and neither stands by",
    onScene(async (scene) => {
      const { api } = scene;
      const names = { mainnet: ethPayment(1), testnet: ethPayment(2, { chainId: 11155111 }) };
      const onTestnet = { ...names.testnet, hashes: [walletIds.ethTestnet] };
      api.answer = ({ path, headers }) => {
        if (!path.startsWith("/v3/kms/pending/")) return undefined;
        return Response.json([headers["x-api-key"] === "testnet" ? onTestnet : names.mainnet]);
      };
      const mainnet = startAs("mainnet", scene, "600", ["--chain=ETH"]);
      const testnet = startAs("testnet", scene, "600", ["--chain=ETH", "--testnet"]);
      await Promise.all([
        mainnet.logged(`Tx was processed: ${names.mainnet.id}`),
        testnet.logged(`Tx was processed: ${onTestnet.id}`),
      ]);
      expect(mainnet.log + testnet.log).not.toContain(STANDING_BY);
      expect(api.broadcasts).toHaveLength(2);
    }),
  );

  test(
    "one for a chain and one for that chain and another: the second stands by at the first chain only",
    onScene(async (scene) => {
      const { api } = scene;
      const bitcoin = startAs("bitcoin", scene, "600", ["--chain=BTC"]);
      await until("a poll", () => requestsOf("bitcoin", scene) > 0);
      const both = startAs("both", scene, "600", ["--chain=BTC,ETH"]);
      await both.logged(STANDING_BY);
      api.pending = [pending, ethPayment(1)];
      await both.logged(`Tx was processed: ${ethPayment(1).id}`);
      await bitcoin.logged(`Tx was processed: ${pending.id}`);
      expect(both.log).not.toContain(`Tx was processed: ${pending.id}`);
      bitcoin.signal("SIGTERM");
      expect(await bitcoin.exited()).toBe(0);
      await until("polls of the free chain by the second", () =>
        api.to("/v3/kms/pending/BTC").some(({ headers }) => headers["x-api-key"] === "both"),
      );
      expect(api.broadcasts).toHaveLength(2);
    }),
  );
});
