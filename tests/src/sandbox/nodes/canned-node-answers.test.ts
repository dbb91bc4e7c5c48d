import { describe, expect, test } from "bun:test";
import { OTHER_SIGNED, SandboxClient, SIGNED } from "../sandbox-client.ts";

const chainIds: readonly [string, string, number, number][] = [
  ["/v3/ethereum/web3/key", "eth_chainId", 1, 11155111],
  ["/v3/bsc/web3/key", "eth_chainId", 56, 97],
  ["/v3/polygon/web3/key", "eth_chainId", 137, 80002],
  ["/v3/one/web3/key", "eth_chainId", 1666600000, 1666700000],
  ["/v3/kcs/web3/key", "eth_chainId", 321, 322],
  ["/v3/xdc/web3/key", "eth_chainId", 50, 51],
  ["/v3/blockchain/node/CELO/key", "eth_chainId", 42220, 44787],
  ["/v3/blockchain/node/KLAY/key", "klay_chainID", 8217, 1001],
];

function rpc(client: SandboxClient, path: string, method: string, ...params: unknown[]): Promise<unknown> {
  return client.json("POST", path, { jsonrpc: "2.0", id: 7, method, params });
}

describe("without a node", () => {
  test.each(chainIds)(
    "%s answers %s with the chain id of the network",
    async (path, method, mainnet, testnet) => {
      await using onMainnet = new SandboxClient();
      await using onTestnet = new SandboxClient({ testnet: true });
      expect(await rpc(onMainnet, path, method)).toEqual({
        jsonrpc: "2.0",
        id: 7,
        result: `0x${mainnet.toString(16)}`,
      });
      expect(await rpc(onTestnet, path, method)).toMatchObject({ result: `0x${testnet.toString(16)}` });
    },
  );

  test("a transfer is estimated at 21000 gas, a call with data above", async () => {
    await using client = new SandboxClient();
    const path = "/v3/ethereum/web3/key";
    expect(await rpc(client, path, "eth_estimateGas", { to: "0x00" })).toMatchObject({ result: "0x5208" });
    const withData = (await rpc(client, path, "eth_estimateGas", { data: "0xa9059cbb" })) as {
      result: string;
    };
    expect(Number(withData.result)).toBeGreaterThan(21000 + 4 * 16);
  });

  test.each(["eth_gasPrice", "eth_blockNumber", "klay_gasPrice"])(
    "%s is a positive quantity",
    async (method) => {
      await using client = new SandboxClient();
      expect(await rpc(client, "/v3/blockchain/node/KLAY/key", method)).toMatchObject({
        result: expect.stringMatching(/^0x[1-9a-f][0-9a-f]*$/),
      });
    },
  );

  test("the transaction count follows what each sender broadcast", async () => {
    await using client = new SandboxClient();
    const path = `/v3/ethereum/transaction/count/${SIGNED.from}`;
    expect(await client.json("GET", path)).toBe(0);
    await client.request("POST", "/v3/ethereum/broadcast", { txData: SIGNED.txData });
    expect(await client.json("GET", path)).toBe(SIGNED.nonce + 1);
    const count = await rpc(
      client,
      "/v3/ethereum/web3/key",
      "eth_getTransactionCount",
      SIGNED.from,
      "latest",
    );
    expect(count).toMatchObject({ result: `0x${(SIGNED.nonce + 1).toString(16)}` });
    expect(await client.json("GET", `/v3/ethereum/transaction/count/${OTHER_SIGNED.from}`)).toBe(0);
    expect(await client.json("GET", `/v3/bsc/transaction/count/${SIGNED.from}`)).toBe(0);
  });

  test("the transaction count takes addresses that begin with xdc", async () => {
    await using client = new SandboxClient();
    const address = SIGNED.from.toLowerCase().replace("0x", "xdc");
    await client.request("POST", "/v3/xdc/broadcast", { txData: SIGNED.txData });
    expect(await client.json("GET", `/v3/xdc/transaction/count/${address}`)).toBe(SIGNED.nonce + 1);
  });

  test("the transaction count refuses what is no address", async () => {
    await using client = new SandboxClient();
    expect((await client.request("GET", "/v3/ethereum/transaction/count/0x12")).status).toBe(400);
  });

  test.each(["ETH", "BTC"])("the fee of %s has numbers for three speeds", async (ticker) => {
    await using client = new SandboxClient();
    expect(await client.json("GET", `/v3/blockchain/fee/${ticker}`)).toMatchObject({
      fast: expect.any(Number),
      medium: expect.any(Number),
      slow: expect.any(Number),
      time: expect.any(String),
      block: expect.any(Number),
    });
  });

  test.each([
    ["/v3/ethereum/web3/key", "eth_sendEverything"],
    ["/v3/blockchain/node/SOL/key", "getBalance"],
  ])("%s does not know the method %s", async (path, method) => {
    await using client = new SandboxClient();
    expect(await rpc(client, path, method)).toMatchObject({ jsonrpc: "2.0", id: 7, error: { code: -32601 } });
  });

  test("a batch is answered in its order", async () => {
    await using client = new SandboxClient();
    const batch = [
      { jsonrpc: "2.0", id: "a", method: "eth_chainId" },
      { jsonrpc: "2.0", id: "b", method: "eth_estimateGas", params: [{}] },
    ];
    expect(await client.json("POST", "/v3/ethereum/web3/key", batch)).toMatchObject([
      { id: "a", result: "0x1" },
      { id: "b", result: "0x5208" },
    ]);
  });
});
