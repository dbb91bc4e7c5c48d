import { describe, expect, test } from "bun:test";
import type { Finding } from "../../../src/doctor/finding.ts";
import { apiFindings, collectorFindings, fourEyeFindings, judgeClock } from "../../../src/doctor/services.ts";
import { HttpClient } from "../../../src/http/client.ts";
import { named, statuses } from "./found.ts";

describe("the clock", () => {
  const now = Date.parse("2026-01-31T12:00:00Z");
  test.each([
    [0, "ok"],
    [29, "ok"],
    [-31, "warning"],
    [301, "failure"],
  ])("%d s apart from the API is %s", (seconds, status) => {
    expect(judgeClock(new Date(now + seconds * 1000).toUTCString(), now).status).toBe(
      status as Finding["status"],
    );
  });

  test("is not known where the API does not tell its time", () => {
    expect(judgeClock(null, now).status).toBe("warning");
    expect(judgeClock("soon", now).status).toBe("warning");
  });
});

/** A server that answers everything in one way. */
async function answering<Result>(
  answer: () => Response,
  ask: (url: URL) => Promise<Result>,
): Promise<Result> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  try {
    return await ask(server.url);
  } finally {
    await server.stop(true);
  }
}

function askApi(url: URL): Promise<Finding[]> {
  const tatum = {
    apiUrl: url,
    apiUrlSetting: "TATUM_API_URL",
    apiKey: "canary",
    apiKeyName: "default",
    apiKeySetting: "TATUM_API_KEY (from environment)",
    timeout: 5_000,
    retries: { retries: 0, delay: 1, maximumDelay: 1 },
    requestsPerSecond: undefined,
    testnetType: undefined,
  };
  return apiFindings(tatum, new HttpClient([url]));
}

const askFourEye = (url: URL): Promise<Finding[]> => fourEyeFindings(url, 5_000, new HttpClient([url]));

describe("the API", () => {
  test("takes the key and tells the credits that were used", async () => {
    const found = await answering(() => Response.json([{ usage: 3 }, { usage: 4 }]), askApi);
    expect(statuses(found)).toEqual({ api: "ok", clock: "ok", "api-key": "ok" });
    expect(named(found, "api-key").message).toBe(
      "The API takes the key; 7 credits were used in the last month. It is that of TATUM_API_KEY (from environment).",
    );
  });

  test.each([
    [401, "failure"],
    [403, "failure"],
    [402, "failure"],
    [404, "warning"],
    [500, "warning"],
  ])("that answers HTTP %d to the key is a %s, without showing the key", async (status, told) => {
    const found = await answering(() => new Response("{}", { status }), askApi);
    expect(named(found, "api-key").status).toBe(told as Finding["status"]);
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  test("that does not answer is a failure", async () => {
    const url = await answering(
      () => new Response(),
      async (server) => server,
    );
    expect(statuses(await askApi(url))).toEqual({ api: "failure" });
  });
});

describe("the four-eye server", () => {
  test.each([
    [200, "failure", "approves a transaction that there is not"],
    [302, "failure", "answers with a redirect"],
    [500, "failure", "answers HTTP 500"],
    [404, "warning", "over plain http, and refuses what it does not know (HTTP 404)"],
  ])("that answers HTTP %d to an unknown transaction is a %s", async (status, told, message) => {
    const [finding] = await answering(() => new Response(null, { status }), askFourEye);
    expect(finding).toMatchObject({ check: "four-eye", status: told });
    expect(finding?.message).toContain(message);
  });

  test("that does not answer is a failure", async () => {
    const url = await answering(
      () => new Response(),
      async (server) => server,
    );
    expect(statuses(await askFourEye(url))).toEqual({ "four-eye": "failure" });
  });
});

describe("the collector", () => {
  const ask = (url: URL): Promise<Finding[]> =>
    collectorFindings({ endpoint: url }, 5_000, new HttpClient([url]));

  test.each([
    [200, "ok"],
    [404, "warning"],
    [503, "warning"],
  ] as const)("that answers %d is %s", async (status, found) => {
    expect(statuses(await answering(() => Response.json({}, { status }), ask))).toEqual({ collector: found });
  });

  test("that does not answer is a warning: no payment waits for it", async () => {
    expect(statuses(await ask(new URL("http://127.0.0.1:1")))).toEqual({ collector: "warning" });
  });
});
