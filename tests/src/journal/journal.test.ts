import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { PendingTransaction, SignedTransaction } from "../../../chains/chain.ts";
import { Secret } from "../../../providers/secret.ts";
import { type Job, jobStates } from "../../../src/journal/job.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { UsedSequences } from "../../../src/journal/sequences.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { createVaultAt, openVaultAt } from "../vault/vault-at.ts";

const PASSWORD = new Secret("correct horse battery");
const NOW = 1_700_000_000_000;
const DIGEST = "ab".repeat(32);

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

/** Unlocking takes a third of a second: the tests share one vault, and each begins with an empty journal. */
const path = useSharedFolder()("wallet.dat");
let vault: Vault;
let journal: Journal;
/** What the journal takes for the time, in milliseconds since 1970. */
let clock = NOW;
const now = (): number => clock;

beforeAll(async () => {
  vault = await createVaultAt(path, PASSWORD);
  journal = new Journal(vault, { now });
});

beforeEach(async () => {
  clock = NOW;
  await vault.store.transaction(async (session) => {
    await session.execute("DELETE FROM job");
    await session.execute("DELETE FROM lane");
  });
});

afterAll(async () => {
  await vault.close();
});

async function begin(id = transaction.id): Promise<Job> {
  return journal.begin({ ...transaction, id }, "mainnet", DIGEST);
}

/** Records bytes whose number was chosen knowing all that is used now. */
async function record(job: Job, bytes: SignedTransaction, to = journal): Promise<Job> {
  const known = await to.usedSequences(job.chain, job.network, bytes.sequence?.account ?? "");
  return to.recordSigned(job, bytes, known);
}

async function sign(nonce: bigint, id = transaction.id, account?: string): Promise<Job> {
  const approved = await journal.move(await begin(id), "approved");
  return record(approved, signed(nonce, account));
}

describe("a job in the journal", () => {
  test("is found as it was left, also after the vault was closed and opened", async () => {
    const job = await sign(7n);
    const sent = await journal.move(job, "sent", { attempts: 3, rest: 12, problem: "p" });
    await vault.close();
    vault = await openVaultAt(path, PASSWORD);
    journal = new Journal(vault, { now });
    expect(await journal.find("ETH", transaction.id)).toEqual(sent);
  });

  test("is not found under another id", async () => {
    await begin();
    expect(await journal.find("ETH", "other")).toBeUndefined();
  });

  test("is of one chain: the same id on another one is refused, as its approval is for one transaction", async () => {
    const job = await begin();
    const elsewhere = { ...transaction, chain: "MATIC" };
    expect(await caught(() => journal.find("MATIC", transaction.id))).toMatchObject({ code: "JOURNAL" });
    expect(await caught(() => journal.begin(elsewhere, "mainnet", DIGEST))).toMatchObject({
      code: "JOURNAL",
    });
    expect(await journal.list(...jobStates)).toEqual([job]);
  });

  test("is begun once; who comes second gets it as it stands", async () => {
    const job = await sign(7n);
    clock = NOW + 1;
    expect(await journal.begin(transaction, "mainnet", "other digest")).toEqual(job);
  });

  test("is listed by its state, the one changed longest ago first", async () => {
    for (const [at, id] of ["a", "b", "c"].entries()) {
      clock = NOW + at;
      await begin(id);
    }
    const a = (await journal.find("ETH", "a")) as Job;
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
    expect(await journal.find("ETH", "b")).toEqual(done);
    expect(done).toMatchObject({ state: "done", txId: "0x1", signed: { payload: "0xpayload7" } });
  });

  test("as cancelled is never signed or sent again", async () => {
    const cancelled = await journal.close(await sign(7n), "cancelled", {});
    for (const state of ["seen", "approved", "sent", "done"] as const) {
      expect(await caught(() => journal.move(cancelled, state))).toMatchObject({ code: "JOURNAL" });
    }
    expect(await caught(() => journal.release(cancelled))).toMatchObject({ code: "JOURNAL" });
  });

  test("is not closed again once it is done, or when the daemon changed it meanwhile", async () => {
    const done = await journal.close(await begin(), "done", { txId: "0x1" });
    expect(await caught(() => journal.close(done, "cancelled", {}))).toMatchObject({ code: "JOURNAL" });
    const seen = await begin("b");
    await journal.move(seen, "approved");
    expect(await caught(() => journal.close(seen, "cancelled", {}))).toMatchObject({ code: "JOURNAL" });
  });
});

