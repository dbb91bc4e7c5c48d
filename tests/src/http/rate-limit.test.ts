import { afterEach, describe, expect, test } from "bun:test";
import { HttpClient } from "../../../src/http/client.ts";
import type { HttpFailure, HttpRequest, Priority } from "../../../src/http/message.ts";
import { RateLimit } from "../../../src/http/rate-limit.ts";
import { closeServers, serve } from "../../local-servers.ts";

afterEach(closeServers);

/** A host that takes so many requests in any second, and counts what it refused. */
class LimitedHost {
  readonly url: URL;
  readonly taken: { readonly at: number; readonly path: string }[] = [];
  refused: { readonly at: number }[] = [];

  constructor(perSecond: number, headers: Readonly<Record<string, string>> = {}) {
    this.url = serve((request) => {
      const at = performance.now();
      if (this.taken.filter((one) => at - one.at < 1000).length >= perSecond) {
        this.refused.push({ at });
        return new Response("", { status: 429, headers });
      }
      this.taken.push({ at, path: new URL(request.url).pathname });
      return new Response("[]");
    });
  }
}

const request = (url: URL, path: string, priority: Priority): HttpRequest => ({
  method: "GET",
  url: new URL(path, url),
  timeout: 5000,
  priority,
});

function clientOf(url: URL, perSecond?: number): HttpClient {
  const client = new HttpClient([url]);
  client.limit(url, perSecond);
  return client;
}

async function failureOf(attempt: Promise<unknown>): Promise<HttpFailure> {
  return attempt.then(
    () => Promise.reject(new Error("There was an answer.")),
    (failure: HttpFailure) => failure,
  );
}

describe("a host that takes 20 requests a second from 22 pollers that want 17.6", () => {
  test("refuses under 2 % once its rate is learned, and has nearly all of them answered", async () => {
    const host = new LimitedHost(20);
    const client = clientOf(host.url);
    const period = 1250;
    const began = performance.now();
    const poll = async (number: number): Promise<void> => {
      for (let next = began; next < began + 16_000; next += period) {
        await Bun.sleep(Math.max(0, next - performance.now()));
        await client.send(request(host.url, `/${number}`, "poll"));
      }
    };
    // All at once, which is what has to be learned from.
    await Promise.all(Array.from({ length: 22 }, (_, number) => poll(number)));
    const after = <Seen extends { readonly at: number }>(all: readonly Seen[]): number =>
      all.filter(({ at }) => at > began + 4000).length;
    expect(after(host.taken)).toBeGreaterThan(0.8 * 12 * 17.6);
    expect(after(host.refused) / after(host.taken)).toBeLessThan(0.02);
  }, 30_000);
});

describe("a rate that the operator told", () => {
  test("is kept: 30 requests at 20 a second take 1.4 seconds, and none is refused", async () => {
    const host = new LimitedHost(21);
    const client = clientOf(host.url, 20);
    const began = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => client.send(request(host.url, "/", "payment"))));
    expect(performance.now() - began).toBeGreaterThan(1350);
    expect(host.refused).toHaveLength(0);
  });

  test("of 0 is none: all are sent at once", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 0);
    const began = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => client.send(request(host.url, "/", "payment"))));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

test("a refusal without a Retry-After holds nothing up where there is no limit of our own", async () => {
  const host = new LimitedHost(0);
  const client = clientOf(host.url, 0);
  const began = performance.now();
  for (let number = 0; number < 5; number++) await client.send(request(host.url, "/", "payment"));
  expect(performance.now() - began).toBeLessThan(900);
});

