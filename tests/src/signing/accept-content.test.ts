import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import type { Chain, Network, SignedTransaction } from "../../../chains/chain.ts";
import { loadChain, tickers } from "../../../chains/index.ts";
import type { Job } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { acceptContent } from "../../../src/signing/accept-content.ts";
import { type ListedTransaction, readPendingTransaction } from "../../../src/tatum/pending-transaction.ts";
import { readVectors, type SigningVector } from "../../chains/offline-signing-vectors.ts";
import { noTokens } from "../../providers/pkcs11/no-tokens.ts";
import { configOf, noProvider } from "../config-of.ts";
import { caught } from "../vault/caught.ts";
import { payment, SigningScene } from "./signing-scene.ts";

const OTHER_WALLET = "11111111-0000-4000-8000-000000000002";
/** Of the wallet of {@link payment}. */
const account = "0xa6241a7473070a0f4e0b2cdb1c4e8939d8c350ee";
const OTHER_KEY = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";

let scene: SigningScene;
/** Milliseconds that the person was told to wait, and did not. */
let waited: number[];

beforeEach(async () => {
  scene = await SigningScene.create();
  waited = [];
});
afterEach(() => {
  setSystemTime();
  return scene.end();
});

/** What a chain's transaction had signed for it, parked since an hour. */
async function parked(
  listed: ListedTransaction,
  signed: Pick<SignedTransaction, "sequence" | "inputs" | "expiry"> & Partial<SignedTransaction>,
): Promise<{ job: Job; journal: Journal }> {
  const { chain } = listed.transaction;
  const journal = new Journal(scene.vault, { chain, network: "mainnet" });
  const bytes = { payload: "00", transactionId: "ab".repeat(32), filledIn: {}, ...signed };
  const known = await journal.usedSequences(signed.sequence?.account ?? "");
  const begun = journal.approved(journal.begin(listed.transaction, listed.contentDigest));
  const job = await journal.move(await journal.recordSigned(begun, bytes, known), "parked");
  setSystemTime(new Date(Date.now() + 3_600_000));
  return { job, journal };
}

/** Takes the job on with what is listed for it now. */
function accept({ id, signed }: Job, now: object) {
  scene.api.pending = [{ ...now, id } as unknown as { chain: string }];
  const person = {
    config: configOf(`TATUM_API_URL=${scene.api.url}`, "TATUM_API_KEY=key", "TATUM_RETRIES=0"),
    ask: noProvider,
    note: (): void => undefined,
    agree: async () => undefined,
    wait: async (milliseconds: number) => void waited.push(milliseconds),
  };
  const confirm = signed === undefined ? {} : { confirm: signed.transactionId };
  return acceptContent({ vault: scene.vault, tokens: noTokens, id }, confirm, person);
}

/** A node that answers calls, in batches too. @param results by method */
function node(results: Readonly<Record<string, unknown>>): void {
  const answerTo = ({ id, method }: { id: number; method: string }): object => ({
    jsonrpc: "2.0",
    id,
    result: results[method],
  });
  scene.api.answer = ({ path, body }) => {
    if (path.includes("/transaction/count/")) return Response.json(5);
    if (Array.isArray(body)) return Response.json(body.map(answerTo));
    const { method } = (body ?? {}) as { method?: string };
    return method !== undefined && method in results ? Response.json(answerTo(body as never)) : undefined;
  };
}

const addWallets = (wallets: SigningVector["wallets"]) =>
  scene.vault.add(Object.entries(wallets).map(([id, wallet]) => [id, { ...wallet }]));

const listedNow = ({ transaction }: ListedTransaction): object => ({ ...transaction });

/** @param text how it differs from what was signed */
const mayBothLand = (text: string) => ({
  code: "USAGE",
  message: expect.stringMatching(new RegExp(`may still land; .*${text}`)),
});

