/** Ethereum transactions that the daemon signs and broadcasts are mined by a real node. */
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import { type Anvil, startAnvil } from "../anvil.ts";
import { Installation, type Run } from "../executable.ts";
import { callNode } from "./json-rpc.ts";
import { balanceOfCall, creationCode, SUPPLY, transferCall } from "./token-contract.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const SEPOLIA = 11_155_111;
const RECIPIENT = `0x${"42".repeat(20)}`;
const ETHER = 10n ** 18n;

interface Receipt {
  readonly status: string;
  readonly from: string;
  readonly to: string | null;
  readonly contractAddress: string | null;
  readonly transactionIndex: string;
  readonly blockNumber: string;
  readonly logs: readonly { readonly address: string; readonly data: string }[];
}

interface QueueEntry {
  readonly transaction: { readonly id: string };
  readonly state: string;
  readonly txId: string;
  readonly broadcasts: readonly { readonly txData: string }[];
  readonly violations: readonly unknown[];
}

let node: Anvil;
let sandbox: Sandbox;
const installation = new Installation();
/** A wallet that is one key, and a mnemonic wallet used at index 3. */
let keyWallet: { signatureId: string; address: string };
let mnemonicWallet: { signatureId: string; address: string };

async function sandboxCall<Result>(method: "GET" | "POST", path: string, body?: unknown): Promise<Result> {
  const response = await fetch(sandbox.url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

/** Queues a transaction of a wallet; its id. */
async function queue(wallet: { signatureId: string }, transaction: object, index?: number): Promise<string> {
  const { id } = await sandboxCall<{ id: string }>("POST", "/sandbox/transactions", {
    chain: "ETH",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [wallet.signatureId],
    ...(index !== undefined && { index }),
  });
  return id;
}

function runDaemon(): Promise<Run> {
  const env = { TATUM_API_URL: sandbox.url, TATUM_API_KEY: "sandbox", TATUM_RETRY_DELAY: "10" };
  const args = ["daemon", "--testnet", "--runOnce", "--chain=ETH", `--external-url=${sandbox.fourEyeUrl}`];
  return installation.run(args, { env });
}

async function entryOf(id: string): Promise<QueueEntry> {
  const entries = await sandboxCall<QueueEntry[]>("GET", "/sandbox/transactions");
  return entries.find(({ transaction }) => transaction.id === id) as QueueEntry;
}

/** The receipt of a queued transaction. The node mines after it has answered. */
async function receiptOf(id: string): Promise<Receipt> {
  const { txId } = await entryOf(id);
  for (let attempt = 0; attempt < 200; attempt++) {
    const receipt = await callNode<Receipt | null>(node.url, "eth_getTransactionReceipt", [txId]);
    if (receipt !== null) return receipt;
    await Bun.sleep(10);
  }
  throw new Error(`Transaction ${txId} was not mined.`);
}

async function balanceOf(address: string): Promise<bigint> {
  return BigInt(await callNode<string>(node.url, "eth_getBalance", [address, "latest"]));
}

async function tokensOf(token: string, address: string): Promise<bigint> {
  return BigInt(
    await callNode<string>(node.url, "eth_call", [{ to: token, data: balanceOfCall(address) }, "latest"]),
  );
}

/** Creates the token with the key wallet; its address. */
async function createToken(): Promise<string> {
  const id = await queue(keyWallet, { data: creationCode });
  expect(await runDaemon()).toMatchObject({ status: 0 });
  return (await receiptOf(id)).contractAddress as string;
}

beforeAll(async () => {
  node = await startAnvil({ chainId: SEPOLIA });
  sandbox = startSandbox({ nodes: new Map([["ETH", node.url]]), testnet: true });
  const batch = await installation.run(["generatemanagedprivatekeybatch", "ETH", "1", "--testnet"]);
  keyWallet = JSON.parse(batch.stdout);
  const wallet = await installation.run(["generatemanagedwallet", "ETH", "--testnet"]);
  const { signatureId } = JSON.parse(wallet.stdout) as { signatureId: string };
  const derived = await installation.run(["getaddress", signatureId, "3"]);
  mnemonicWallet = { signatureId, ...(JSON.parse(derived.stdout) as { address: string }) };
  for (const { address } of [keyWallet, mnemonicWallet]) {
    await callNode(node.url, "anvil_setBalance", [address, `0x${(10n * ETHER).toString(16)}`]);
  }
}, 30_000);

beforeEach(() => sandboxCall("POST", "/sandbox/reset"));

afterAll(async () => {
  await sandbox?.stop();
  await node?.stop();
  installation.remove();
});

describe("a real Ethereum node mines", () => {
  test("a transfer of which the payload says nothing but recipient and amount", async () => {
    const before = await balanceOf(RECIPIENT);
    const id = await queue(mnemonicWallet, { to: RECIPIENT, value: "123456789012345678" }, 3);
    expect(await runDaemon()).toMatchObject({ status: 0 });
    const receipt = await receiptOf(id);
    expect(receipt).toMatchObject({
      status: "0x1",
      from: mnemonicWallet.address.toLowerCase(),
      to: RECIPIENT,
    });
    expect((await balanceOf(RECIPIENT)) - before).toBe(123_456_789_012_345_678n);
  });

  test("an EIP-1559 transfer", async () => {
    const before = await balanceOf(RECIPIENT);
    const fees = { maxFeePerGas: "40000000000", maxPriorityFeePerGas: "1000000000" };
    const id = await queue(keyWallet, { to: RECIPIENT, value: "1", ...fees });
    expect(await runDaemon()).toMatchObject({ status: 0 });
    expect(await receiptOf(id)).toMatchObject({ status: "0x1", type: "0x2" });
    expect((await balanceOf(RECIPIENT)) - before).toBe(1n);
  });

  test("the creation of a contract", async () => {
    const token = await createToken();
    expect(await callNode<string>(node.url, "eth_getCode", [token, "latest"])).not.toBe("0x");
    expect(await tokensOf(token, keyWallet.address)).toBe(SUPPLY);
  });

  test("a transfer of ERC-20 tokens", async () => {
    const token = await createToken();
    const id = await queue(keyWallet, { to: token, data: transferCall(RECIPIENT, 12_345n) });
    expect(await runDaemon()).toMatchObject({ status: 0 });
    const receipt = await receiptOf(id);
    expect(receipt.status).toBe("0x1");
    expect(receipt.logs).toMatchObject([
      { address: token.toLowerCase(), data: `0x${(12_345).toString(16).padStart(64, "0")}` },
    ]);
    expect(await tokensOf(token, RECIPIENT)).toBe(12_345n);
    expect(await tokensOf(token, keyWallet.address)).toBe(SUPPLY - 12_345n);
  });

  test("nothing when the node says that the call would fail; the cause is reported", async () => {
    const token = await createToken();
    const id = await queue(keyWallet, { to: token, data: transferCall(RECIPIENT, SUPPLY + 1n) });
    expect(await runDaemon()).toMatchObject({ status: 75 });
    expect((await entryOf(id)).broadcasts).toEqual([]);
    const errors = await sandboxCall<{ signatureId: string; error: string }[]>("GET", "/sandbox/errors");
    expect(errors).toMatchObject([{ signatureId: id, error: expect.stringContaining("eth_estimateGas") }]);
  });

  test("five transfers of one sender, listed at once, in the order of the list", async () => {
    const ids: string[] = [];
    for (let at = 0; at < 5; at++) ids.push(await queue(keyWallet, { to: RECIPIENT, value: String(at) }));
    expect(await runDaemon()).toMatchObject({ status: 0 });
    const blocks: number[] = [];
    for (const id of ids) {
      const receipt = await receiptOf(id);
      expect(receipt.status).toBe("0x1");
      blocks.push(Number(receipt.blockNumber) * 1000 + Number(receipt.transactionIndex));
    }
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
  });

  test("a transfer once although its broadcast was not answered, then answered with an error", async () => {
    const before = await balanceOf(RECIPIENT);
    for (const kind of ["drop-after", "drop-before"]) {
      await sandboxCall("POST", "/sandbox/faults", { path: "/v3/ethereum/broadcast", times: 1, kind });
    }
    const id = await queue(keyWallet, { to: RECIPIENT, value: "7" });
    expect(await runDaemon()).toMatchObject({ status: 0 });
    expect(await receiptOf(id)).toMatchObject({ status: "0x1" });
    expect((await balanceOf(RECIPIENT)) - before).toBe(7n);
    expect((await entryOf(id)).violations).toEqual([]);
  });
});

describe("TATUM_KMS_ETH_CHAIN_ID", () => {
  test("names a test network of one's own", async () => {
    const own = await startAnvil({ chainId: 31_337 });
    const ownSandbox = startSandbox({ nodes: new Map([["ETH", own.url]]), testnet: true });
    const previous = sandbox;
    sandbox = ownSandbox;
    try {
      await callNode(own.url, "anvil_setBalance", [keyWallet.address, `0x${ETHER.toString(16)}`]);
      const id = await queue(keyWallet, { to: RECIPIENT, value: "1" });
      expect(await runDaemon()).toMatchObject({
        status: 75,
        stderr: expect.stringContaining("TATUM_KMS_ETH_CHAIN_ID"),
      });
      const env = { TATUM_API_URL: sandbox.url, TATUM_API_KEY: "sandbox", TATUM_KMS_ETH_CHAIN_ID: "31337" };
      const run = await installation.run(["daemon", "--testnet", "--runOnce", "--chain=ETH"], { env });
      expect(run.status).toBe(0);
      const { txId } = await entryOf(id);
      expect(await callNode<object>(own.url, "eth_getTransactionByHash", [txId])).toMatchObject({
        chainId: "0x7a69",
      });
    } finally {
      sandbox = previous;
      await ownSandbox.stop();
      await own.stop();
    }
  });
});
