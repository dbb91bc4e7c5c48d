import { beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { jobStates } from "../../../src/journal/job.ts";
import { collectMetrics } from "../../../src/operations/collect-metrics.ts";
import { createLog } from "../../../src/operations/log.ts";
import { JobMetrics, type RateLimitState, type Sample } from "../../../src/operations/metrics.ts";
import { renderMetrics } from "../../../src/operations/metrics-file.ts";
import type { Vault } from "../../../src/vault/vault.ts";

// Debian's package "prometheus" has it, and starts a server that listens for everybody: npm test does not install it.
const promtool = Bun.which("promtool");
if (promtool === null)
  console.warn(
    "There is no promtool: alert rules and metrics are not shown to Prometheus; those tests are skipped.",
  );

const NOW = 1_700_000_000_500;

let metrics: JobMetrics;
beforeEach(() => {
  metrics = new JobMetrics();
});

function samplesOf(name: string): readonly Sample[] {
  const found = metrics.collect({ jobs: new Map() }).find((metric) => metric.name === name);
  if (found === undefined) throw new Error(`There is no metric ${name}.`);
  return found.samples;
}

const leaseHeld = (): number | undefined => samplesOf("lease_held")[0]?.value;

test("names are those of the format, and counters end in _total", () => {
  for (const { name, type, help } of metrics.collect({})) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(help).toEndWith(".");
  }
});

test("every state of a job has a number, also when no job is in it; none when they could not be counted", () => {
  const jobs = (found?: ReadonlyMap<"parked", number>) =>
    metrics.collect({ jobs: found }).find(({ name }) => name === "jobs")?.samples;
  expect(jobs(new Map([["parked", 2]]))).toEqual(
    jobStates.map((state) => ({ labels: { state }, value: state === "parked" ? 2 : 0 })),
  );
  expect(jobs()).toEqual([]);
});

test("a chain has all its series from its first round on, before the API has answered", () => {
  expect(samplesOf("polls_total")).toEqual([]);
  metrics.pollBegins("BTC");
  expect(samplesOf("polls_total").map(({ value }) => value)).toEqual([0, 0]);
  expect(samplesOf("transactions_total").every(({ value }) => value === 0)).toBe(true);
  expect(samplesOf("last_poll_success_timestamp_seconds")).toEqual([{ labels: { chain: "BTC" }, value: 0 }]);
});

test("a failed poll leaves the time of the last success as it is", () => {
  metrics.polled("BTC", "success", NOW);
  metrics.polled("BTC", "failure", NOW + 60_000);
  expect(samplesOf("last_poll_success_timestamp_seconds")).toEqual([
    { labels: { chain: "BTC" }, value: NOW / 1000 },
  ]);
});

test("a chain whose last wallet was removed is not late, and is back with its next round", () => {
  metrics.pollBegins("BTC");
  metrics.polled("BTC", "success", NOW);
  metrics.pollsNoMore("BTC");
  expect(samplesOf("last_poll_success_timestamp_seconds")).toEqual([]);
  expect(samplesOf("polls_total")).toHaveLength(2);
  metrics.pollBegins("BTC");
  expect(samplesOf("last_poll_success_timestamp_seconds")).toHaveLength(1);
});

test("a chain that never had wallets is in no metric", () => {
  metrics.pollsNoMore("BTC");
  expect(JSON.stringify(metrics.collect({ jobs: new Map() }))).not.toContain("BTC");
});

test("the lease is held from when it was taken until it is lost or released", () => {
  expect(leaseHeld()).toBe(0);
  const lost = new AbortController();
  metrics.leaseTaken("BTC", lost.signal);
  expect(leaseHeld()).toBe(1);
  lost.abort();
  expect(leaseHeld()).toBe(0);
  metrics.leaseTaken("ETH", new AbortController().signal);
  expect(leaseHeld()).toBe(1);
  metrics.leaseReleased("ETH");
  expect(leaseHeld()).toBe(0);
});

test("a vault that cannot be read takes the counts of jobs away, and nothing else", async () => {
  metrics.pollBegins("BTC");
  const told: string[] = [];
  const log = createLog({ write: (line) => told.push(line) });
  const vault = { store: { read: () => Promise.reject(new Error("gone")) } } as unknown as Vault;
  const collected = await collectMetrics({ metrics, vault, log });
  expect(collected.find(({ name }) => name === "jobs")?.samples).toEqual([]);
  expect(collected.find(({ name }) => name === "polls_total")?.samples).toHaveLength(2);
  expect(told).toEqual([expect.stringContaining("The jobs could not be counted for the metrics")]);
});

test("a step's time is in every bucket that is wide enough, and in none of a chain that never took it", async () => {
  metrics.took("signing", "BTC", 40);
  metrics.took("signing", "BTC", 2 * 86_400_000);
  await expect(
    metrics.timed("signing", { chain: "BTC" }, () => Promise.reject(new Error("no"))),
  ).rejects.toThrow("no");
  const samples = samplesOf("signing_duration_seconds");
  const bucket = (le: string): number | undefined =>
    samples.find(({ suffix, labels }) => suffix === "_bucket" && labels["le"] === le)?.value;
  expect([bucket("0.01"), bucket("0.05"), bucket("86400"), bucket("+Inf")]).toEqual([1, 2, 2, 3]);
  expect(samples.find(({ suffix }) => suffix === "_count")?.value).toBe(3);
  expect(samples.find(({ suffix }) => suffix === "_sum")?.value).toBeCloseTo(172_800.04, 1);
  expect(samplesOf("broadcast_duration_seconds")).toEqual([]);
});

