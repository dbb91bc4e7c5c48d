import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import type { PendingTransaction, SignedTransaction } from "../../../chains/chain.ts";
import type { KmsError } from "../../../src/errors.ts";
import { type Job, jobStates } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalScope } from "../../../src/journal/records.ts";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import { verifyWhole } from "../../../src/journal/whole-vault.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

const NOW = 1_700_000_000_000;
const DIGEST = "ab".repeat(32);
const SCOPE: JournalScope = { chain: "ETH", network: "mainnet" };

const transaction: PendingTransaction = {
  id: "5f0e1d2c3b4a59687766554a",
  chain: "ETH",
  serializedTransaction: "{}",
  hashes: [],
  signatures: [],
};

function signed(nonce: bigint, account = "0xsender"): SignedTransaction {
  return {
    payload: `0xpayload${nonce}`,
    transactionId: `0x${nonce}`,
    filledIn: {},
    sequence: { account, number: nonce },
  };
}

const path = useSharedFolder()("wallet.dat");
let vault: Vault;
let journal: Journal;
/** What the journal takes for the time, in milliseconds since 1970. */
let clock = NOW;
const now = (): number => clock;

beforeEach(async () => {
  clock = NOW;
  vault = await freshVault(path);
  journal = new Journal(vault, SCOPE, { now });
});

afterEach(async () => {
  await vault.close();
});

/** A job that the journal holds. */
async function begin(id = transaction.id): Promise<Job> {
  return journal.move(journal.begin({ ...transaction, id }, DIGEST), "seen");
}

/** Records bytes whose number was chosen knowing all that is used now. */
async function record(job: Job, bytes: SignedTransaction, to = journal): Promise<Job> {
  const known = await to.usedSequences(bytes.sequence?.account ?? "");
  return to.recordSigned(job, bytes, known);
}

async function sign(nonce: bigint, id = transaction.id, account?: string): Promise<Job> {
  return record(journal.approved(await begin(id)), signed(nonce, account));
}

