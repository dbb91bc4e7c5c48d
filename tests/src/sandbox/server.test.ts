import { describe, expect, test } from "bun:test";
import { SandboxStartError, startSandbox } from "../../../src/sandbox/server.ts";
import { API_KEY_HEADER, SandboxClient } from "./sandbox-client.ts";

describe("the sandbox server", () => {
  test("listens on 127.0.0.1 at a free port", async () => {
    await using client = new SandboxClient();
    expect(client.sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect(client.sandbox.fourEyeUrl).toBe(`${client.sandbox.url}/sandbox/four-eye`);
    expect((await client.request("GET", "/v3/tatum/version")).status).toBe(200);
  });

  test("answers no more once it is stopped", async () => {
    const sandbox = startSandbox({ nodes: new Map() });
    await sandbox.stop();
    expect(fetch(sandbox.url)).rejects.toThrow();
  });

  test("says at start that its port is taken", async () => {
    await using client = new SandboxClient();
    const port = Number(new URL(client.sandbox.url).port);
    expect(() => startSandbox({ port, nodes: new Map() })).toThrow(
      expect.objectContaining({ code: "PORT_UNAVAILABLE" }),
    );
  });

  test("says at start that the chain of a node is unknown", () => {
    expect(() => startSandbox({ nodes: new Map([["eth", "http://127.0.0.1:1"]]) })).toThrow(
      expect.objectContaining({ code: "UNKNOWN_CHAIN" }),
    );
  });

  test("says at start that a node URL is none, without the password in it", () => {
    try {
      startSandbox({ nodes: new Map([["LTC", "ftp://user:hush@127.0.0.1"]]) });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SandboxStartError);
      expect((error as SandboxStartError).code).toBe("INVALID_NODE_URL");
      expect(Bun.inspect(error)).not.toContain("hush");
    }
  });

  test.each(["attacker.example", "attacker.example:80", "127.0.0.1.attacker.example"])(
    "refuses the Host %s",
    async (host) => {
      await using client = new SandboxClient();
      const headers = { ...API_KEY_HEADER, host };
      expect((await fetch(`${client.sandbox.url}/v3/tatum/version`, { headers })).status).toBe(403);
    },
  );

  test.each(["localhost", "[::1]:4000", "127.0.0.1"])("takes the Host %s", async (host) => {
    await using client = new SandboxClient();
    const headers = { ...API_KEY_HEADER, host };
    expect((await fetch(`${client.sandbox.url}/v3/tatum/version`, { headers })).status).toBe(200);
  });

  test.each(["https://attacker.example", "null"])("refuses the Origin %s", async (origin) => {
    await using client = new SandboxClient();
    const headers = { ...API_KEY_HEADER, origin };
    const response = await fetch(`${client.sandbox.url}/sandbox/reset`, { method: "POST", headers });
    expect(response.status).toBe(403);
  });

  test.each(["", undefined])("wants an x-api-key for /v3 (given: %p)", async (key) => {
    await using client = new SandboxClient();
    const headers: Record<string, string> = key === undefined ? {} : { "x-api-key": key };
    const response = await fetch(`${client.sandbox.url}/v3/tatum/version`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ statusCode: 401, message: expect.any(String) });
  });

  test("wants no x-api-key for JSON-RPC, whose path carries the key", async () => {
    await using client = new SandboxClient();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const response = await fetch(`${client.sandbox.url}/v3/ethereum/web3/key`, { method: "POST", body });
    expect(response.status).toBe(200);
  });

  test("refuses a body above 2 MB", async () => {
    await using client = new SandboxClient();
    const response = await client.request("POST", "/sandbox/transactions", {
      padding: "x".repeat(2_000_000),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ statusCode: 413, errorCode: "request.too.large" });
  });

  test("answers 400 in the API's error shape to a body that is no JSON", async () => {
    await using client = new SandboxClient();
    const response = await fetch(`${client.sandbox.url}/v3/kms/pending/ETH`, {
      method: "POST",
      headers: API_KEY_HEADER,
      body: '{"signatureIds":',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      statusCode: 400,
      errorCode: "validation.failed",
      message: expect.any(String),
    });
  });

  test("names the members of a body that are wrong", async () => {
    await using client = new SandboxClient();
    const response = await client.request("POST", "/v3/kms/pending/ETH", { signatureIds: ["a", 7] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errorCode: "validation.failed",
      data: [{ target: "body", property: "signatureIds.1" }],
    });
  });

  test("answers 404 in the API's error shape to an unknown path", async () => {
    await using client = new SandboxClient();
    const response = await client.request("GET", "/v3/nothing");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ statusCode: 404, errorCode: "not.found" });
  });
});
