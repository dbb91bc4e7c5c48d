/** Traces and metrics as a collector takes them, and what becomes of them when it hangs, refuses or is away. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { HttpClient } from "../../../src/http/client.ts";
import { createLog } from "../../../src/operations/log.ts";
import { JobMetrics } from "../../../src/operations/metrics.ts";
import type { Span } from "../../../src/operations/otlp.ts";
import type { ObservedStep } from "../../../src/operations/steps.ts";
import { Telemetry, Traces } from "../../../src/operations/telemetry.ts";
import { Collector } from "./collector.ts";

// Thousands of spans are made: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const JOB = "5f0c00000000000000abcdef";

let collector: Collector;
let metrics: JobMetrics;
let lines: string[];
let telemetry: Telemetry;

beforeEach(() => {
  collector = new Collector();
  metrics = new JobMetrics();
  lines = [];
});
afterEach(async () => {
  await telemetry.close();
  await collector.close();
});

function begin(period?: number): Telemetry {
  const endpoint = collector.url;
  telemetry = new Telemetry({
    ...(period !== undefined && { period }),
    endpoint,
    http: new HttpClient([endpoint], { plainHttp: "own" }),
    log: createLog({ write: (line) => void lines.push(line.replace(/^\S+ - /, "").trimEnd()) }),
    collect: async () => metrics.collect({ jobs: new Map([["done", 3]]), queue: { jobs: 0 } }),
  });
  metrics.observe(telemetry.traces);
  return telemetry;
}

/** The steps of one payment. */
async function pay(job = JOB): Promise<void> {
  const subject = { chain: "ETH", job };
  await metrics.timed("poll", { chain: "ETH" }, async () => undefined);
  await metrics.timed("approval", subject, async () => undefined);
  await metrics.timed("signing", subject, async () => undefined);
  await metrics.observed("record", subject, async () => undefined);
  const broadcast = metrics.timed("broadcast", subject, () => Promise.reject(new Error("secret 0xabc")));
  await broadcast.catch(() => undefined);
  metrics.transactionEnded("ETH", "failed", job);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await Bun.sleep(5);
}

const attributesOf = ({
  attributes,
}: {
  attributes: readonly { key: string; value: { stringValue: string } }[];
}) => Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

test("a payment is one trace: poll, approval, signature, record and broadcast under one root", async () => {
  begin();
  await pay();
  await telemetry.close();
  expect(collector.problems).toEqual([]);
  const { spans } = collector;
  expect(spans.map(({ name }) => name)).toEqual([
    "transaction",
    "poll",
    "approval",
    "signing",
    "record",
    "broadcast",
  ]);
  const [root, ...steps] = spans;
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(6);
  for (const step of steps) {
    expect(step.parentSpanId).toBe(root!.spanId);
    expect(BigInt(step.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root!.startTimeUnixNano));
    expect(BigInt(step.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(step.startTimeUnixNano));
    expect(attributesOf(step)).toEqual({ "tatum_kms.chain": "ETH", "tatum_kms.job": "000000abcdef" });
  }
  expect(attributesOf(root!)["tatum_kms.outcome"]).toBe("failed");
  expect(spans.map(({ status }) => status.code ?? 0)).toEqual([2, 0, 0, 0, 0, 2]);
  for (const secret of [JOB, "secret", "0xabc"]) expect(collector.text).not.toContain(secret);
});

test("the poll that lists a job is in its trace, also when all happens within a millisecond", async () => {
  begin();
  const delivered: Span[] = [];
  metrics.observe(new Traces((spans) => delivered.push(...spans)));
  for (let number = 0; number < 300; number++) await pay(String(number));
  expect(delivered.filter(({ name }) => name === "poll")).toHaveLength(300);
});

test("the numbers are those of /metrics, each bucket of a histogram by itself", async () => {
  metrics.polled("ETH", "success", Date.now());
  for (const milliseconds of [20, 20, 70, 9e8]) metrics.took("signing", "ETH", milliseconds);
  begin();
  await until(() => collector.metrics.length > 0);
  await telemetry.close();
  expect(collector.problems).toEqual([]);
  const named = (name: string) => collector.metrics.find((metric) => metric.name === `tatum_kms_${name}`);
  expect(named("jobs")?.gauge?.dataPoints).toContainEqual(
    expect.objectContaining({
      attributes: [{ key: "state", value: { stringValue: "done" } }],
      asDouble: 3,
    }),
  );
  expect(named("polls_total")?.sum).toMatchObject({ isMonotonic: true, aggregationTemporality: 2 });
  const [signing] = named("signing_duration_seconds")?.histogram?.dataPoints ?? [];
  expect(signing).toMatchObject({
    count: "4",
    attributes: [{ key: "chain", value: { stringValue: "ETH" } }],
  });
  expect(signing?.["explicitBounds"]).toHaveLength(14);
  expect(signing?.["bucketCounts"]).toEqual(["0", "2", "1", ...Array<string>(11).fill("0"), "1"]);
  const names = new JobMetrics().collect({}).map(({ name }) => `tatum_kms_${name}`);
  for (const { name } of collector.metrics) expect(names).toContain(name);
});

test("a collector that hangs holds nothing up, at the end for a second", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  collector.answer = () => promise;
  begin();
  await until(() => collector.asked.length > 0);
  const begun = performance.now();
  for (let number = 0; number < 100; number++) await pay(String(number));
  expect(performance.now() - begun).toBeLessThan(2000);
  const ending = performance.now();
  await telemetry.close();
  expect(performance.now() - ending).toBeLessThan(3000);
  resolve(undefined);
});

