import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import type { Network } from "../../../chains/chain.ts";
import { showJob, showJobs } from "../../../src/journal/inspect.ts";
import { type Job, jobStates } from "../../../src/journal/job.ts";
import {
  everyJob,
  type JobFilter,
  jobStateNamed,
  listJobs,
  openJobsOf,
  parsePlace,
  placeText,
} from "../../../src/journal/job-list.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();
const NOW = 1_700_000_000_000;
let vault: Vault;
let clock: number;

beforeEach(async () => {
  vault = await freshVault(path("vault"));
  clock = NOW;
});
afterEach(() => vault.close());

/** A job that was seen one millisecond after the one before. */
async function see(
  id: string,
  chain = "ETH",
  network: Network = "mainnet",
  hashes: readonly string[] = [],
): Promise<[Job, Journal]> {
  clock += 1;
  const journal = new Journal(vault, { chain, network }, { now: () => clock, period: 1000 });
  const transaction = { id, chain, serializedTransaction: "{}", hashes, signatures: [] };
  return [await journal.move(journal.begin(transaction, "ab".repeat(32)), "seen"), journal];
}

async function send(id: string, number: bigint, account = "0xa"): Promise<Job> {
  const [job, journal] = await see(id);
  const known = await journal.usedSequences(account);
  const signed = { payload: "0x", transactionId: `0x${id}`, filledIn: {}, sequence: { account, number } };
  return journal.recordSigned(journal.approved(job), signed, known);
}

async function ids(filter: JobFilter = {}, limit = 100): Promise<string[]> {
  return (await listJobs(vault, filter, limit)).jobs.map(({ id }) => id);
}

/** Rows that a walk through pages has read, beside those that it gave. */
async function rowsRead(walk: () => Promise<unknown>): Promise<number> {
  let rows = 0;
  const { read } = vault.store;
  const counted = spyOn(vault.store, "read").mockImplementation(
    (work) =>
      read.call(vault.store, (session) =>
        work({
          ...session,
          query: async (statement, values) => {
            const found = await session.query(statement, values);
            rows += found.length;
            return found;
          },
        }),
      ) as never,
  );
  await walk();
  counted.mockRestore();
  return rows;
}

describe("pages of several chains", () => {
  const chains = ["BTC", "ETH", "SOL", "XRP"];
  const EACH = 60;
  const SIZE = 40;

  beforeEach(async () => {
    const numbers = Array.from({ length: EACH }, (_, number) => number);
    await Promise.all(
      chains.flatMap((chain) => numbers.map((number) => see(`${chain}-${number}`, chain, "mainnet"))),
    );
  });

  test("have each job once, in the order of all of them, and read little more than they give", async () => {
    const all = [...(await listJobs(vault, {}, 1000)).jobs];
    const inOrder = all.toSorted((a, b) => a.updatedAt - b.updatedAt || Buffer.compare(a.key, b.key));
    expect(all).toEqual(inOrder);
    const found: Job[] = [];
    const read = await rowsRead(async () => {
      for await (const { jobs } of everyJob(vault, {}, SIZE)) found.push(...jobs);
    });
    expect(found).toEqual(all);
    // The place and the row of each, and what is read ahead of four chains for each page: not all places of all chains.
    const total = EACH * chains.length;
    const ahead = (total / SIZE) * chains.length * 16;
    expect(read).toBeLessThan(2 * total + ahead);
  });
});

describe("the export of jobs", () => {
  async function pages(filter: JobFilter, limit: number): Promise<string[][]> {
    const found: string[][] = [];
    for await (const { jobs } of everyJob(vault, filter, limit)) found.push(jobs.map(({ id }) => id));
    return found;
  }

  test("has all that a filter leaves, a page at a time, the closed ones too", async () => {
    for (const id of ["a", "b", "c"]) await see(id);
    const [job, journal] = await see("d", "BTC");
    await journal.close(job, "cancelled", {});
    expect(await pages({ states: jobStates }, 3)).toEqual([["a", "b", "c"], ["d"]]);
    expect(await pages({ states: jobStates, chains: ["BTC"] }, 3)).toEqual([["d"]]);
    expect(await pages({ states: ["parked"] }, 3)).toEqual([[]]);
  });

  test("has no job any more of which all was dropped but what keeps it from being signed again", async () => {
    const [job, journal] = await see("a");
    await journal.close(job, "done", { txId: "0xa" });
    await journal.settle(clock + 1, 10);
    expect(await pages({ states: jobStates }, 3)).toEqual([[]]);
  });
});

