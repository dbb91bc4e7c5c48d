/**
 * Traces and metrics for a collector of OpenTelemetry, sent beside the work: what cannot be sent now waits in a short queue, and is
 * dropped when that is full. Nothing here fails, and no payment waits for it.
 */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import * as v from "valibot";
import { describeFailure } from "../failures.ts";
import type { HttpClient } from "../http/client.ts";
import { type HttpAnswer, HttpFailure, type HttpFailureKind } from "../http/message.ts";
import { pause, retryAfter } from "../http/retry.ts";
import type { Outcome } from "../journal/job.ts";
import type { Log } from "./log.ts";
import type { Metric } from "./metrics.ts";
import { metricsRequest, type Span, traceRequest } from "./otlp.ts";
import type { ObservedStep, StepObserver } from "./steps.ts";

/** Spans that wait; of more the oldest are dropped. */
const MOST_WAITING = 2048;
/** Spans of one request. */
const MOST_SENT = 512;
/** Jobs whose steps are collected, and steps of one, until its round ends. */
const MOST_JOBS = 1000;
const MOST_STEPS = 30;

/** Milliseconds. */
const BETWEEN_SPANS = 5_000;
const BETWEEN_METRICS = 60_000;
const PATIENCE = 10_000;
/** What the end of the daemon may be held up at most. */
const LAST_PATIENCE = 1_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 300_000;

/** Of an answer, which is read for what was refused of the request. */
const MAXIMUM_ANSWER = 64 * 1024;

/** Statuses after which the same request may be sent again (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
const RETRYABLE = [429, 502, 503, 504];

/** An answer that is not read: the request may have been taken, and is not sent again. */
const ANSWERED: readonly HttpFailureKind[] = ["too-large", "encoded"];

/** As much of a job's id as tells it from others of its second. */
const SHORT_ID = 12;

const calls: readonly ObservedStep["step"][] = ["poll", "approval", "broadcast"];
const failures: readonly Outcome[] = ["failed", "parked"];

/** What a job's round was made of, as spans under one root. */
export class Traces implements StepObserver {
  readonly #deliver: (spans: readonly Span[]) => void;
  /** The latest poll of each chain that was answered. */
  readonly #polls = new Map<string, ObservedStep>();
  readonly #steps = new Map<string, ObservedStep[]>();

  constructor(deliver: (spans: readonly Span[]) => void) {
    this.#deliver = deliver;
  }

  step(observed: ObservedStep): void {
    const { step, chain, job, failed } = observed;
    if (step === "poll" && !failed) this.#polls.set(chain, observed);
    if (job === undefined) return;
    const steps = this.#steps.get(job) ?? [];
    if (steps.length < MOST_STEPS) steps.push(observed);
    this.#steps.delete(job);
    this.#steps.set(job, steps);
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > MOST_JOBS && oldest !== undefined) this.#steps.delete(oldest);
  }

  ended(chain: string, job: string, outcome: Outcome): void {
    const steps = this.#steps.get(job);
    this.#steps.delete(job);
    if (steps?.[0] === undefined) return;
    const poll = this.#polls.get(chain);
    const all = poll !== undefined && poll.begun <= steps[0].begun ? [poll, ...steps] : steps;
    this.#deliver(spansOf(all, { chain, job, outcome }));
  }
}

function spansOf(
  steps: readonly ObservedStep[],
  { chain, job, outcome }: { readonly chain: string; readonly job: string; readonly outcome: Outcome },
): Span[] {
  // The rounds of a job, be they of different daemons, make one trace.
  const traceId = createHash("sha256").update(`${chain} ${job}`).digest("hex").slice(0, 32);
  const attributes = { "tatum_kms.chain": chain, "tatum_kms.job": job.slice(-SHORT_ID) };
  const newId = (): string => randomBytes(8).toString("hex");
  const root: Span = {
    traceId,
    spanId: newId(),
    name: "transaction",
    isCall: false,
    begun: Math.min(...steps.map(({ begun }) => begun)),
    ended: Math.max(Date.now(), ...steps.map(({ ended }) => ended)),
    failed: failures.includes(outcome),
    attributes: { ...attributes, "tatum_kms.outcome": outcome },
  };
  const children = steps.map(({ step, begun, ended, failed }) => ({
    ...{ traceId, spanId: newId(), parentSpanId: root.spanId, name: step, isCall: calls.includes(step) },
    ...{ begun, ended, failed, attributes },
  }));
  return [root, ...children];
}

export interface TelemetryOptions {
  /** Of the collector: what `/v1/traces` and `/v1/metrics` are added to. */
  readonly endpoint: URL;
  /** What goes with each request beside its own; may be secret, and is told nowhere. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly http: HttpClient;
  readonly log: Log;
  readonly collect: () => Promise<readonly Metric[]>;
  /** Milliseconds between two looks for spans that wait. */
  readonly period?: number;
}

/** The place of a signal at a collector (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request). */
export function signalUrl(endpoint: URL, signal: "traces" | "metrics"): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url;
}

/** What became of a request. */
type Delivery = "taken" | "refused" | "later";

const partialSchema = v.object({
  partialSuccess: v.object({
    rejectedSpans: v.optional(v.union([v.string(), v.number()])),
    rejectedDataPoints: v.optional(v.union([v.string(), v.number()])),
  }),
});

