/** A stuck nonce is freed by `lane repair` on a real node, and what waits behind it is mined. */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import { type Anvil, startAnvil } from "../anvil.ts";
import { Installation, type Run } from "../executable.ts";
import { callNode } from "./json-rpc.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const SEPOLIA = 11_155_111;
const RECIPIENT = `0x${"42".repeat(20)}`;
const GWEI = 10n ** 9n;
const FIRST = 5;

let node: Anvil;
let sandbox: Sandbox;
let account: string;
let signatureId: string;
let installation: Installation;

async function sandboxCall<Result>(method: "GET" | "POST", path: string, body?: unknown): Promise<Result> {
  const response = await fetch(sandbox.url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

async function queue(nonce: number, gasPrice: bigint): Promise<string> {
  const transaction = { to: RECIPIENT, value: "1", nonce, gas: "21000", gasPrice: `${gasPrice}` };
  const { id } = await sandboxCall<{ id: string }>("POST", "/sandbox/transactions", {
    chain: "ETH",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
  });
  return id;
}

function run(...args: string[]): Promise<Run> {
  const env = { TATUM_API_URL: sandbox.url, TATUM_API_KEY: "sandbox", TATUM_RETRY_DELAY: "10" };
  return installation.run(args, { env });
}

function sign(): Promise<Run> {
  return run("daemon", "--testnet", "--run-once", "--chain=ETH", `--external-url=${sandbox.fourEyeUrl}`);
}

function repair(...args: string[]): Promise<Run> {
  return run("lane", "repair", account, "--chain=ETH", ...args);
}

async function mined(): Promise<number> {
  await callNode(node.url, "evm_mine", []);
  return Number(await callNode<string>(node.url, "eth_getTransactionCount", [account, "latest"]));
}

interface Diagnosis {
  readonly counted: string;
  readonly obstacles: readonly {
    readonly number: string;
    readonly is: string;
    readonly id?: string;
    readonly transactionId?: string;
    readonly whereabouts?: string;
    readonly repairs: readonly string[];
  }[];
}

async function diagnosis(): Promise<Diagnosis> {
  const { stdout, stderr, status } = await repair();
  expect({ stderr, status }).toMatchObject({ status: 0 });
  return JSON.parse(stdout) as Diagnosis;
}

beforeAll(async () => {
  node = await startAnvil({ chainId: SEPOLIA });
  await callNode(node.url, "evm_setAutomine", [false]);
  sandbox = startSandbox({ nodes: new Map([["ETH", node.url]]), testnet: true });
}, 30_000);

/** Each test has an account of its own, which has sent five transactions before. */
beforeEach(async () => {
  await sandboxCall("POST", "/sandbox/reset");
  installation = new Installation();
  const batch = await installation.run(["generatemanagedprivatekeybatch", "ETH", "1", "--testnet"]);
  ({ signatureId, address: account } = JSON.parse(batch.stdout) as { signatureId: string; address: string });
  account = account.toLowerCase();
  await callNode(node.url, "anvil_setBalance", [account, `0x${(10n ** 19n).toString(16)}`]);
  await callNode(node.url, "anvil_setNonce", [account, `0x${FIRST.toString(16)}`]);
});

afterAll(async () => {
  await sandbox?.stop();
  await node?.stop();
  installation?.remove();
});

test("a payment that nodes refuse is cancelled at its nonce, and those behind it are mined", async () => {
  const stuck = await queue(5, 1n);
  await queue(6, 50n * GWEI);
  await queue(7, 50n * GWEI);
  expect(await sign()).toMatchObject({ status: 75 });
  expect(await mined()).toBe(5);

  const { counted, obstacles } = await diagnosis();
  expect(counted).toBe("5");
  const seen = obstacles.map(({ number, id, whereabouts }) => [number, id === stuck, whereabouts]);
  expect(seen).toEqual([
    ["5", true, "absent"],
    ["6", false, "pooled"],
    ["7", false, "pooled"],
  ]);
  const hash = obstacles[0]?.transactionId ?? "";
  const command = `tatum-kms lane repair ${account} --chain=ETH --testnet --number=5 --confirm=${hash}`;
  expect(obstacles[0]?.repairs).toEqual([
    `tatum-kms job retry ${stuck}`,
    `${command} --as=cancel`,
    `${command} --as=give-back`,
  ]);

  const unnamed = await repair("--number=5", "--as=cancel", "--yes");
  expect(unnamed).toMatchObject({ status: 64, stderr: expect.stringContaining(`--confirm=${hash}`) });
  const unasked = await repair("--number=5", "--as=cancel", `--confirm=${hash}`);
  expect(unasked).toMatchObject({ status: 77, stderr: expect.stringContaining("NOT_CONFIRMED") });

  const repaired = await repair("--number=5", "--as=cancel", `--confirm=${hash}`, "--yes");
  expect(repaired).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`Payment ${stuck} (sent), signed as ${hash}, becomes impossible`),
  });
  const job = JSON.parse(repaired.stdout) as { state: string; sequence: string; transactionId: string };
  expect(job).toMatchObject({ state: "done", sequence: "5", account, isRepair: true });

  expect(await mined()).toBe(8);
  expect(await callNode<object>(node.url, "eth_getTransactionReceipt", [job.transactionId])).toMatchObject({
    status: "0x1",
    from: account,
    to: account,
  });
  expect((await diagnosis()).obstacles).toEqual([]);
  const told = JSON.parse((await run("job", "show", stuck)).stdout) as { state: string; problem: string };
  expect(told).toMatchObject({ state: "parked", problem: expect.stringContaining(job.transactionId) });
});

test("a nonce that nothing uses is filled, and those behind it are mined", async () => {
  await queue(6, 50n * GWEI);
  await queue(7, 50n * GWEI);
  expect(await sign()).toMatchObject({ status: 0 });
  expect(await mined()).toBe(5);
  expect(await repair("--number=5", "--as=fill", "--yes")).toMatchObject({ status: 0 });
  expect(await mined()).toBe(8);
});
