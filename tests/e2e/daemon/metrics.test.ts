/** The metrics file of a running daemon, for the textfile collector of node_exporter. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../src/version.ts";
import { Collector } from "../../src/operations/collector.ts";
import { onScene, type Scene, until } from "./running-daemon.ts";
import { bitcoinPayment, ethAddress, ethPaymentWithoutNonce, ethPrivateKey, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const API_KEY = "t-canary-metrics-8f2c";
const payment = ethPaymentWithoutNonce(1);

function fileOf({ installation }: Scene): string {
  return join(installation.home, "kms.prom");
}

function envOf(scene: Scene): Record<string, string> {
  return { TATUM_KMS_METRICS_FILE: fileOf(scene), TATUM_API_KEY: API_KEY };
}

/** The number of a sample, which every one of these names by all its labels. */
function sample(text: string, name: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`tatum_kms_${name} `));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ") + 1));
}

const labelled = (name: string, labels: string): string => `${name}{${labels},daemon="kms"}`;
const LEASE_HELD = 'lease_held{daemon="kms"}';

/** A job whose bytes the node refused so often that it waits for a person. */
async function parkJob(scene: Scene, env: Record<string, string> = {}): Promise<void> {
  const { api, runOnce } = scene;
  api.pending = [payment];
  api.answer = ({ path }) => {
    if (path === `/v3/kms/${payment.id}`)
      return Response.json({ errorCode: "kms.missing", message: "No such" }, { status: 403 });
    if (path.endsWith("/broadcast")) return new Response("", { status: 500 });
    return path.includes("/transaction/count/") ? Response.json(3) : undefined;
  };
  await runOnce(["--chain=ETH"], { env });
  api.pending = [];
  await runOnce(["--chain=ETH"], { env });
}

describe("after a single run", () => {
  test(
    "tell how many jobs wait for a person, what the polls gave, and nothing secret",
    onScene(async (scene) => {
      await parkJob(scene, envOf(scene));
      const text = readFileSync(fileOf(scene), "utf8");
      expect(sample(text, labelled("jobs", 'state="parked"'))).toBe(1);
      expect(sample(text, labelled("jobs", 'state="done"'))).toBe(0);
      expect(sample(text, labelled("polls_total", 'chain="ETH",outcome="success"'))).toBe(1);
      expect(sample(text, labelled("transactions_total", 'chain="ETH",outcome="parked"'))).toBe(1);
      expect(sample(text, LEASE_HELD)).toBe(0);
      expect(sample(text, labelled("build_info", `version="${version}"`))).toBe(1);
      const polledAt = sample(text, labelled("last_poll_success_timestamp_seconds", 'chain="ETH"'));
      const startedAt = sample(text, 'process_start_time_seconds{daemon="kms"}');
      const now = Date.now() / 1000;
      expect(polledAt).toBeWithin(now - 60, now + 1);
      expect(startedAt).toBeWithin(now - 60, (polledAt as number) + 1);

      const { installation, api } = scene;
      const job = JSON.parse((await installation.run(["job", "show", payment.id])).stdout) as {
        readonly transactionId: string;
      };
      const secrets = [
        API_KEY,
        installation.password,
        ethPrivateKey.slice(2),
        ethAddress.slice(2),
        walletIds.eth,
        payment.id,
        job.transactionId,
        "http",
        new URL(api.url).host,
        installation.home,
      ];
      for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    }),
  );

  test(
    "count a poll that failed, and tell that none succeeded",
    onScene(async (scene) => {
      scene.api.answer = () => new Response("", { status: 500 });
      const env = { ...envOf(scene), TATUM_RETRIES: "0" };
      expect(await scene.runOnce(["--chain=BTC"], { env })).toMatchObject({ status: 75 });
      const text = readFileSync(fileOf(scene), "utf8");
      expect(sample(text, labelled("polls_total", 'chain="BTC",outcome="failure"'))).toBe(1);
      expect(sample(text, labelled("polls_total", 'chain="BTC",outcome="success"'))).toBe(0);
      expect(sample(text, labelled("last_poll_success_timestamp_seconds", 'chain="BTC"'))).toBe(0);
    }),
  );

  test(
    "are not written by a dry run",
    onScene(async (scene) => {
      expect(await scene.runOnce(["--dry-run"], { env: envOf(scene) })).toMatchObject({ status: 0 });
      expect(existsSync(fileOf(scene))).toBe(false);
    }),
  );
});

describe("of a daemon", () => {
  test(
    "are there from its start, and written again when it ends",
    onScene(async (scene) => {
      await parkJob(scene);
      const daemon = scene.start(["--chain=ETH"], { env: envOf(scene) });
      await until("the file", () => existsSync(fileOf(scene)));
      expect(statSync(fileOf(scene)).mode & 0o777).toBe(0o644);
      expect(sample(readFileSync(fileOf(scene), "utf8"), labelled("jobs", 'state="parked"'))).toBe(1);
      const polls = (): number => scene.api.to("/v3/kms/pending/").length;
      const before = polls();
      await until("more polls", () => polls() > before + 3);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      const text = readFileSync(fileOf(scene), "utf8");
      expect(sample(text, labelled("polls_total", 'chain="ETH",outcome="success"'))).toBeGreaterThan(2);
      expect(sample(text, LEASE_HELD)).toBe(0);
    }),
  );

  test(
    "are written every 15 seconds, and tell who holds the lease and who stands by",
    onScene(async (scene) => {
      scene.start(["--chain=BTC"], { env: envOf(scene) });
      await until("a poll", () => scene.api.requests.length > 0);
      const standbyFile = join(scene.installation.home, "standby.prom");
      const standby = scene.start(["--chain=BTC"], { env: { TATUM_KMS_METRICS_FILE: standbyFile } });
      await standby.logged("standing by");
      const held = (): number | undefined => sample(readFileSync(fileOf(scene), "utf8"), LEASE_HELD);
      await until("the lease in the file", () => held() === 1, 20_000);
      expect(sample(readFileSync(standbyFile, "utf8"), 'lease_held{daemon="standby"}')).toBe(0);
      const text = readFileSync(fileOf(scene), "utf8");
      expect(sample(text, labelled("polls_total", 'chain="BTC",outcome="success"'))).toBeGreaterThan(1);
    }),
  );

  // Only Linux has a folder in which nobody can make a file, not even root.
  test.skipIf(process.platform !== "linux")(
    "that cannot be written are told once and do not keep it from signing",
    onScene(async ({ api, start }) => {
      api.pending = [bitcoinPayment.pending];
      const daemon = start(["--chain=BTC"], { env: { TATUM_KMS_METRICS_FILE: "/proc/kms.prom" } });
      await daemon.logged(`Tx was processed: ${bitcoinPayment.pending.id}`);
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
      expect(daemon.log.split("The metrics file /proc/kms.prom cannot be written")).toHaveLength(2);
    }),
  );
});