describe("what the API lists from another account while bytes exist", () => {
  /** A job of account A with the number 5, and the content that the API has of account B by now. */
  async function fromAnotherAccount(): Promise<{ job: Job; now: object }> {
    await scene.vault.add([[OTHER_WALLET, { privateKey: OTHER_KEY, chain: "ETH", testnet: false }]]);
    const { job } = await parked(payment(5), { sequence: { account, number: 5n } });
    const changed = payment(5, { value: "7", nonce: undefined });
    return { job, now: { ...listedNow(changed), hashes: [OTHER_WALLET] } };
  }

  test("ETH: is not accepted: both could be carried out", async () => {
    const { job, now } = await fromAnotherAccount();
    expect(await caught(() => accept(job, now))).toMatchObject(mayBothLand("would be signed by 0x"));
    expect(await scene.journal.find(job.id)).toMatchObject({ state: "parked", revision: job.revision });
  });

  test("ETH: is accepted once final blocks hold another transaction with the number, which is asked twice", async () => {
    const { job, now } = await fromAnotherAccount();
    node({ eth_getTransactionCount: "0x6", eth_getTransactionByHash: null });
    await accept(job, now);
    expect(waited).toEqual([300_000]);
    const accepted = await scene.journal.find(job.id);
    expect(accepted).toMatchObject({ state: "seen", voided: [job.signed?.transactionId ?? ""] });
    expect(accepted?.account).toBeUndefined();
    expect((await scene.journal.usedSequences(account)).ranges).toEqual([]);
  });

  test("ETH: is not accepted after the bytes were given up either, and is not signed if it was", async () => {
    const { job, now } = await fromAnotherAccount();
    const released = await scene.journal.release(job);
    expect(await caught(() => accept(released, now))).toMatchObject(mayBothLand("would be signed by 0x"));
    const listed = readPendingTransaction({ ...now, id: job.id } as never, "ETH") as ListedTransaction;
    scene.list(listed);
    await scene.journal.reopen(released, { contentDigest: listed.contentDigest });
    node({ eth_getTransactionCount: "0x5", eth_getTransactionByHash: null });
    expect(await scene.process(listed)).toBe("failed");
    expect((await scene.job(listed)).problem).toContain(`bytes of it with a number of ${account}`);
    expect(scene.api.broadcasts).toEqual([]);
  });

  test("ETH: of the same account it is accepted, and the number is used again; another one that it names is not", async () => {
    const { job } = await parked(payment(5), { sequence: { account, number: 5n } });
    const named = listedNow(payment(5, { value: "7", nonce: 6 }));
    expect(await caught(() => accept(job, named))).toMatchObject(mayBothLand("names the number 6 and not 5"));
    node({ eth_getTransactionByHash: null });
    await accept(job, listedNow(payment(5, { value: "7", nonce: undefined })));
    expect(await scene.journal.find(job.id)).toMatchObject({ state: "seen", account });
    expect((await scene.journal.usedSequences(account)).kept).toEqual([{ id: job.id, number: 5n }]);
    expect(waited).toEqual([]);
  });
});

const cases = [
  { ticker: "XRP", text: "would be signed by r" },
  { ticker: "XLM", text: "would be signed by G" },
  { ticker: "BTC", text: "spends none of the same outputs" },
  { ticker: "SOL", text: "has no number" },
] as const;

/** What is signed of it, as far as it decides about what can land beside it. */
async function signedOf(chain: Chain, { transaction }: ListedTransaction) {
  const { number, outputs } = chain.spending?.(transaction, "mainnet") ?? {};
  const account = await chain.sendingAccount({ transaction, signers: [] });
  return {
    ...(number !== undefined && account !== undefined && { sequence: { account, number } }),
    ...(outputs !== undefined && { inputs: outputs }),
  };
}

