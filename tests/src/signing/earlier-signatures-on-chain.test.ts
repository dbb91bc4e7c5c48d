import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Chain, PendingTransaction } from "../../../chains/chain.ts";
import { loadChain, tickers } from "../../../chains/index.ts";
import type { Outcome } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import { examplePayment } from "../../../src/sandbox/chains/index.ts";
import { EarlierSignatures } from "../../../src/signing/earlier-signatures.ts";
import { createChainEnvironment } from "../../../src/signing/environment.ts";
import type { Services } from "../../../src/signing/services.ts";
import { TatumApi } from "../../../src/tatum/api.ts";
import { TatumConnection } from "../../../src/tatum/connection.ts";
import { NodeCalls } from "../../../src/tatum/node.ts";
import { readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import { signerOf } from "../../chains/offline-signing-vectors.ts";
import { SandboxClient, WALLET } from "../sandbox/sandbox-client.ts";
import { SigningScene } from "./signing-scene.ts";

// On a busy machine.
setDefaultTimeout(30_000);

/** A restored vault whose journal is empty, with the sandbox as the API. */
let scene: SigningScene;
let client: SandboxClient;
let outside: Services;
beforeAll(async () => {
  scene = await SigningScene.createRestored(async () => undefined);
  client = new SandboxClient();
  const baseUrl = new URL(client.sandbox.url);
  scene.services.http.allow(baseUrl);
  const { http } = scene.services;
  const retries = { retries: 0, delay: 1, maximumDelay: 1 };
  const connection = new TatumConnection({ baseUrl, apiKey: "key", http, timeout: 10_000, retries });
  outside = { ...scene.services, api: new TatumApi(connection), nodes: new NodeCalls(connection, 0) };
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await scene.end();
});

/** A payment that the API lists, and all that is known of it here. */
interface Listed {
  readonly chain: Chain;
  readonly request: Parameters<Chain["sign"]>[0];
  readonly account: string | undefined;
  readonly contentDigest: string;
}

/** The example of the sandbox from a new wallet. @param members of its JSON that are set */
async function list(ticker: string, members?: Readonly<Record<string, unknown>>): Promise<Listed> {
  const chain = (await loadChain(ticker)) as Chain;
  const wallet = chain.generateWallet("mainnet");
  const index = wallet.mnemonic === undefined ? undefined : 0;
  const address = chain.deriveAddress(wallet, 0, "mainnet");
  const example = await examplePayment(ticker, {
    signatureId: WALLET,
    address,
    network: "mainnet",
    ...(index !== undefined && { index }),
  });
  const { serializedTransaction: given } = example;
  const serializedTransaction =
    members === undefined ? given : JSON.stringify({ ...JSON.parse(given), ...members });
  const id = await client.enqueue({ ...example, serializedTransaction });
  const entry = readPendingTransaction({ ...example, serializedTransaction, id }, ticker);
  if (!("transaction" in entry)) throw new Error(`The example of ${ticker} is not read.`);
  const { transaction, contentDigest } = entry;
  const request = { transaction, signers: [signerOf(WALLET, wallet, chain, "mainnet", index)] };
  return { chain, request, account: await chain.sendingAccount(request), contentDigest };
}

/** What the lost part of the journal did. */
async function signAndSend({ chain, request, account }: Listed): Promise<void> {
  const known = { account, used: UsedSequences.none(), isTaken: async () => false };
  const environment = createChainEnvironment(chain, outside, () => undefined, known);
  const { payload: txData } = await chain.sign(request, environment);
  const answer = await client.request("POST", chain.facts.broadcastPath, { txData });
  expect(await answer.json()).toMatchObject({ txId: expect.any(String) });
}

async function settle({ chain, request, account, contentDigest }: Listed) {
  const { transaction }: { transaction: PendingTransaction } = request;
  const home = { chain: chain.facts.ticker, network: "mainnet" } as const;
  const journal = new Journal(scene.vault, home, { period: 1, fence: { assertHeld: async () => undefined } });
  const job = journal.begin(transaction, contentDigest);
  const earlier = new EarlierSignatures(chain, { ...outside, journal });
  const outcome: Outcome | undefined = await earlier.settleUnknown(job, transaction, account);
  return { outcome, problem: (await journal.find(job.id))?.problem };
}

type Example = readonly [ticker: string, members: Readonly<Record<string, unknown>> | undefined];

const lookedUp: readonly Example[] = [
  ["ADA", undefined],
  ["ALGO", undefined],
  ["BCH", undefined],
  ["BTC", undefined],
  ["DOGE", undefined],
  ["EGLD", { nonce: 0 }],
  ["ETH", { nonce: 0, gas: "21000" }],
  ["LTC", undefined],
  ["TRON", undefined],
  ["XLM", undefined],
  ["XRP", undefined],
];
const neverLookedUp: readonly Example[] = [
  ["BNB", undefined],
  ["EGLD", {}],
  ["ETH", {}],
  ["FLOW", undefined],
  ["SOL", undefined],
  ["VET", undefined],
  ["XRP", { Sequence: 0, TicketSequence: 7 }],
];

/** The examples spend what all of them spend. */
afterEach(() => client.request("POST", "/sandbox/reset"));

describe("after a restore a payment of which the journal knows nothing", () => {
  test.each(lookedUp)(
    "of %s is signed while the chain has not used up what it names",
    async (ticker, members) => {
      expect((await settle(await list(ticker, members))).outcome).toBeUndefined();
    },
  );

  test.each(lookedUp)("of %s that was sent before is parked, and not signed", async (ticker, members) => {
    const listed = await list(ticker, members);
    await signAndSend(listed);
    const { outcome, problem } = await settle(listed);
    expect(outcome).toBe("parked");
    expect(problem).toContain("used up");
  });

  test.each(neverLookedUp)("of %s, whose chain cannot tell, is parked", async (ticker, members) => {
    expect((await settle(await list(ticker, members))).outcome).toBe("parked");
  });
});

test("the manual says of each chain whether it is looked up, and which are parked", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../../docs/command-line.md")).text();
  const [, table = ""] =
    /\| Chains \| What is looked up \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(text) ?? [];
  const rows = table.trim().split("\n");
  const named = (row: string) => (row.split("|")[1] ?? "").trim().split(", ");
  const chains = (await Promise.all(tickers.map((ticker) => loadChain(ticker)))) as readonly Chain[];
  const tells = ({ countTransactions, isSpent, fixedTransactionId }: Chain) =>
    (countTransactions ?? isSpent ?? fixedTransactionId) !== undefined;
  const tickersOf = (some: readonly Chain[]) => some.map(({ facts }) => facts.ticker).sort();
  expect(rows.slice(0, -1).flatMap(named).sort()).toEqual(tickersOf(chains.filter(tells)));
  expect(named(rows.at(-1) ?? "").sort()).toEqual(tickersOf(chains.filter((chain) => !tells(chain))));
});
