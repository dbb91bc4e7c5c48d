import { describe, expect, test } from "bun:test";
import { API_KEY_HEADER, SandboxClient, SIGNED } from "./sandbox-client.ts";

const BROADCAST = "/v3/ethereum/broadcast";

async function disturbed(client: SandboxClient, fault: object): Promise<void> {
  const response = await client.request("POST", "/sandbox/faults", { path: BROADCAST, times: 1, ...fault });
  expect(response.status).toBe(204);
}

/** Broadcasts for a fresh pending transaction; also whether it was applied. */
async function broadcast(client: SandboxClient, init: RequestInit = {}) {
  const signatureId = await client.enqueue();
  const answered = fetch(client.sandbox.url + BROADCAST, {
    method: "POST",
    headers: API_KEY_HEADER,
    body: JSON.stringify({ txData: SIGNED.txData, signatureId }),
    keepalive: false,
    ...init,
  }).then(async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }));
  const outcome = await answered.catch((error: Error) => error);
  return { outcome, state: (await client.transactions())[0]?.state };
}

describe("a fault of the sandbox", () => {
  test("status: answers with it and with the headers, and applies nothing", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "status", status: 429, headers: { "retry-after": "3" } });
    const { outcome, state } = await broadcast(client);
    expect(outcome).toMatchObject({ status: 429 });
    expect((outcome as { headers: Headers }).headers.get("retry-after")).toBe("3");
    expect(JSON.parse((outcome as { text: string }).text)).toMatchObject({ statusCode: 429 });
    expect(state).toBe("pending");
  });

  test.each([
    ["drop-before", "pending"],
    ["drop-after", "done"],
  ])("%s: closes the connection without an answer; the transaction is then %s", async (kind, expected) => {
    await using client = new SandboxClient();
    await disturbed(client, { kind });
    const { outcome, state } = await broadcast(client);
    expect(outcome).toBeInstanceOf(Error);
    expect(state).toBe(expected);
  });

  test("truncated: applies, then breaks off in the middle of the answer", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "truncated" });
    const { outcome, state } = await broadcast(client);
    expect(outcome).toBeInstanceOf(Error);
    expect(state).toBe("done");
  });

  test("timeout: never answers and applies nothing", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "timeout" });
    const { outcome, state } = await broadcast(client, { signal: AbortSignal.timeout(300) });
    expect(outcome).toMatchObject({ name: "TimeoutError" });
    expect(state).toBe("pending");
  });

  test("slow: answers rightly after the delay", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "slow", delayMilliseconds: 200 });
    const start = performance.now();
    const { outcome, state } = await broadcast(client);
    expect(performance.now() - start).toBeGreaterThanOrEqual(195);
    expect(outcome).toMatchObject({ status: 200 });
    expect(state).toBe("done");
  });

  test("html: answers with a page and status 200, and applies nothing", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "html" });
    const { outcome, state } = await broadcast(client);
    expect(outcome).toMatchObject({ status: 200, text: expect.stringContaining("<!doctype html>") });
    expect(state).toBe("pending");
  });

  test("empty: answers without a body, and applies nothing", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "empty", status: 204 });
    const { outcome, state } = await broadcast(client);
    expect(outcome).toMatchObject({ status: 204, text: "" });
    expect(state).toBe("pending");
  });

  test("is used up after so many times", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "status", status: 503, times: 2 });
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      statuses.push((await client.request("POST", BROADCAST, { txData: SIGNED.txData })).status);
    }
    expect(statuses).toEqual([503, 503, 200]);
  });

  test("concerns only its path and method", async () => {
    await using client = new SandboxClient();
    await disturbed(client, { kind: "status", path: "/v3/kms/", method: "POST" });
    expect((await client.request("GET", "/v3/kms/pending/ETH")).status).toBe(200);
    expect((await client.request("GET", "/v3/tatum/version")).status).toBe(200);
    expect((await client.request("POST", "/v3/kms/pending/ETH", {})).status).toBe(500);
  });

  test("can redirect the four-eye check", async () => {
    await using client = new SandboxClient();
    const headers = { location: "/v3/tatum/version" };
    await disturbed(client, { kind: "status", path: "/sandbox/four-eye/", status: 302, headers });
    const url = `${client.sandbox.fourEyeUrl}/${await client.enqueue()}`;
    expect((await fetch(url, { redirect: "manual" })).status).toBe(302);
  });

  test("cannot be set for the sandbox's own surface", async () => {
    await using client = new SandboxClient();
    const fault = { path: "/sandbox/reset", times: 1, kind: "empty" };
    expect((await client.request("POST", "/sandbox/faults", fault)).status).toBe(400);
  });
});
