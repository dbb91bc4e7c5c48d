/** Litecoin transactions that the daemon signs and broadcasts are accepted and mined by a real node. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { WIF } from "@scure/btc-signer";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import { Installation, type Run } from "../executable.ts";
import { type Coin, fund, type OutputKind, REGTEST, spendingOf } from "./litecoin-coins.ts";
import { type Litecoind, startLitecoind } from "./litecoind.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

let node: Litecoind;
let sandbox: Sandbox;
const installation = new Installation();
let signatureId = "";
let publicKey: Uint8Array;

/** Queues a transaction that spends these coins to the node; its id. */
async function queue(coins: readonly Coin[]): Promise<string> {
  const serializedTransaction = await spendingOf(node, coins);
  const hashes = coins.map(() => signatureId);
  const response = await fetch(`${sandbox.url}/sandbox/transactions`, {
    method: "POST",
    body: JSON.stringify({ chain: "LTC", serializedTransaction, hashes }),
  });
  return ((await response.json()) as { id: string }).id;
}

function runDaemon(): Promise<Run> {
  const env = { TATUM_API_URL: sandbox.url, TATUM_API_KEY: "sandbox" };
  const args = ["daemon", "--testnet", "--runOnce", "--chain=LTC", `--external-url=${sandbox.fourEyeUrl}`];
  return installation.run(args, { env });
}

async function txIdOf(id: string): Promise<string> {
  const entries = (await (await fetch(`${sandbox.url}/sandbox/transactions`)).json()) as {
    transaction: { id: string };
    txId: string;
  }[];
  return entries.find(({ transaction }) => transaction.id === id)?.txId ?? "";
}

beforeAll(async () => {
  node = await startLitecoind();
  sandbox = startSandbox({ nodes: new Map([["LTC", node.url]]), testnet: true });
  const batch = await installation.run(["generatemanagedprivatekeybatch", "LTC", "1", "--testnet"]);
  ({ signatureId } = JSON.parse(batch.stdout) as { signatureId: string });
  const wallet = await installation.run(["getmanagedwallet", signatureId]);
  const { privateKey } = JSON.parse(wallet.stdout) as { privateKey: string };
  publicKey = secp256k1.getPublicKey(WIF(REGTEST).decode(privateKey));
}, 60_000);

afterAll(async () => {
  await sandbox?.stop();
  await node?.stop();
  installation.remove();
});

describe("a real Litecoin node accepts and mines a spend of", () => {
  const cases: readonly (readonly OutputKind[])[] = [
    ["P2PKH"],
    ["P2WPKH"],
    ["P2SH-P2WPKH"],
    ["P2WPKH", "P2PKH", "P2SH-P2WPKH", "P2WPKH"],
  ];
  for (const kinds of cases) {
    test(kinds.join(", "), async () => {
      const coins: Coin[] = [];
      for (const kind of kinds) coins.push(await fund(node, publicKey, kind));
      await node.mine(1);
      const id = await queue(coins);
      const run = await runDaemon();
      expect(run).toMatchObject({ status: 0 });
      const txId = await txIdOf(id);
      expect(await node.call<string[]>("getrawmempool")).toContain(txId);
      const [block] = await node.mine(1);
      const { tx } = await node.call<{ tx: string[] }>("getblock", block);
      expect(tx).toContain(txId);
    });
  }
});

test("a spend that the node refuses is reported with the node's words and not marked done", async () => {
  const coin = await fund(node, publicKey, "P2WPKH");
  await node.mine(1);
  const id = await queue([{ ...coin, prevTxId: "ab".repeat(32) }]);
  expect(await runDaemon()).toMatchObject({ status: 75 });
  const errors = (await (await fetch(`${sandbox.url}/sandbox/errors`)).json()) as {
    signatureId: string;
    error: string;
  }[];
  expect(errors.filter(({ signatureId: about }) => about === id)).toMatchObject([
    { error: expect.stringMatching(/litecoin\.broadcast\.failed.*missing/i) },
  ]);
});