test.each([
  [503, "1"],
  [429, "1"],
])(
  "a collector that answers %d is left alone for as long as it says, then gets what waited",
  async (status, after) => {
    let refusals = 1;
    collector.answer = () =>
      refusals-- > 0 ? new Response("", { status, headers: { "retry-after": after } }) : undefined;
    begin(20);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain(
      `does not take traces and metrics: it answered HTTP ${status}. Payments go on.`,
    );
    await pay();
    await until(() => collector.spans.length > 0 && lines.length > 1);
    const [refused = 0, next = 0] = collector.asked;
    expect(next - refused).toBeGreaterThanOrEqual(990);
    expect(collector.spans).toHaveLength(6);
  },
);

test("what a collector refuses for good is dropped, told once, and told again when it takes something", async () => {
  collector.answer = () => new Response("", { status: 400 });
  begin();
  await until(() => lines.length === 1);
  await pay();
  collector.answer = () => undefined;
  await telemetry.close();
  expect(collector.spans.length).toBe(6);
  expect(lines).toEqual([
    expect.stringMatching(/^WARN: The collector 127.0.0.1:\d+ does not take .*HTTP 400. Payments go on.$/),
    expect.stringMatching(/^The collector 127.0.0.1:\d+ takes traces and metrics again.$/),
  ]);
});

test.each([
  ["is too large", () => new Response("x".repeat(100_000))],
  ["is compressed", () => new Response("{}", { headers: { "content-encoding": "gzip" } })],
  ["leads elsewhere", () => Response.redirect(collector.url.href, 307)],
])("spans are not sent a second time to a collector whose answer %s", async (_, answer) => {
  let answers = 0;
  collector.answer = () => (++answers > 2 ? undefined : answer());
  begin(20);
  await until(() => lines.length === 1);
  await pay("1");
  await until(() => answers === 2);
  await pay("2");
  await until(() => lines.length === 2);
  expect(collector.spans).toHaveLength(6);
  expect(lines[1]).toMatch(/takes traces and metrics again; 6 spans were dropped\.$/);
});

test("what a collector leaves out of each request is told once", async () => {
  collector.answer = () => Response.json({ partialSuccess: { rejectedSpans: "2" } });
  begin(20);
  for (const job of ["1", "2", "3"]) {
    const asked = collector.asked.length;
    await pay(job);
    await until(() => collector.asked.length > asked);
  }
  await telemetry.close();
  expect(lines).toEqual([expect.stringContaining("The collector refused 2 spans or numbers of a request.")]);
});

test("no more is kept than fits: the oldest spans are dropped, and their number is told", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  let isHeld = false;
  collector.answer = () => {
    isHeld = true;
    return promise;
  };
  begin(20);
  await until(() => isHeld);
  for (let number = 0; number < 1000; number++) await pay(`${number}`.padStart(24, "0"));
  collector.answer = () => undefined;
  resolve(new Response("", { status: 400 }));
  await until(() => collector.spans.length >= 2048 && lines.length > 1);
  expect(collector.spans).toHaveLength(2048);
  expect(lines.at(-1)).toMatch(/again; \d+ spans were dropped\.$/);
  expect(collector.text).toContain("999");
});

test("a round in which nothing was done for a job leaves no trace, and the steps of many jobs are not kept for ever", () => {
  const delivered: Span[] = [];
  const traces = new Traces((spans) => delivered.push(...spans));
  traces.ended("ETH", JOB, "skipped");
  expect(delivered).toEqual([]);
  const step = (job: string): ObservedStep => ({
    ...{ step: "approval", chain: "ETH", job, begun: 1, ended: 2, failed: false },
  });
  for (let number = 0; number < 3000; number++) traces.step(step(String(number)));
  for (let number = 0; number < 3000; number++) traces.ended("ETH", String(number), "denied");
  expect(delivered).toHaveLength(2 * 1000);
});
