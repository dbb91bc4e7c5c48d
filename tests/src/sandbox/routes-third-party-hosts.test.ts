import { describe, expect, test } from "bun:test";
import type { ChainEnvironment, PendingTransaction, Signer } from "../../../chains/chain.ts";
import { type JsonValue, stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { loadChain } from "../../../chains/index.ts";
import { examplePayment } from "../../../src/sandbox/chains/index.ts";
import { type HostName, hostPath, hostVariables } from "../../../src/sandbox/routes.ts";
import { SandboxClient, WALLET } from "./sandbox-client.ts";

function environmentOf(client: SandboxClient): ChainEnvironment {
  const ask = async (method: "GET" | "POST", path: string, body?: JsonValue): Promise<JsonValue> =>
    (await client.json(
      method,
      path.replace("{key}", "test-api-key"),
      body === undefined ? undefined : JSON.parse(stringifyExactJson(body)),
    )) as JsonValue;
  return {
    network: "testnet",
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    rpc: () => Promise.reject(new Error("These chains make no JSON-RPC calls.")),
    askThirdParty: (name, { method, path, body }) => ask(method, hostPath(name as HostName) + path, body),
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (_account, counted) => counted,
    setting: () => undefined,
    now: () => Date.now(),
    pause: async () => {},
    warn: (message) => {
      throw new Error(message);
    },
  };
}

describe("the sandbox in the place of nodes", () => {
  test.each(["EGLD", "VET", "FLOW"])("answers what %s asks, up to the completed payment", async (ticker) => {
    await using client = new SandboxClient({ testnet: true });
    const chain = (await loadChain(ticker))!;
    const wallet = chain.generateWallet("testnet");
    const address = chain.deriveAddress(wallet, 0, "testnet");
    const { key } = chain.parsePrivateKey(chain.derivePrivateKey(wallet, 0, "testnet"), "testnet");
    const id = await client.enqueue(
      await examplePayment(ticker, { signatureId: WALLET, network: "testnet", address }),
    );
    const [pending] = (await client.json("GET", `/v3/kms/pending/${ticker}`)) as [PendingTransaction];
    const signer: Signer = { signatureId: WALLET, kind: "private-key", key: async () => key };
    const environment = environmentOf(client);
    const transaction = { ...pending, signatures: [] };
    const signed = await chain.sign({ transaction, signers: [signer] }, environment);
    const txData = (await chain.submit?.(signed, environment)) ?? signed.payload;
    const body = { txData, signatureId: id };
    expect(await client.json("POST", chain.facts.broadcastPath, body)).toEqual({
      txId: signed.transactionId,
    });
    expect(await client.json("GET", `/v3/kms/${id}`)).toMatchObject({ txId: signed.transactionId });
  });

  test("is found by the variables it prints", () => {
    expect(hostVariables("http://127.0.0.1:3999")).toEqual({
      TATUM_KMS_VET_URL: "http://127.0.0.1:3999/sandbox/hosts/VET",
      TATUM_KMS_FLOW_URL: "http://127.0.0.1:3999/sandbox/hosts/FLOW",
    });
  });
});
