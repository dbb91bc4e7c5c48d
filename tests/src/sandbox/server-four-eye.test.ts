import { describe, expect, test } from "bun:test";
import { SandboxClient } from "./sandbox-client.ts";

describe.each(["GET", "POST"])("the four-eye stand-in, asked with %s", (method) => {
  const body = method === "POST" ? { id: "x" } : undefined;
  const ask = (client: SandboxClient, id: string) =>
    client.request(method, `/sandbox/four-eye/${id}`, body).then(({ status }) => status);

  test("approves a transaction of the queue", async () => {
    await using client = new SandboxClient();
    expect(await ask(client, await client.enqueue())).toBe(200);
  });

  test("does not know any other", async () => {
    await using client = new SandboxClient();
    expect(await ask(client, "000000000000000000000000")).toBe(404);
  });

  test("does not know one that was cancelled", async () => {
    await using client = new SandboxClient();
    const id = await client.enqueue();
    await client.request("DELETE", `/v3/kms/${id}`);
    expect(await ask(client, id)).toBe(404);
  });

  test("refuses one that was denied, and only that", async () => {
    await using client = new SandboxClient();
    const denied = await client.enqueue();
    const other = await client.enqueue();
    expect((await client.request("POST", `/sandbox/four-eye/${denied}/deny`)).status).toBe(204);
    expect(await ask(client, denied)).toBe(403);
    expect(await ask(client, other)).toBe(200);
  });
});