export class Telemetry {
  /** To be told of what is done. */
  readonly traces = new Traces((spans) => this.#queue(spans));
  readonly #options: TelemetryOptions;
  readonly #instance = randomUUID();
  readonly #startedAt = Date.now();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #waiting: Span[] = [];
  #dropped = 0;
  #isAway = false;
  #isTakenInPart = false;
  #failures = 0;
  /** Milliseconds of `performance.now()` before which nothing is sent. */
  #notBefore = 0;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Sends what waits, as far as that is possible in a second, whatever the collector or the vault does. */
  async close(): Promise<void> {
    this.#ending.abort();
    const signal = AbortSignal.timeout(LAST_PATIENCE);
    const sent = this.#running.then(() => this.#sendSpans(signal)).then(() => this.#sendMetrics(signal));
    const late = new AbortController();
    await Promise.race([sent, pause(LAST_PATIENCE, late.signal)]);
    late.abort();
  }

  #queue(spans: readonly Span[]): void {
    this.#waiting.push(...spans);
    const tooMany = this.#waiting.length - MOST_WAITING;
    if (tooMany > 0) this.#drop(this.#waiting.splice(0, tooMany).length);
  }

  #drop(count: number): void {
    this.#dropped += count;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let nextMetrics = 0; !signal.aborted; ) {
      await this.#sendSpans(signal);
      if (performance.now() >= nextMetrics) {
        nextMetrics = performance.now() + BETWEEN_METRICS;
        await this.#sendMetrics(signal);
      }
      const { period = BETWEEN_SPANS } = this.#options;
      await pause(Math.max(period, this.#notBefore - performance.now()), signal);
    }
  }

  async #sendSpans(signal: AbortSignal): Promise<void> {
    while (this.#waiting.length > 0 && !signal.aborted && performance.now() >= this.#notBefore) {
      const spans = this.#waiting.splice(0, MOST_SENT);
      const delivery = await this.#send("traces", traceRequest(spans, this.#instance), signal);
      if (delivery === "refused") this.#drop(spans.length);
      if (delivery !== "later") continue;
      this.#waiting.unshift(...spans);
      this.#queue([]);
      return;
    }
  }

  /** What is not taken is not sent again: the next numbers contain it. */
  async #sendMetrics(signal: AbortSignal): Promise<void> {
    if (signal.aborted || performance.now() < this.#notBefore) return;
    const metrics = await this.#options.collect();
    const window = { from: this.#startedAt, until: Date.now() };
    await this.#send("metrics", metricsRequest(metrics, this.#instance, window), signal);
  }

  async #send(signal: "traces" | "metrics", message: unknown, until: AbortSignal): Promise<Delivery> {
    const { endpoint, headers, http } = this.#options;
    try {
      const answer = await http.send({
        method: "POST",
        url: signalUrl(endpoint, signal),
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(message),
        timeout: PATIENCE,
        signal: until,
        maximumBytes: MAXIMUM_ANSWER,
      });
      return this.#judge(answer);
    } catch (failure) {
      return this.#judgeFailure(failure);
    }
  }

  #judgeFailure(failure: unknown): Delivery {
    const isHttp = failure instanceof HttpFailure;
    const problem = isHttp ? failure.message : describeFailure(failure);
    if (!isHttp || ANSWERED.includes(failure.kind)) {
      this.#tellAway(problem);
      return "refused";
    }
    // The daemon ends: nothing is said of the collector.
    if (failure.kind !== "stopped") this.#wait(problem);
    return "later";
  }

  #judge({ status, headers, body }: HttpAnswer): Delivery {
    if (RETRYABLE.includes(status)) {
      this.#wait(`it answered HTTP ${status}`, retryAfter(headers, Date.now()));
      return "later";
    }
    this.#failures = 0;
    if (status < 200 || status >= 300) {
      this.#tellAway(`it answered HTTP ${status}`);
      return "refused";
    }
    this.#tellRefused(body);
    this.#tellBack();
    return "taken";
  }

  #wait(problem: string, asked?: number): void {
    const growing = FIRST_WAIT * 2 ** Math.min(this.#failures, 10) * (0.5 + Math.random());
    this.#failures += 1;
    this.#notBefore = performance.now() + Math.min(asked ?? growing, LONGEST_WAIT);
    this.#tellAway(problem);
  }

  #tellAway(problem: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.log.warn(
      `The collector ${this.#options.endpoint.host} does not take traces and metrics: ${problem}. Payments go on.`,
      { action: "telemetry-failed" },
    );
  }

  #tellBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    const lost = this.#dropped === 0 ? "" : `; ${this.#dropped} spans were dropped`;
    this.#dropped = 0;
    const text = `The collector ${this.#options.endpoint.host} takes traces and metrics again${lost}.`;
    this.#options.log.info(text, { action: "trouble-over" });
  }

  /** A part that was refused is not sent again; said once, until a request is taken whole. */
  #tellRefused(body: string): void {
    let rejected = 0;
    try {
      const { partialSuccess } = v.parse(partialSchema, JSON.parse(body));
      rejected = Number(partialSuccess.rejectedSpans ?? partialSuccess.rejectedDataPoints ?? 0);
    } catch {
      // All of it was taken, or what was said is no matter of ours.
    }
    const isNew = rejected > 0 && !this.#isTakenInPart;
    this.#isTakenInPart = rejected > 0;
    if (isNew)
      this.#options.log.warn(`The collector refused ${rejected} spans or numbers of a request.`, {
        action: "telemetry-failed",
      });
  }
}
