import { describe, expect, test } from "bun:test";
import { SandboxClient } from "../sandbox-client.ts";

function rpc(client: SandboxClient, method: string, ...params: unknown[]): Promise<unknown> {
  return client.json("POST", "/v3/blockchain/node/SOL/key", { jsonrpc: "2.0", id: 7, method, params });
}

describe("the Solana node of the sandbox", () => {
  test("gives every transaction another blockhash, good for 150 blocks", async () => {
    await using client = new SandboxClient();
    const [first, second] = (await Promise.all([
      rpc(client, "getLatestBlockhash"),
      rpc(client, "getLatestBlockhash"),
    ])) as { result: { value: { blockhash: string; lastValidBlockHeight: number } } }[];
    expect(first!.result.value.blockhash).not.toBe(second!.result.value.blockhash);
    const { result } = (await rpc(client, "getBlockHeight")) as { result: number };
    expect(first!.result.value.lastValidBlockHeight).toBe(result + 150);
  });

  test.each([
    ["before the message", [Buffer.of(1), Buffer.alloc(64, 1), Buffer.alloc(10)]],
    [
      "behind it, from version 1 on",
      [Buffer.of(0x81, 2), Buffer.alloc(9), Buffer.alloc(64, 1), Buffer.alloc(64)],
    ],
  ])("calls a transaction by its first signature, %s, and has carried it out", async (_, parts) => {
    await using client = new SandboxClient();
    const wire = Buffer.concat(parts).toString("base64");
    const id = "2AXDGYSE4f2sz7tvMMzyHvUfcoJmxudvdhBcmiUSo6ijwfYmfZYsKRxboQMPh3R4kUhXRVdtSXFXMheka4Rc4P2";
    expect(await rpc(client, "sendTransaction", wire)).toMatchObject({ result: id });
    expect(await rpc(client, "getTransaction", id)).toMatchObject({ result: { meta: { err: null } } });
  });
});