async function firstUnused(of: Journal, counted: bigint): Promise<bigint> {
  return (await of.usedSequences("ETH", "mainnet", "0xsender")).firstUnused(counted);
}

describe("bytes that expired without landing", () => {
  test("leave the job to be signed anew, with their sequence number free again", async () => {
    const sent = await journal.move(await sign(7n), "sent", { refusals: 3 });
    const fresh = await journal.release(sent);
    expect(fresh).toMatchObject({
      state: "seen",
      attempts: 0,
      refusals: 0,
      released: [sent.signed?.transactionId],
    });
    expect(fresh.signed).toBeUndefined();
    expect(await journal.find("ETH", transaction.id)).toEqual(fresh);
    expect(await firstUnused(journal, 7n)).toBe(7n);
  });

  test("are kept while they were never sent, or once they are done", async () => {
    const recorded = await sign(7n);
    expect(await caught(() => journal.release(recorded))).toMatchObject({ code: "JOURNAL" });
    const done = await journal.move(await journal.move(recorded, "sent"), "done");
    expect(await caught(() => journal.release(done))).toMatchObject({ code: "JOURNAL" });
  });
});

describe("signed bytes in the journal", () => {
  test("cannot be replaced", async () => {
    const job = await sign(7n);
    expect(await caught(() => record(job, signed(8n)))).toMatchObject({ code: "JOURNAL" });
    expect((await journal.find("ETH", transaction.id))?.signed?.payload).toBe("0xpayload7");
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

  beforeAll(async () => {
    other = await openVaultAt(path, PASSWORD);
    second = new Journal(other, { now });
  });

  afterAll(() => other.close());

  test("see what the other one wrote", async () => {
    const job = await sign(7n);
    expect(await second.find("ETH", transaction.id)).toEqual(job);
    expect(await firstUnused(second, 7n)).toBe(8n);
  });

  test("refuse the second change that is made from an old revision", async () => {
    const job = await journal.move(await begin(), "approved");
    const same = (await second.find("ETH", transaction.id)) as Job;
    await record(job, signed(7n));
    const refused = await caught(() => record(same, signed(8n), second));
    expect(refused).toMatchObject({ code: "JOURNAL", message: expect.stringContaining("another process") });
    expect((await second.find("ETH", transaction.id))?.signed?.payload).toBe("0xpayload7");
    expect(await firstUnused(second, 7n)).toBe(8n);
  });
});

describe("a signature whose sequence number was chosen before another process signed for the account", () => {
  test("is refused, so that no number is used twice", async () => {
    const known = await journal.usedSequences("ETH", "mainnet", "0xsender");
    const approved = await journal.move(await begin("late"), "approved");
    await sign(7n, "early");
    const refused = await caught(() => journal.recordSigned(approved, signed(7n), known));
    expect(refused).toMatchObject({ code: "JOURNAL", message: expect.stringContaining("another process") });
    expect((await journal.find("ETH", "late"))?.state).toBe("approved");
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
      expect((await journal.usedSequences(chain, network, account)).firstUnused(7n)).toBe(7n);
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
    test(`is refused: ${statement}`, async () => {
      await sign(7n);
      await vault.store.transaction((session) => session.execute(statement));
      expect(await caught(() => journal.list(...jobStates))).toMatchObject({ code: "JOURNAL" });
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

test("a transaction id is taken that was signed in this turn or some minutes before it, on its own chain", async () => {
  await sign(1n);
  const turn = new Journal(vault, { now });
  expect(await turn.isTaken("ETH", "0x1")).toBe(true);
  expect(await turn.isTaken("ETH", "0x2")).toBe(false);
  expect(await turn.isTaken("BSC", "0x1")).toBe(false);
  const other = await turn.begin({ ...transaction, id: "b".repeat(24) }, "mainnet", DIGEST);
  await record(await turn.move(other, "approved"), signed(2n), turn);
  expect(await turn.isTaken("ETH", "0x2")).toBe(true);
  clock = NOW + 11 * 60_000;
  expect(await new Journal(vault, { now }).isTaken("ETH", "0x1")).toBe(false);
});
