/**
 * Spans and metrics as the requests of OTLP over HTTP, in the JSON mapping of its protobuf messages: ids in hexadecimal, enumerations as
 * numbers, 64-bit integers as decimal texts (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 */
import { version } from "../version.ts";
import type { Metric, Sample } from "./metrics.ts";
import { PREFIX } from "./metrics-file.ts";

/** What was done from when to when; ids and times alone, nothing secret. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** Whether another program was asked. */
  readonly isCall: boolean;
  /** Milliseconds since 1970. */
  readonly begun: number;
  readonly ended: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `SpanKind`, `Status.StatusCode` and `AggregationTemporality` of the messages. */
const KIND = { internal: 1, client: 3 } as const;
const FAILED = 2;
const CUMULATIVE = 2;

type Labels = Readonly<Record<string, string>>;

const attributesOf = (labels: Labels) =>
  Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** @param milliseconds since 1970 */
const nanoseconds = (milliseconds: number): string => `${Math.round(milliseconds * 1000)}000`;

const scope = { name: "tatum-kms", version };

/** @param instance tells this process from all others */
const resourceOf = (instance: string) => ({
  attributes: attributesOf({
    "service.name": "tatum-kms",
    "service.version": version,
    "service.instance.id": instance,
  }),
});

function spanMessage({ attributes, isCall, begun, ended, failed, ...span }: Span) {
  return {
    ...span,
    kind: isCall ? KIND.client : KIND.internal,
    startTimeUnixNano: nanoseconds(begun),
    endTimeUnixNano: nanoseconds(ended),
    attributes: attributesOf(attributes),
    status: failed ? { code: FAILED } : {},
  };
}

/** `ExportTraceServiceRequest` */
export function traceRequest(spans: readonly Span[], instance: string) {
  const scopeSpans = [{ scope, spans: spans.map(spanMessage) }];
  return { resourceSpans: [{ resource: resourceOf(instance), scopeSpans }] };
}

/** When what is counted began, and now, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

const timesOf = ({ from, until }: Window) => ({
  startTimeUnixNano: nanoseconds(from),
  timeUnixNano: nanoseconds(until),
});

function numberPoints({ samples }: Metric, window: Window) {
  return samples.map(({ labels, value }) => ({
    attributes: attributesOf(labels),
    ...timesOf(window),
    asDouble: value,
  }));
}

/** One point for the samples of a histogram that differ by bucket alone; what lies in each bucket, and not below its bound. */
function histogramPoint(samples: readonly Sample[], window: Window) {
  const numberOf = (suffix: Sample["suffix"]): number =>
    samples.find((sample) => sample.suffix === suffix)?.value ?? 0;
  const buckets = samples.filter(({ suffix }) => suffix === "_bucket");
  return {
    attributes: attributesOf(withoutBound(samples[0]?.labels ?? {})),
    ...timesOf(window),
    count: String(numberOf("_count")),
    sum: numberOf("_sum"),
    explicitBounds: buckets.map(({ labels }) => Number(labels["le"])).filter(Number.isFinite),
    bucketCounts: buckets.map(({ value }, at) => String(value - (buckets[at - 1]?.value ?? 0))),
  };
}

const withoutBound = ({ le: _, ...labels }: Labels): Labels => labels;

function dataOf(metric: Metric, window: Window) {
  if (metric.type === "gauge") return { gauge: { dataPoints: numberPoints(metric, window) } };
  const aggregationTemporality = CUMULATIVE;
  if (metric.type === "counter")
    return {
      sum: { dataPoints: numberPoints(metric, window), aggregationTemporality, isMonotonic: true },
    };
  const series = Map.groupBy(metric.samples, ({ labels }) => JSON.stringify(withoutBound(labels)));
  const dataPoints = [...series.values()].map((samples) => histogramPoint(samples, window));
  return { histogram: { dataPoints, aggregationTemporality } };
}

/** `ExportMetricsServiceRequest`: the numbers of `/metrics`, under the same names. */
export function metricsRequest(metrics: readonly Metric[], instance: string, window: Window) {
  const messages = metrics
    .filter(({ samples }) => samples.length > 0)
    .map((metric) => ({
      name: PREFIX + metric.name,
      description: metric.help,
      unit: metric.name.endsWith("_seconds") ? "s" : "1",
      ...dataOf(metric, window),
    }));
  return {
    resourceMetrics: [{ resource: resourceOf(instance), scopeMetrics: [{ scope, metrics: messages }] }],
  };
}