test("what is of a named API key has its name as a label, and of the default one none", () => {
  metrics.polled("BTC", "success", 1000);
  metrics.of("shop").polled("BTC", "failure", 2000);
  metrics.of("shop").pollBegins("BTC");
  const polls = samplesOf("polls_total").filter(({ value }) => value > 0);
  expect(polls.map(({ labels }) => labels)).toEqual([
    { chain: "BTC", outcome: "success" },
    { chain: "BTC", api_key: "shop", outcome: "failure" },
  ]);
  expect(metrics.totals()).toMatchObject({ chains: 1, polls: 1, failedPolls: 1 });
  metrics.of("shop").leaseTaken("BTC", new AbortController().signal);
  expect([...metrics.held()]).toEqual(["BTC (key shop)"]);
  const limits = new Map([["shop", { perSecond: 5, waiting: 2, pausedFor: 0 }]]);
  const limited = metrics.collect({ limits }).find(({ name }) => name === "rate_limit_waiting_requests");
  expect(limited?.samples).toEqual([{ labels: { api_key: "shop" }, value: 2 }]);
});

test("the queue's age is that of its oldest job, and 0 without one", () => {
  const age = (oldest?: number): number | undefined =>
    metrics
      .collect({ queue: { jobs: oldest === undefined ? 0 : 1, oldest } })
      .find(({ name }) => name === "queue_age_seconds")?.samples[0]?.value;
  expect(age()).toBe(0);
  expect(age(Date.now() - 60_000)).toBeWithin(60, 70);
});

test("a limit of requests is told as far as it is known", () => {
  const of = (limit: RateLimitState | undefined, name: string): number | undefined =>
    metrics
      .collect({ limits: limit === undefined ? undefined : new Map([["default", limit]]) })
      .find((metric) => metric.name === `rate_limit_${name}`)?.samples[0]?.value;
  const known = { perSecond: 5, waiting: 2, pausedFor: 1500 };
  expect(of(known, "requests_per_second")).toBe(5);
  expect(of(known, "waiting_requests")).toBe(2);
  expect(of(known, "paused_seconds")).toBe(1.5);
  expect(of({ waiting: 0, pausedFor: 0 }, "requests_per_second")).toBeUndefined();
  expect(of(undefined, "waiting_requests")).toBeUndefined();
});

describe("docs/prometheus", () => {
  const folder = join(import.meta.dir, "../../../docs/prometheus");
  /** The names of all series, of histograms with what is behind them. */
  const names = (): string[] =>
    new JobMetrics().collect({}).flatMap(({ name, type }) => {
      const endings = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      return endings.map((ending) => `tatum_kms_${name}${ending}`);
    });

  test.each(["alerts.yaml", "dashboard.json"])("%s names no metric that there is not", async (file) => {
    const named = (await Bun.file(join(folder, file)).text()).match(/\btatum_kms_\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(names()).toContain(name);
  });

  test("has a panel in the dashboard for each metric but the start of the process", async () => {
    const text = await Bun.file(join(folder, "dashboard.json")).text();
    for (const { name } of new JobMetrics().collect({}))
      if (name !== "process_start_time_seconds") expect(text).toContain(`tatum_kms_${name}`);
  });

  test("docs/command-line.md says what each metric means", async () => {
    const text = await Bun.file(join(folder, "../command-line.md")).text();
    for (const { name } of new JobMetrics().collect({}))
      expect(text).toMatch(new RegExp(`^\\| .*\`tatum_kms_${name}[\`{]`, "m"));
  });

  const forPrometheus = promtool === null ? "Prometheus, whose promtool is not installed" : "Prometheus";

  test.skipIf(promtool === null)(`alerts.yaml is sound for ${forPrometheus}`, () => {
    const checked = Bun.spawnSync([promtool ?? "", "check", "rules", join(folder, "alerts.yaml")]);
    expect(checked.stderr.toString() + checked.stdout.toString()).toContain("SUCCESS: 6 rules found");
    expect(checked.exitCode).toBe(0);
  });

  test.skipIf(promtool === null)(`what is rendered is sound for ${forPrometheus}`, () => {
    metrics.pollBegins("BTC");
    for (const step of ["poll", "approval", "signing", "broadcast", "transaction"] as const)
      metrics.took(step, "BTC", 120);
    metrics.of("shop").took("poll", "BTC", 120);
    const limit = { perSecond: 5, waiting: 0, pausedFor: 0 };
    const limits = new Map([
      ["default", limit],
      ["shop", limit],
    ]);
    const text = renderMetrics(metrics.collect({ jobs: new Map(), queue: { jobs: 0 }, limits }));
    const checked = Bun.spawnSync([promtool ?? "", "check", "metrics"], { stdin: Buffer.from(text) });
    expect(checked.stderr.toString() + checked.stdout.toString()).toBe("");
  });
});