describe("the list of jobs", () => {
  test("has those of all chains and networks, the one changed longest ago first", async () => {
    await see("a", "BTC");
    await see("b", "ETH", "testnet");
    await see("c", "BTC", "testnet");
    expect(await ids()).toEqual(["a", "b", "c"]);
  });

  test("has those that one of some wallets may sign; what names no wallets may be of each", async () => {
    await see("a", "ETH", "mainnet", ["w1", "w2"]);
    await see("b", "ETH", "mainnet", ["w3"]);
    await see(
      "many",
      "ETH",
      "mainnet",
      Array.from({ length: 101 }, (_, n) => `x${n}`),
    );
    await see("c", "ETH", "testnet", ["w1"]);
    await see("d", "BTC", "mainnet", ["w1"]);
    expect(await ids({ wallets: ["w1"] })).toEqual(["a", "many", "c", "d"]);
    expect(await ids({ wallets: ["w2", "w3"] })).toEqual(["a", "b", "many"]);
    const open = await openJobsOf(vault, { signatureId: "w1", chain: "ETH", network: "mainnet" });
    expect(open.map(({ id }) => id)).toEqual(["a", "many"]);
  });

  test("has what is not closed, or what is in a state", async () => {
    await see("a");
    const [job, journal] = await see("b");
    await journal.close(job, "cancelled", {});
    expect(await ids()).toEqual(["a"]);
    expect(await ids({ states: ["cancelled"] })).toEqual(["b"]);
  });

  test("has what a chain, an account and an age leave", async () => {
    await see("bitcoin", "BTC");
    await send("first", 1n);
    await send("second", 2n);
    await send("other", 1n, "0xb");
    expect(await ids({ chains: ["BTC"] })).toEqual(["bitcoin"]);
    expect(await ids({ chains: ["ETH", "BTC"], account: "0xa" })).toEqual(["first", "second"]);
    expect(await ids({ until: NOW + 2 })).toEqual(["bitcoin", "first"]);
    expect(await ids({ chains: ["SOL"] })).toEqual([]);
  });

  test("comes in pages, each going on behind the one before", async () => {
    for (const [index, chain] of ["ETH", "BTC", "ETH", "BTC", "ETH"].entries()) await see(`${index}`, chain);
    const first = await listJobs(vault, {}, 2);
    expect(first.jobs.map(({ id }) => id)).toEqual(["0", "1"]);
    const second = await listJobs(vault, {}, 2, parsePlace(placeText(first.next!)));
    expect(second.jobs.map(({ id }) => id)).toEqual(["2", "3"]);
    const third = await listJobs(vault, {}, 2, second.next);
    expect(third).toMatchObject({ jobs: [{ id: "4" }], next: undefined });
  });

  test("reads no more rows than the page has, however many there are", async () => {
    await see("first");
    // Rows that do not open: to read one would be told.
    await vault.store.transaction((session) =>
      session.execute(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO job SELECT randomblob(32), lease_key, state, NULL, 1, 0, updated_at + i, zeroblob(64) FROM job, n`,
      ),
    );
    const page = await listJobs(vault, {}, 1);
    expect(page).toMatchObject({ jobs: [{ id: "first" }], damaged: [] });
    expect(page.next).toBeDefined();
  });

  test("leaves out and names a row that does not open, or is none that was written", async () => {
    const [{ key }] = await see("damaged");
    await see("sound");
    const [{ key: longKey }] = await see("long");
    const change = (set: string, of: Uint8Array) =>
      vault.store.transaction((session) => session.execute(`UPDATE job SET ${set} WHERE job_key = $1`, [of]));
    await change("sealed = zeroblob(64)", key);
    await change("lane_key = x'00'", longKey);
    const { jobs, damaged } = await listJobs(vault, {}, 10);
    expect(jobs.map(({ id }) => id)).toEqual(["sound"]);
    for (const [index, of] of [key, longKey].entries())
      expect(damaged[index]?.message).toMatch(
        new RegExp(`job record ${Buffer.from(of).toString("hex")}`, "i"),
      );
  });

  test("knows no other states and places", async () => {
    expect(await caught(() => jobStateNamed("paid"))).toMatchObject({ code: "USAGE" });
    for (const text of ["", "1", "1-ab", `x-${"0".repeat(64)}`])
      expect(await caught(() => parsePlace(text))).toMatchObject({ code: "USAGE" });
  });
});

describe("a job is shown", () => {
  test("with its tries, when the next one comes, and when something happened last", async () => {
    const [job, journal] = await see("a");
    await journal.retryLater(job, "failed", { problem: "p" });
    const { jobs } = await listJobs(vault, {}, 1);
    const [shown] = await showJobs(vault, jobs);
    expect(shown).toMatchObject({ attempts: 1, updatedAt: new Date(clock).toISOString() });
    expect(Date.parse(shown?.nextAttempt ?? "")).toBeGreaterThan(clock);
  });

  test("without a next try when it waits for a person, and with the reason", async () => {
    const [job, journal] = await see("a");
    await journal.move(job, "parked", { parkedFor: "restored", rest: 1000 });
    const [shown] = await showJobs(vault, (await listJobs(vault, {}, 1)).jobs);
    expect(shown).toMatchObject({ parkedFor: "restored" });
    expect(shown).not.toHaveProperty("nextAttempt");
  });

  test("with whether the vault holds wallets of its chain and network", async () => {
    await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: true }]]);
    await see("without");
    await see("with", "ETH", "testnet");
    const shown = await showJobs(vault, (await listJobs(vault, {}, 2)).jobs);
    expect(shown).toMatchObject([
      { id: "without", hasWallets: false },
      { id: "with", hasWallets: true },
    ]);
  });

  test("with whether the vault holds all the wallets that it names", async () => {
    await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: false }]]);
    await see("a", "ETH", "mainnet", ["id"]);
    await see("b", "ETH", "mainnet", ["id", "gone"]);
    const shown = await showJobs(vault, (await listJobs(vault, {}, 2)).jobs);
    expect(shown.map(({ hasWallets }) => hasWallets)).toEqual([true, false]);
  });

  test("without its signed bytes, unless they are asked for", async () => {
    await send("a", 1n);
    expect(await showJob(vault, "a")).not.toHaveProperty("payload");
    expect(await showJob(vault, "a", { withBytes: true })).toMatchObject({ payload: "0x" });
    await see("unsigned");
    expect(await showJob(vault, "unsigned", { withBytes: true })).not.toHaveProperty("payload");
  });

  test("when times stand in its row that there are not", async () => {
    await see("a");
    await vault.store.transaction((session) =>
      session.execute("UPDATE job SET attempt_at = 9007199254740991, updated_at = 9007199254740991"),
    );
    const [shown] = await showJobs(vault, (await listJobs(vault, {}, 1)).jobs);
    expect(shown).toMatchObject({ nextAttempt: "+275760-09-13T00:00:00.000Z" });
  });
});