describe("a job in the journal", () => {
  test("is found as it was left, also after the vault was closed and opened", async () => {
    const job = await sign(7n);
    const sent = await journal.move(job, "sent", { attempts: 3, rest: 12, problem: "p" });
    await vault.close();
    vault = await reopen(path);
    journal = new Journal(vault, SCOPE, { now });
    expect(await journal.find(transaction.id)).toEqual(sent);
  });

  test("is not found under another id", async () => {
    await begin();
    expect(await journal.find("other")).toBeUndefined();
  });

  test("is of one chain: the same id on another one is refused, as its approval is for one transaction", async () => {
    const job = await begin();
    const matic = new Journal(vault, { ...SCOPE, chain: "MATIC" });
    const testnet = new Journal(vault, { ...SCOPE, network: "testnet" });
    expect(await caught(() => matic.find(transaction.id))).toMatchObject({ code: "JOURNAL" });
    expect(await caught(() => testnet.find(transaction.id))).toMatchObject({ code: "JOURNAL" });
    const elsewhere = matic.begin({ ...transaction, chain: "MATIC" }, DIGEST);
    expect(await caught(() => matic.move(elsewhere, "seen"))).toMatchObject({ code: "JOURNAL" });
    expect(await journal.list(...jobStates)).toEqual([job]);
  });

  test("is begun once: who comes second cannot record what was begun meanwhile", async () => {
    const begun = journal.begin(transaction, "other digest");
    const job = await sign(7n);
    expect(await caught(() => journal.move(begun, "seen"))).toMatchObject({ code: "JOURNAL" });
    expect(await journal.find(transaction.id)).toEqual(job);
  });

  test("is not recorded before something happened to it", async () => {
    journal.begin(transaction, DIGEST);
    expect(await journal.find(transaction.id)).toBeUndefined();
    expect(await journal.counts()).toEqual({});
  });

  test("is listed by its state, the one changed longest ago first", async () => {
    for (const [at, id] of ["a", "b", "c"].entries()) {
      clock = NOW + at;
      await begin(id);
    }
    const a = (await journal.find("a")) as Job;
    clock = NOW + 10;
    await journal.move(a, "seen", { attempts: 1 });
    expect((await journal.list("seen")).map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect(await journal.list("signed", "done")).toEqual([]);
  });

  test("rests while nothing is to be done for it: closed, parked or not due", async () => {
    const [seen, denied, ended, parked] = [
      await begin("seen"),
      await begin("denied"),
      await begin("ended"),
      await begin("parked"),
    ];
    await journal.move(denied, "denied", { rest: 1000 });
    await journal.close(ended, "cancelled", {});
    const approved = await journal.move(parked, "approved");
    const recorded = await journal.recordSigned(approved, signed(1n), UsedSequences.none());
    await journal.move(recorded, "parked");
    const ids = [seen.id, "denied", "ended", "parked", "unknown"];
    expect([...(await journal.resting(ids))]).toEqual([
      ["denied", "denied"],
      ["ended", "cancelled"],
      ["parked", "parked"],
    ]);
    clock += 1000;
    expect([...(await journal.resting(ids)).keys()]).toEqual(["ended", "parked"]);
  });

  test("cannot take a forbidden step", async () => {
    const job = await sign(7n);
    expect(await caught(() => journal.move(job, "approved"))).toMatchObject({ code: "JOURNAL" });
    expect(await caught(async () => journal.move(await begin("b"), "sent"))).toMatchObject({
      code: "JOURNAL",
    });
  });

  test("is not in the file in clear", async () => {
    await journal.move(await sign(7n), "sent", { problem: "a problem" });
    const bytes = readFileSync(path).toString("latin1");
    for (const text of [transaction.id, "0xpayload", "0xsender", "a problem", DIGEST]) {
      expect(bytes.includes(text)).toBe(false);
    }
  });
});

describe("a job that a person closes", () => {
  test("is closed in any state, signed or not", async () => {
    const unsigned = await journal.close(await begin("a"), "cancelled", { problem: "p" });
    expect(unsigned).toMatchObject({ state: "cancelled", problem: "p" });
    const done = await journal.close(await sign(7n, "b"), "done", { txId: "0x1" });
    expect(await journal.find("b")).toEqual(done);
    expect(done).toMatchObject({ state: "done", txId: "0x1", signed: { payload: "0xpayload7" } });
  });

  test("as cancelled is never signed or sent again", async () => {
    const cancelled = await journal.close(await sign(7n), "cancelled", {});
    for (const state of ["seen", "approved", "sent", "done"] as const) {
      expect(await caught(() => journal.move(cancelled, state))).toMatchObject({ code: "JOURNAL" });
    }
  });

  test("as cancelled can be taken up again on a person's word, with the number that it had kept for it alone", async () => {
    const cancelled = await journal.close(await sign(7n), "cancelled", {});
    const again = await journal.release(cancelled);
    expect(again).toMatchObject({ state: "seen", released: [cancelled.signed?.transactionId] });
    expect((await journal.usedSequences("0xsender")).kept).toEqual([{ id: cancelled.id, number: 7n }]);
  });

  test("as cancelled stays so when its number is another's by now", async () => {
    const cancelled = await journal.close(await sign(7n), "cancelled", {});
    await journal.changeSequences("0xsender", (used) => used.with(7n));
    expect(await caught(() => journal.release(cancelled))).toMatchObject({ code: "JOURNAL" });
    expect(await journal.find(cancelled.id)).toMatchObject({ state: "cancelled" });
  });

  test("is not closed again once it is done, or when the daemon changed it meanwhile", async () => {
    const done = await journal.close(await begin(), "done", { txId: "0x1" });
    expect(await caught(() => journal.close(done, "cancelled", {}))).toMatchObject({ code: "JOURNAL" });
    const seen = await begin("b");
    await journal.move(seen, "denied");
    expect(await caught(() => journal.close(seen, "cancelled", {}))).toMatchObject({ code: "JOURNAL" });
  });
});

async function firstUnused(of: Journal, counted: bigint): Promise<bigint> {
  return (await of.usedSequences("0xsender")).firstUnused(counted);
}

describe("bytes that expired without landing", () => {
  test("leave the job to be signed anew, with their sequence number kept for it alone", async () => {
    const sent = await journal.move(await sign(7n), "sent", { refusals: 3 });
    const fresh = await journal.release(sent);
    expect(fresh).toMatchObject({
      state: "seen",
      attempts: 0,
      refusals: 0,
      released: [sent.signed?.transactionId],
    });
    expect(fresh.signed).toBeUndefined();
    expect(await journal.find(transaction.id)).toEqual(fresh);
    expect(await firstUnused(journal, 7n)).toBe(8n);
    const used = await journal.usedSequences("0xsender");
    expect(used.kept).toEqual([{ id: transaction.id, number: 7n }]);
    const again = await record(journal.approved(fresh), {
      ...signed(7n),
      payload: "0xother",
      transactionId: "0x7b",
    });
    expect(again.signed?.payload).toBe("0xother");
    expect((await journal.usedSequences("0xsender")).serialize()).toBe('[["7","7"]]');
    await verifyWhole(vault);
  });

  test("give their number back when the job is ended before it is signed anew", async () => {
    const fresh = await journal.release(await sign(7n));
    await journal.close(fresh, "cancelled", {});
    expect(await firstUnused(journal, 7n)).toBe(7n);
    expect((await journal.usedSequences("0xsender")).kept).toEqual([]);
  });

  test("hold nothing up when the job turns out to be done: its number counts as used", async () => {
    const fresh = await journal.release(await sign(7n));
    await journal.close(fresh, "done", { txId: "0x7" });
    expect((await journal.usedSequences("0xsender")).serialize()).toBe('[["7","7"]]');
  });

  test("hold nothing up in their account when another one signs", async () => {
    const fresh = await journal.release(await sign(7n));
    await record(journal.approved(fresh), { ...signed(3n, "0xother"), transactionId: "0x9b" });
    expect((await journal.usedSequences("0xsender")).serialize()).toBe("[]");
    expect((await journal.usedSequences("0xother")).serialize()).toBe('[["3","3"]]');
    await verifyWhole(vault);
  });

  test("leave no number behind when the job is signed with a higher one", async () => {
    const fresh = await journal.release(await sign(7n));
    await record(journal.approved(fresh), { ...signed(9n), transactionId: "0x9b" });
    expect((await journal.usedSequences("0xsender")).serialize()).toBe('[["9","9"]]');
  });

  test("are kept once they are done", async () => {
    const done = await journal.move(await sign(7n), "done");
    expect(await caught(() => journal.release(done))).toMatchObject({ code: "JOURNAL" });
  });
});

describe("signed bytes in the journal", () => {
  test("cannot be replaced", async () => {
    const job = await sign(7n);
    expect(await caught(() => record(job, signed(8n)))).toMatchObject({ code: "JOURNAL" });
    expect((await journal.find(transaction.id))?.signed?.payload).toBe("0xpayload7");
    expect(await firstUnused(journal, 7n)).toBe(8n);
  });

  test("cannot be recorded for a job that was not approved", async () => {
    const job = await begin();
    expect(await caught(() => record(job, signed(7n)))).toMatchObject({ code: "JOURNAL" });
    expect(await firstUnused(journal, 7n)).toBe(7n);
  });

  test("survive every later step", async () => {
    let job = await sign(7n);
    for (const state of ["sent", "parked", "sent", "done"] as const) {
      job = await journal.move(job, state);
      expect(job.signed?.payload).toBe("0xpayload7");
    }
  });
});

describe("two journals on one file", () => {
  let other: Vault;
  let second: Journal;

  beforeEach(async () => {
    other = await reopen(path);
    second = new Journal(other, SCOPE, { now });
  });

  afterEach(() => other.close());

  test("see what the other one wrote", async () => {
    const job = await sign(7n);
    expect(await second.find(transaction.id)).toEqual(job);
    expect(await firstUnused(second, 7n)).toBe(8n);
  });

  test("refuse the second change that is made from an old revision", async () => {
    const job = await begin();
    const same = (await second.find(transaction.id)) as Job;
    await record(journal.approved(job), signed(7n));
    const refused = await caught(() => record(second.approved(same), signed(8n), second));
    expect(refused).toMatchObject({ code: "JOURNAL", message: expect.stringContaining("another process") });
    expect((await second.find(transaction.id))?.signed?.payload).toBe("0xpayload7");
    expect(await firstUnused(second, 7n)).toBe(8n);
  });
});

describe("a signature whose sequence number was chosen before another process signed for the account", () => {
  test("is refused, so that no number is used twice", async () => {
    const known = await journal.usedSequences("0xsender");
    const approved = journal.approved(await begin("late"));
    await sign(7n, "early");
    const refused = await caught(() => journal.recordSigned(approved, signed(7n), known));
    expect(refused).toMatchObject({ code: "JOURNAL", message: expect.stringContaining("another process") });
    expect((await journal.find("late"))?.state).toBe("seen");
  });
});

describe("sequence numbers", () => {
  test("follow those that were signed, and fill what they left out", async () => {
    expect(await firstUnused(journal, 7n)).toBe(7n);
    await sign(7n, "a");
    await sign(9n, "b");
    expect(await firstUnused(journal, 7n)).toBe(8n);
    await sign(8n, "c");
    expect(await firstUnused(journal, 7n)).toBe(10n);
  });

  test("do not jump behind a far explicit one", async () => {
    await sign(7n, "a");
    await sign(5000n, "b");
    expect(await firstUnused(journal, 7n)).toBe(8n);
  });

  test("are kept apart by chain, network and account", async () => {
    await sign(7n);
    for (const [chain, network, account] of [
      ["BSC", "mainnet", "0xsender"],
      ["ETH", "testnet", "0xsender"],
      ["ETH", "mainnet", "0xother"],
    ] as const) {
      const other = new Journal(vault, { chain, network });
      expect((await other.usedSequences(account)).firstUnused(7n)).toBe(7n);
    }
  });

  test("have no upper end", async () => {
    await sign(2n ** 70n);
    expect(await firstUnused(journal, 2n ** 70n)).toBe(2n ** 70n + 1n);
  });
});

describe("a row that was tampered with", () => {
  const changes = [
    "UPDATE job SET state = 'approved'",
    "UPDATE job SET revision = revision + 1",
    "UPDATE job SET sealed = zeroblob(length(sealed))",
    "UPDATE job SET job_key = zeroblob(32)",
  ];
  for (const statement of changes) {
    test(`is left out and told, and the others go on: ${statement}`, async () => {
      const { key: damagedKey } = await sign(7n);
      await sign(8n, "sound");
      const where = `WHERE job_key = x'${Buffer.from(damagedKey).toString("hex")}'`;
      await vault.store.transaction((session) => session.execute(`${statement} ${where}`));
      const problems: KmsError[] = [];
      const reader = new Journal(vault, SCOPE, { onDamaged: (problem) => problems.push(problem) });
      expect((await reader.list(...jobStates)).map(({ id }) => id)).toEqual(["sound"]);
      expect(problems).toMatchObject([{ code: "JOURNAL" }]);
      expect(await caught(() => verifyWhole(vault))).toMatchObject({ code: "JOURNAL" });
    });
  }

  test("is refused: the next sequence number of an account", async () => {
    await sign(7n);
    await vault.store.transaction((session) => session.execute("UPDATE lane SET sealed = zeroblob(64)"));
    expect(await caught(() => firstUnused(journal, 7n))).toMatchObject({
      code: "JOURNAL",
    });
  });
});

describe("what belongs to one job alone", () => {
  const spending = (name: string, transactionId: string): SignedTransaction => ({
    payload: `bytes of ${transactionId}`,
    transactionId,
    filledIn: {},
    inputs: [name],
  });

  test("an output that one job spends is not spent by another, which records nothing", async () => {
    await record(journal.approved(await begin("a")), spending("out:0", "t1"));
    const second = journal.approved(await begin("b"));
    const refused = await caught(() => record(second, spending("out:0", "t2")));
    expect(refused).toMatchObject({ code: "JOURNAL", claim: { kind: "input", name: "out:0" }, by: "a" });
    expect(refused.message).toContain("would spend out:0, which is spent by transaction a");
    expect((await journal.find("b"))?.signed).toBeUndefined();
    await record(second, spending("out:1", "t2"));
  });

  test("a transaction is one job's, and the second one is told whose", async () => {
    await record(journal.approved(await begin("a")), spending("out:0", "t1"));
    const second = journal.approved(await begin("b"));
    const refused = await caught(() => record(second, spending("out:1", "t1")));
    expect(refused).toMatchObject({
      claim: { kind: "transaction", name: "t1" },
      by: "a",
      mayDifferLater: false,
    });
  });

  test("is free again once a person ended the job", async () => {
    const sent = await record(journal.approved(await begin("a")), spending("out:0", "t1"));
    await journal.close(sent, "cancelled", {});
    const second = await record(journal.approved(await begin("b")), spending("out:0", "t1"));
    expect(second.state).toBe("sent");
    await verifyWhole(vault);
  });
});

test("a transaction id is taken once it was signed, on its own chain", async () => {
  await sign(1n);
  expect(await journal.isTaken("0x1")).toBe(true);
  expect(await journal.isTaken("0x2")).toBe(false);
  expect(await new Journal(vault, { ...SCOPE, chain: "BSC" }).isTaken("0x1")).toBe(false);
});

describe("a number that two transactions name", () => {
  test("is free when both gave it back, not before", async () => {
    const first = await sign(7n, "a");
    const second = await record(journal.approved(await begin("b")), {
      ...signed(7n),
      transactionId: "0xother",
    });
    await journal.close(second, "cancelled", {});
    expect(await firstUnused(journal, 7n)).toBe(8n);
    await journal.close(first, "cancelled", {});
    expect(await firstUnused(journal, 7n)).toBe(7n);
  });
});

describe("jobs that ended long ago", () => {
  test("keep only what keeps them from being signed again, in few bytes", async () => {
    const done = await journal.move(await sign(7n), "done", { txId: "0x7" });
    expect(await journal.settle(NOW, 10)).toBe(0);
    expect(await journal.settle(NOW + 1, 10)).toBe(1);
    expect(await journal.find(transaction.id)).toMatchObject({
      id: transaction.id,
      state: "done",
      contentDigest: DIGEST,
      txId: "0x7",
      isSettled: true,
    });
    const [row] = await vault.store.read((session) => session.query("SELECT length(sealed) AS n FROM job"));
    expect((row as { n: number }).n).toBeLessThan(100);
    expect(await journal.counts()).toEqual({ settled: 1 });
    expect(await journal.list(...jobStates)).toEqual([]);
    expect(await firstUnused(journal, 7n)).toBe(8n);
    const again = journal.approved(await begin("b"));
    expect(await caught(() => record(again, { ...signed(9n), transactionId: "0x7" }))).toMatchObject({
      claim: { name: done.signed?.transactionId },
    });
    await verifyWhole(vault);
  });

  test("may still be listed, and be told to the API again", async () => {
    await journal.close(await begin(), "done", { txId: "0x7" });
    clock = NOW + 1;
    await journal.settle(clock, 10);
    const settled = (await journal.find(transaction.id)) as Job;
    await journal.retryLater(settled, "done");
    expect(await journal.find(transaction.id)).toMatchObject({
      state: "done",
      isSettled: true,
      txId: "0x7",
      contentDigest: DIGEST,
    });
    await verifyWhole(vault);
  });

  test("are settled a few at a time, those that ended first before the others; open ones never are", async () => {
    for (const [at, id] of ["a", "b", "c"].entries()) {
      clock = NOW + at;
      await journal.close(await begin(id), "cancelled", {});
    }
    await begin("open");
    clock = NOW + 100;
    expect(await journal.settle(clock, 2)).toBe(2);
    expect((await journal.list("cancelled")).map(({ id }) => id)).toEqual(["c"]);
    expect(await journal.settle(clock, 2)).toBe(1);
    expect(await journal.settle(clock, 2)).toBe(0);
    expect((await journal.find("open"))?.state).toBe("seen");
  });
});

test("a job is listed whatever its row says of its times, which nothing seals", async () => {
  await sign(7n);
  await vault.store.transaction((session) =>
    session.execute("UPDATE job SET updated_at = 9223372036854775807"),
  );
  expect((await journal.list("sent")).map(({ id }) => id)).toEqual([transaction.id]);
});

describe("a store that is turned back", () => {
  test("is noticed by whoever saw a later state, in a read and in a change", async () => {
    await begin("a");
    const before = readFileSync(path);
    await begin("b");
    await vault.close();
    writeFileSync(path, before);
    vault = await reopen(path);
    const other = await reopen(path);
    const reader = new Journal(other, SCOPE, { now });
    const job = await reader.move(reader.begin({ ...transaction, id: "c" }, DIGEST), "seen");
    await reader.move(job, "denied");
    // Copied over the file that the other one has open.
    writeFileSync(path, before);
    for (const use of [
      () => reader.find("c"),
      () => reader.list("seen"),
      () => reader.move(reader.begin({ ...transaction, id: "d" }, DIGEST), "seen"),
    ]) {
      expect(await caught(use)).toMatchObject({ code: "ROLLED_BACK", exitStatus: 65 });
    }
    await other.close();
  });

  test("is another thing than a commit that failed: the next change goes on", async () => {
    const job = await begin("a");
    const failing = vault.store.transaction(async (session) => {
      await session.execute("DELETE FROM job");
      throw new Error("undone");
    });
    await expect(failing).rejects.toThrow("undone");
    expect((await journal.move(job, "denied")).state).toBe("denied");
  });
});