describe("TATUM_KMS_METRICS_FILE", () => {
  for (const value of ["kms.prom", "/nowhere/kms.prom", "/tmp/kms.txt"]) {
    test(
      `is refused when it is ${value}`,
      onScene(async ({ runOnce }) => {
        const run = await runOnce([], { env: { TATUM_KMS_METRICS_FILE: value } });
        expect(run).toMatchObject({ status: 78, stderr: expect.stringContaining("TATUM_KMS_METRICS_FILE") });
      }),
    );
  }
});

describe("a collector of OpenTelemetry", () => {
  /** A payment, and a collector that is gone with the scene. */
  const onCollector = (work: (scene: Scene, collector: Collector) => Promise<void>) =>
    onScene(async (scene) => {
      const collector = new Collector();
      scene.api.pending = [bitcoinPayment.pending];
      try {
        await work(scene, collector);
      } finally {
        await collector.close();
      }
    });
  const paid = {
    status: 0,
    stderr: expect.stringContaining(`Tx was processed: ${bitcoinPayment.pending.id}`),
  };

  test(
    "gets the trace of a payment and the numbers, by either variable, and nothing secret",
    onCollector(async ({ runOnce }, collector) => {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.href };
      expect(await runOnce(["--chain=BTC"], { env })).toMatchObject(paid);
      expect(collector.problems).toEqual([]);
      const names = collector.spans.map(({ name }) => name);
      expect(names).toEqual(["transaction", "poll", "approval", "signing", "record", "broadcast"]);
      const series = collector.metrics.map(({ name }) => name);
      expect(series).toContain("tatum_kms_transactions_total");
      for (const secret of [walletIds.btc, bitcoinPayment.txid, bitcoinPayment.pending.id])
        expect(collector.text).not.toContain(secret);
    }),
  );

  test(
    "is sent the headers of its own variable and of no other, which are told nowhere",
    onCollector(async ({ runOnce }, collector) => {
      const secret = "c0llector-key";
      const standard = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.href,
        OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${secret}`,
      };
      const taken = await runOnce(["--chain=BTC", "--log-level=debug"], { env: standard });
      expect(collector.headers.get("authorization")).toBe(`Bearer ${secret}`);
      const elsewhere = { ...standard, TATUM_KMS_OTLP_ENDPOINT: collector.url.href };
      const without = await runOnce(["--chain=BTC"], { env: elsewhere });
      expect(collector.headers.get("authorization")).toBeNull();
      expect(without.stderr).toContain("OTEL_EXPORTER_OTLP_HEADERS do not go to the collector");
      const own = { ...elsewhere, TATUM_KMS_OTLP_HEADERS: `x-key=${secret}` };
      expect(await runOnce(["--chain=BTC"], { env: own })).toMatchObject({ status: 0 });
      expect(collector.headers.get("x-key")).toBe(secret);
      const wrong = { ...standard, OTEL_EXPORTER_OTLP_HEADERS: secret };
      const leftOut = await runOnce(["--chain=BTC"], { env: wrong });
      expect(leftOut.stderr).toContain("No traces and metrics are sent: OTEL_EXPORTER_OTLP_HEADERS (from ");
      expect(leftOut).toMatchObject({ status: 0 });
      for (const { stdout, stderr } of [taken, without, leftOut])
        expect(stdout + stderr + collector.text).not.toContain(secret);
    }),
  );

  test(
    "that hangs holds neither a payment nor the end up",
    onCollector(async ({ runOnce }, collector) => {
      collector.answer = () => new Promise(() => undefined);
      const env = { TATUM_KMS_OTLP_ENDPOINT: collector.url.href };
      expect(await runOnce(["--chain=BTC"], { env })).toMatchObject(paid);
      expect(collector.asked.length).toBeGreaterThan(0);
    }),
  );

  test(
    "is not asked over plain http elsewhere: the own variable ends the start, the standard one is left out",
    onCollector(async ({ runOnce }) => {
      const elsewhere = "http://192.168.255.255:4318";
      const refused = await runOnce(["--chain=BTC"], { env: { TATUM_KMS_OTLP_ENDPOINT: elsewhere } });
      expect(refused).toMatchObject({
        status: 78,
        stderr: expect.stringContaining("plain http to the private address 192.168.255.255"),
      });
      const leftOut = await runOnce(["--chain=BTC"], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere } });
      expect(leftOut.stderr).toContain("No traces and metrics are sent: OTEL_EXPORTER_OTLP_ENDPOINT (from ");
      expect(leftOut).toMatchObject(paid);
    }),
  );
});