describe("who waits", () => {
  test("comes by priority: broadcasts, then payments, then polls, each in their order", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 20);
    const send = (path: string, priority: Priority) => client.send(request(host.url, path, priority));
    await Promise.all([
      send("/first", "poll"),
      send("/poll-1", "poll"),
      send("/poll-2", "poll"),
      send("/payment", "payment"),
      send("/broadcast", "broadcast"),
    ]);
    expect(host.taken.map(({ path }) => path)).toEqual([
      "/first",
      "/broadcast",
      "/payment",
      "/poll-1",
      "/poll-2",
    ]);
  });

  test("gets a place at last, however many broadcasts there are", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 100);
    const broadcasts = Array.from({ length: 20 }, () => request(host.url, "/broadcast", "broadcast"));
    const poll = client.send(request(host.url, "/poll", "poll"));
    await client.send(request(host.url, "/first", "poll"));
    const later = client.send(request(host.url, "/late", "poll"));
    await Promise.all([poll, later, ...broadcasts.map((one) => client.send(one))]);
    expect(host.taken.findIndex(({ path }) => path === "/late")).toBeLessThan(8);
  });

  test("longer than a poll is worth fails as `limited`, and nothing is sent", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 0.5);
    await client.send(request(host.url, "/first", "poll"));
    const late = client.send({ ...request(host.url, "/late", "poll"), timeout: 100 });
    expect(await failureOf(late)).toMatchObject({ kind: "limited" });
    await Bun.sleep(50);
    expect(host.taken.map(({ path }) => path)).toEqual(["/first"]);
  });

  test("gets its place at once when the operator tells another rate, and waits again with the old one", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 0.01);
    await client.send(request(host.url, "/first", "poll"));
    const waiting = client.send(request(host.url, "/second", "poll"));
    client.changeLimit(host.url, 1000);
    expect((await waiting).status).toBe(200);
    client.changeLimit(host.url, 0.01);
    await client.send(request(host.url, "/third", "poll"));
    const late = client.send({ ...request(host.url, "/late", "poll"), timeout: 50 });
    expect(await failureOf(late)).toMatchObject({ kind: "limited" });
  });

  test("no longer waits when the program is stopped", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 0.5);
    const stopping = new AbortController();
    await client.send(request(host.url, "/first", "poll"));
    const waiting = client.send({ ...request(host.url, "/late", "payment"), signal: stopping.signal });
    setTimeout(() => stopping.abort(), 20);
    const began = performance.now();
    expect(await failureOf(waiting)).toMatchObject({ kind: "stopped" });
    expect(performance.now() - began).toBeLessThan(500);
  });

  test("is one of 2,000 at most; one more is refused at once", async () => {
    const limit = new RateLimit("api.example.test", 0.5);
    const stopping = new AbortController();
    const claim = { priority: "payment", patience: 60_000, signal: stopping.signal } as const;
    await limit.take(claim);
    const waiting = Array.from({ length: 2000 }, () => failureOf(limit.take(claim)));
    expect(limit.waiting).toBe(2000);
    expect(await failureOf(limit.take(claim))).toMatchObject({ kind: "limited" });
    stopping.abort();
    for (const failure of await Promise.all(waiting)) expect(failure.kind).toBe("stopped");
  });
});

describe("a host that asks to wait", () => {
  test("is left alone by everybody for that time", async () => {
    let refuse = true;
    const asked: number[] = [];
    const url = serve(() => {
      asked.push(performance.now());
      const first = refuse;
      refuse = false;
      return first ? new Response("", { status: 429, headers: { "retry-after": "1" } }) : new Response("");
    });
    const client = clientOf(url);
    await client.send(request(url, "/", "poll"));
    await Promise.all([1, 2, 3].map(() => client.send(request(url, "/", "payment"))));
    expect((asked[1] as number) - (asked[0] as number)).toBeGreaterThan(990);
  });

  test("for longer than a request may wait has it fail at once, and tells for how long", async () => {
    const host = new LimitedHost(0, { "retry-after": "600" });
    const client = clientOf(host.url);
    expect((await client.send(request(host.url, "/", "payment"))).status).toBe(429);
    const failure = await failureOf(client.send(request(host.url, "/", "payment")));
    expect(failure).toMatchObject({ kind: "limited" });
    expect(failure.retryAfter).toBeGreaterThan(590_000);
    expect(host.refused).toHaveLength(1);
  });
});

describe("a place that was reserved", () => {
  test("is kept for a request that comes later", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 10);
    const place = await client.reserve(host.url, { priority: "broadcast", timeout: 1000 });
    const other = client.send(request(host.url, "/other", "payment"));
    expect((await place.send(request(host.url, "/kept", "broadcast"))).status).toBe(200);
    await other;
    expect(host.taken.map(({ path }) => path)).toEqual(["/kept", "/other"]);
  });

  test("and not used goes to the next one", async () => {
    const host = new LimitedHost(1000);
    const client = clientOf(host.url, 1);
    const place = await client.reserve(host.url, { priority: "broadcast", timeout: 1000 });
    const other = client.send(request(host.url, "/other", "payment"));
    place.release();
    const began = performance.now();
    await other;
    expect(performance.now() - began).toBeLessThan(500);
  });

  test("is for its host alone", async () => {
    const [host, another] = [new LimitedHost(1000), new LimitedHost(1000)];
    const client = new HttpClient([host.url, another.url]);
    const place = await client.reserve(host.url, { timeout: 1000 });
    expect(await failureOf(place.send(request(another.url, "/", "payment")))).toMatchObject({
      kind: "not-allowed",
    });
  });
});
