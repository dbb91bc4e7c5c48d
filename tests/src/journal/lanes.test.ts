import { afterEach, beforeEach, expect, test } from "bun:test";
import { Journal } from "../../../src/journal/journal.ts";
import { listLanes, showLane } from "../../../src/journal/lanes.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();
let vault: Vault;

async function sign(journal: Journal, id: string, number: bigint, account = "0xa") {
  const { chain } = journal.scope;
  const transaction = { id, chain, serializedTransaction: "{}", hashes: [], signatures: [] };
  const signed = {
    payload: "0x",
    transactionId: `0x${id}`,
    filledIn: {},
    sequence: { account, number },
  };
  const job = journal.approved(journal.begin(transaction, "ab".repeat(32)));
  return journal.recordSigned(job, signed, await journal.usedSequences(account));
}

/** Numbers 0, 1 and 5 of an account are used: one is done, one refused, one on its way; of another chain's one is kept. */
beforeEach(async () => {
  vault = await freshVault(path("vault"));
  const ethereum = new Journal(vault, { chain: "ETH", network: "mainnet" });
  await ethereum.move(await sign(ethereum, "done", 0n), "done");
  await ethereum.retryLater(await sign(ethereum, "refused", 1n), "sent", {
    refusals: 1,
    problem: "no funds",
  });
  await sign(ethereum, "sent", 5n);
  const xrp = new Journal(vault, { chain: "XRP", network: "testnet" });
  await xrp.release(await sign(xrp, "anew", 7n, "rXrp"));
});
afterEach(() => vault.close());

test("accounts are listed with used, free, kept and held numbers", async () => {
  const lanes = await listLanes(vault);
  expect(lanes.find(({ chain }) => chain === "ETH")).toEqual({
    chain: "ETH",
    network: "mainnet",
    account: "0xa",
    record: expect.stringMatching(/^[0-9a-f]{64}$/),
    next: "6",
    used: ["0-1", "5"],
    free: ["2-4"],
    kept: [],
    held: [{ number: "1", id: "refused", state: "sent", transactionId: "0xrefused", problem: "no funds" }],
  });
  expect(lanes.find(({ chain }) => chain === "XRP")).toMatchObject({
    network: "testnet",
    used: ["7"],
    kept: [{ number: "7", id: "anew" }],
    held: [],
  });
});

test("only those of some chains are listed, where they are named", async () => {
  expect((await listLanes(vault, ["XRP"])).map(({ chain }) => chain)).toEqual(["XRP"]);
});

test("an account is shown with the job of each number", async () => {
  const { numbers, free } = await showLane(vault, { chain: "ETH", account: "0xa" });
  expect(free).toEqual(["2-4"]);
  expect(numbers.map(({ number, id, state }) => [number, id, state])).toEqual([
    ["0", "done", "done"],
    ["1", "refused", "sent"],
    ["5", "sent", "sent"],
  ]);
});

test("an account that the journal does not have is told", async () => {
  expect(await caught(() => showLane(vault, { chain: "ETH", account: "0xb" }))).toMatchObject({
    code: "USAGE",
  });
  expect(await caught(() => showLane(vault, { chain: "XRP", account: "0xa" }))).toMatchObject({
    code: "USAGE",
  });
});

test("of each number the next attempt and the digest of the bytes are shown, the bytes when they are asked for", async () => {
  const { numbers, hasDaemon } = await showLane(vault, { chain: "ETH", account: "0xa" });
  expect(hasDaemon).toBe(false);
  // SHA-256 of `0x`.
  const payloadDigest = "a54942c8e365f3784f38b8d437f9d708290db60738b00cdcfb934c32d1be97f3";
  expect(numbers[1]).toEqual({
    number: "1",
    id: "refused",
    state: "sent",
    transactionId: "0xrefused",
    payloadDigest,
    problem: "no funds",
    nextAttempt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(numbers.map(({ payload }) => payload)).toEqual([undefined, undefined, undefined]);
  const asked = await showLane(vault, { chain: "ETH", account: "0xa" }, { withBytes: true });
  expect(asked.numbers.map(({ payload }) => payload)).toEqual(["0x", "0x", "0x"]);
});

test("a number that several jobs have is shown for each of them", async () => {
  const ethereum = new Journal(vault, { chain: "ETH", network: "mainnet" });
  await sign(ethereum, "other", 5n);
  const { numbers } = await showLane(vault, { chain: "ETH", account: "0xa" });
  expect(
    numbers
      .filter(({ number }) => number === "5")
      .map(({ id }) => id)
      .sort(),
  ).toEqual(["other", "sent"]);
});
