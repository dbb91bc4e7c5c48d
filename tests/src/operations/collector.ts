/**
 * A stand-in of a collector of OpenTelemetry, which takes what the published messages allow and nothing else: each request is read by
 * the classes that protobufjs makes of them, and has to come back as it was.
 */
import { createRequire } from "node:module";
import * as v from "valibot";

interface MessageType {
  fromObject(value: unknown): object;
  verify(value: unknown): string | null;
  toObject(message: object, options: Readonly<Record<string, unknown>>): unknown;
}

const require = createRequire(import.meta.url);
const { opentelemetry } = require("@opentelemetry/otlp-transformer/build/src/generated/root.js") as {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: MessageType } };
        readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: MessageType } };
      };
    };
  };
};
const { trace, metrics } = opentelemetry.proto.collector;
const types: Readonly<Record<string, MessageType>> = {
  "/v1/traces": trace.v1.ExportTraceServiceRequest,
  "/v1/metrics": metrics.v1.ExportMetricsServiceRequest,
};

const idNames = ["traceId", "spanId", "parentSpanId"];

/** Ids are hexadecimal in OTLP and base64 in the JSON of protobuf: the one mapping that is not the usual. */
function withIds(value: unknown, change: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => withIds(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      idNames.includes(name) && typeof inner === "string" ? change(inner) : withIds(inner, change),
    ]),
  );
}

/** Without the lists that are empty, which a message does not tell from those that are absent. */
function withoutEmptyLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyLists);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => !Array.isArray(inner) || inner.length > 0);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutEmptyLists(inner)]));
}

/** @throws Error for what no such message may be */
function assertMessage(type: MessageType, request: unknown): void {
  const inBase64 = withIds(request, (id) => Buffer.from(id, "hex").toString("base64"));
  const message = type.fromObject(inBase64);
  const problem = type.verify(message);
  if (problem !== null) throw new Error(problem);
  const read = type.toObject(message, { longs: String, bytes: String, enums: Number, arrays: false });
  const again = withIds(read, (id) => Buffer.from(id, "base64").toString("hex"));
  if (!Bun.deepEquals(again, withoutEmptyLists(request), true))
    throw new Error(`It is read as something else: ${JSON.stringify(again)}`);
}

const attributes = v.array(v.object({ key: v.string(), value: v.object({ stringValue: v.string() }) }));
const spanSchema = v.object({
  traceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  spanId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  parentSpanId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))),
  name: v.string(),
  kind: v.number(),
  startTimeUnixNano: v.pipe(v.string(), v.regex(/^\d{19}$/)),
  endTimeUnixNano: v.pipe(v.string(), v.regex(/^\d{19}$/)),
  attributes,
  status: v.object({ code: v.optional(v.number()) }),
});
const tracesSchema = v.object({
  resourceSpans: v.array(v.object({ scopeSpans: v.array(v.object({ spans: v.array(spanSchema) })) })),
});
const point = v.looseObject({ attributes });
const metricsSchema = v.object({
  resourceMetrics: v.array(
    v.object({
      scopeMetrics: v.array(
        v.object({
          metrics: v.array(
            v.object({
              name: v.string(),
              gauge: v.optional(v.object({ dataPoints: v.array(point) })),
              sum: v.optional(v.looseObject({ dataPoints: v.array(point) })),
              histogram: v.optional(v.looseObject({ dataPoints: v.array(point) })),
            }),
          ),
        }),
      ),
    }),
  ),
});
export type ReceivedSpan = v.InferOutput<typeof spanSchema>;
type ReceivedMetric = v.InferOutput<
  typeof metricsSchema
>["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];

export class Collector {
  readonly spans: ReceivedSpan[] = [];
  readonly metrics: ReceivedMetric[] = [];
  /** What it could not take. */
  readonly problems: string[] = [];
  /** When requests came, by the clock that only goes forward. */
  readonly asked: number[] = [];
  /** Those of the latest request. */
  headers = new Headers();
  /** All that came, as it came. */
  text = "";
  /** Answers before anything is read. */
  answer: () => Response | undefined | Promise<Response | undefined> = () => undefined;
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: (request) => this.#take(request),
  });

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#server.port}/base/`);
  }

  async close(): Promise<void> {
    await this.#server.stop(true);
  }

  async #take(request: Request): Promise<Response> {
    this.asked.push(performance.now());
    this.headers = request.headers;
    const text = await request.text();
    const own = await this.answer();
    if (own !== undefined) return own;
    this.text += text;
    try {
      this.#read(request, JSON.parse(text));
    } catch (problem) {
      this.problems.push(String(problem));
      return Response.json({ message: "no such message" }, { status: 400 });
    }
    return Response.json({});
  }

  #read({ url, method, headers }: Request, body: unknown): void {
    const path = new URL(url).pathname.replace(/^\/base/, "");
    const type = types[path];
    if (type === undefined || method !== "POST" || headers.get("content-type") !== "application/json")
      throw new Error(`${method} ${url} ${headers.get("content-type")}`);
    assertMessage(type, body);
    if (path === "/v1/traces")
      this.spans.push(
        ...v
          .parse(tracesSchema, body)
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      );
    else
      this.metrics.push(
        ...v
          .parse(metricsSchema, body)
          .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
      );
  }
}