describe.each(cases)("$ticker", ({ ticker, text }) => {
  /** Two payments with wallets of their own, whose bytes could both land. */
  async function twoPayments() {
    const chain = (await loadChain(ticker)) as Chain;
    const vectors = (await readVectors<SigningVector>("signing", ticker)).filter(
      ({ testnet, expected }) => !testnet && expected.txid !== undefined,
    );
    const listed = vectors.map(
      ({ pending }) => readPendingTransaction(pending as never, ticker) as ListedTransaction,
    );
    const [first] = listed;
    const before = await signedOf(chain, first as ListedTransaction);
    for (const [at, candidate] of listed.entries()) {
      const now = at === 0 ? undefined : await signedOf(chain, candidate);
      const isOther =
        before.sequence !== undefined
          ? now?.sequence !== undefined && now.sequence.account !== before.sequence.account
          : now !== undefined && !now.inputs?.some((output) => before.inputs?.includes(output));
      if (!isOther) continue;
      await addWallets({ ...vectors[0]?.wallets, ...vectors[at]?.wallets });
      return { first: first as ListedTransaction, second: candidate, before };
    }
    throw new Error(`The vectors of ${ticker} have no such two payments.`);
  }

  test("what could land beside the bytes is not accepted, nor after they were given up", async () => {
    const { first, second, before } = await twoPayments();
    const { job, journal } = await parked(first, before);
    const now = { ...listedNow(second), id: job.id };
    expect(await caught(() => accept(job, now))).toMatchObject(mayBothLand(text));
    expect((await journal.find(job.id))?.state).toBe("parked");
    const released = await journal.release(job);
    expect(await caught(() => accept(released, now))).toMatchObject({ code: "USAGE" });
  });
});

test("BTC: what spends one of the same outputs is accepted, of which one can land", async () => {
  const chain = (await loadChain("BTC")) as Chain;
  const vectors = await readVectors<SigningVector>("signing", "BTC");
  const vector = vectors.find(({ name }) => name === "p2pkh-1in-1out-mainnet") as SigningVector;
  await addWallets(vector.wallets);
  const first = readPendingTransaction(vector.pending as never, "BTC") as ListedTransaction;
  const { job, journal } = await parked(first, await signedOf(chain, first));
  const now = { ...vector.pending, withdrawalId: "another" };
  await accept(job, now);
  expect(await journal.find(job.id)).toMatchObject({ state: "seen", withdrawalId: "another" });
});

test("SOL: what differs is accepted once the network proves that the bytes expired", async () => {
  const [vector] = await readVectors<SigningVector>("signing", "SOL");
  const { pending, wallets } = vector as SigningVector;
  await addWallets(wallets);
  const first = readPendingTransaction(pending as never, "SOL") as ListedTransaction;
  const { job, journal } = await parked(first, {
    expiry: { kind: "height", value: 100n },
    filledIn: { slot: "90" },
  });
  node({
    getEpochInfo: { absoluteSlot: 200, blockHeight: 200 },
    getFirstAvailableBlock: 0,
    getSignatureStatuses: { context: { slot: 200 }, value: [null] },
  });
  await accept(job, { ...pending, withdrawalId: "another" });
  expect(await journal.find(job.id)).toMatchObject({ state: "seen", voided: [job.signed?.transactionId] });
  expect(waited).toEqual([]);
});

const chains = await Promise.all(tickers.map(async (ticker) => (await loadChain(ticker)) as Chain));
const payments = await Promise.all(
  chains.map(async (chain) => {
    const vectors = await readVectors<SigningVector>("signing", chain.facts.ticker);
    const vector = vectors.find(({ expected }) => (expected.txid ?? expected.txData) !== undefined);
    const entry = vector?.pending ?? { serializedTransaction: "" };
    const listed = readPendingTransaction(entry as never, chain.facts.ticker) as ListedTransaction;
    const network: Network = vector?.testnet === true ? "testnet" : "mainnet";
    return { chain, transaction: listed.transaction, network };
  }),
);

describe.each(payments)("$chain.facts.ticker", ({ chain, transaction, network }) => {
  test("reads what its pending transaction names, if it can name a number or outputs", () => {
    const { number, outputs } = chain.spending?.(transaction, network) ?? {};
    const isOfOutputs = ["ADA", "BCH", "BTC", "DOGE", "LTC"].includes(chain.facts.ticker);
    expect(outputs === undefined).toBe(!isOfOutputs);
    if (["XRP", "XLM"].includes(chain.facts.ticker)) expect(number).toBeGreaterThan(0n);
  });
});
