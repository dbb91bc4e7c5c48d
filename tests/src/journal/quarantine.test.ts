import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Journal } from "../../../src/journal/journal.ts";
import { findDamagedRow, quarantine } from "../../../src/journal/quarantine.ts";
import { hex, type JournalScope, jobKeyOf, leaseKeyOf } from "../../../src/journal/records.ts";
import { verifyWhole } from "../../../src/journal/whole-vault.ts";
import type { SqlValue } from "../../../src/store/store.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
const transaction = { chain: "ETH", serializedTransaction: "{}", hashes: [], signatures: [] };

const path = useSharedFolder()("wallet.dat");
let vault: Vault;
let journal: Journal;
let key: Uint8Array;

const change = (statement: string, values: readonly SqlValue[] = []): Promise<void> =>
  vault.store.transaction(async (session) =>
    expect(await session.execute(statement, values)).toBeGreaterThan(0),
  );

async function sign(id: string, nonce: bigint, chain = "ETH"): Promise<void> {
  const to = chain === "ETH" ? journal : new Journal(vault, { ...SCOPE, chain });
  const sequence = { account: "0xa", number: nonce };
  const signed = { payload: "0x", transactionId: `0x${chain}${nonce}`, filledIn: {}, sequence };
  const job = to.approved(to.begin({ ...transaction, chain, id }, "digest"));
  await to.recordSigned(job, signed, await to.usedSequences("0xa"));
}

/** Three jobs on a chain: two sent, one seen; and one on another chain. */
beforeEach(async () => {
  vault = await freshVault(path);
  journal = new Journal(vault, SCOPE);
  await sign("paid", 1n);
  await sign("other", 2n);
  await journal.move(journal.begin({ ...transaction, id: "seen" }, "digest"), "seen");
  await sign("elsewhere", 1n, "BSC");
  key = jobKeyOf(vault, "paid");
});

const other = "CASE substr(sealed, 41, 1) WHEN x'00' THEN x'01' ELSE x'00' END";
const flip = `sealed = CAST(substr(sealed, 1, 40) || ${other} || substr(sealed, 42) AS BLOB)`;

afterEach(() => vault.close());

describe("a damaged row is set aside, and the rest of the vault is whole:", () => {
  test.each([
    ["a byte of its content", `UPDATE job SET ${flip} WHERE job_key = $1`],
    ["its state", "UPDATE job SET state = 'done' WHERE job_key = $1"],
    ["a state that there is not", "UPDATE job SET state = 'paid' WHERE job_key = $1"],
    ["its revision", "UPDATE job SET revision = 77 WHERE job_key = $1"],
    ["a revision that is none", "UPDATE job SET revision = -1 WHERE job_key = $1"],
    ["its account", "UPDATE job SET lane_key = NULL WHERE job_key = $1"],
    ["an account that is none", "UPDATE job SET lane_key = x'00' WHERE job_key = $1"],
    ["its chain", "UPDATE job SET lease_key = job_key WHERE job_key = $1"],
    ["another chain", "UPDATE job SET lease_key = $1 WHERE job_key = $2"],
  ])("%s", async (_, statement) => {
    const other = leaseKeyOf(vault, { ...SCOPE, chain: "BSC" });
    await change(statement, statement.includes("$2") ? [other, key] : [key]);
    expect((await caught(() => verifyWhole(vault))).message).toContain(hex(key));
    expect(await quarantine(vault, hex(key))).toMatchObject({ row: hex(key), keptAs: hex(key), others: 0 });
    const aside: string[] = [];
    expect(await verifyWhole(vault, (row) => aside.push(row))).toMatchObject({ jobs: 4, quarantined: 1 });
    expect(aside).toEqual([hex(key)]);
  });

  test("named by the id of its transaction", async () => {
    await change(`UPDATE job SET ${flip} WHERE job_key = $1`, [key]);
    expect(await findDamagedRow(vault, "paid")).toMatchObject({ row: hex(key) });
    await quarantine(vault, "paid");
    expect(await verifyWhole(vault)).toMatchObject({ quarantined: 1 });
  });

  test("also under a key that was damaged: what belongs to the job tells its own", async () => {
    const damagedKey = Buffer.alloc(32, 7);
    await change("UPDATE job SET job_key = $1 WHERE job_key = $2", [damagedKey, key]);
    const expected = { row: hex(damagedKey), keptAs: hex(key) };
    expect(await quarantine(vault, hex(damagedKey))).toMatchObject(expected);
    expect(await verifyWhole(vault)).toMatchObject({ quarantined: 1 });
    expect((await caught(() => journal.find("paid"))).message).toContain("was set aside");
  });

  test("one after another where several are damaged, all of which are named at once", async () => {
    await change(`UPDATE job SET ${flip} WHERE state = 'sent'`);
    const { message } = await caught(() => verifyWhole(vault));
    for (const id of ["paid", "other", "elsewhere"]) expect(message).toContain(hex(jobKeyOf(vault, id)));
    expect(await quarantine(vault, "paid")).toMatchObject({ others: 1 });
    expect(await quarantine(vault, "other")).toMatchObject({ others: 0 });
    await quarantine(vault, "elsewhere");
    expect(await verifyWhole(vault)).toMatchObject({ jobs: 4, quarantined: 3 });
  });
});

describe("after a row was set aside", () => {
  beforeEach(async () => {
    await change(`UPDATE job SET ${flip} WHERE job_key = $1`, [key]);
    await quarantine(vault, "paid");
  });

  test("its transaction is neither begun anew nor signed", async () => {
    expect((await caught(() => journal.find("paid"))).message).toContain("was set aside");
    const anew = journal.approved(journal.begin({ ...transaction, id: "paid" }, "digest"));
    const signed = { payload: "0x", transactionId: "0xnew", filledIn: {} };
    const known = await journal.usedSequences("");
    expect(await caught(() => journal.recordSigned(anew, signed, known))).toMatchObject({ code: "JOURNAL" });
    expect([...(await journal.resting(["paid", "seen"]))]).toEqual([["paid", "parked"]]);
  });

  test("its number stays used, and its transaction is no other job's", async () => {
    expect((await journal.usedSequences("0xa")).has(1n)).toBe(true);
    const job = journal.approved(journal.begin({ ...transaction, id: "second" }, "digest"));
    const signed = { payload: "0x", transactionId: "0xETH1", filledIn: {} };
    const refusal = await caught(async () =>
      journal.recordSigned(job, signed, await journal.usedSequences("")),
    );
    expect(refusal.message).toContain("would be the same transaction (0xETH1) as another transaction");
  });

  test("a daemon that was at work goes on, with the rest of the journal", async () => {
    const [job] = await journal.list("seen");
    if (job === undefined) throw new Error("The job is gone.");
    await journal.move(job, "seen", { attempts: 1 });
    expect(await verifyWhole(vault)).toMatchObject({ jobs: 4, quarantined: 1 });
    expect(await journal.counts()).toEqual({ quarantined: 1, sent: 1, seen: 1 });
  });

  test("it is not set aside again", async () => {
    expect(await caught(() => quarantine(vault, "paid"))).toMatchObject({ code: "USAGE" });
  });
});

describe("nothing is set aside", () => {
  test("that opens, or that there is not", async () => {
    expect(await caught(() => quarantine(vault, "paid"))).toMatchObject({ code: "USAGE" });
    expect(await caught(() => quarantine(vault, "unknown"))).toMatchObject({ code: "NO_SUCH_JOB" });
    expect(await caught(() => quarantine(vault, "ab".repeat(32)))).toMatchObject({ code: "NO_SUCH_JOB" });
  });

  test.each([
    ["a row was taken away", "DELETE FROM job WHERE state = 'seen'"],
    ["a row was taken away that something belongs to", "DELETE FROM job WHERE job_key = $1"],
  ])("where besides %s", async (_, statement) => {
    await change(`UPDATE job SET ${flip} WHERE job_key = $1`, [key]);
    await change(statement, statement.includes("$1") ? [jobKeyOf(vault, "other")] : []);
    expect(await caught(() => quarantine(vault, "paid"))).toMatchObject({ code: "JOURNAL" });
    expect((await caught(() => verifyWhole(vault))).message).toContain(hex(key));
  });

  test("where besides an older row was put in the place of a newer one", async () => {
    const [older] = await vault.store.read((session) =>
      session.query("SELECT * FROM job WHERE job_key = $1", [jobKeyOf(vault, "seen")]),
    );
    const { state, revision, sealed } = older as { state: string; revision: number; sealed: Uint8Array };
    const [job] = await journal.list("seen");
    if (job === undefined) throw new Error("The job is gone.");
    await journal.move(job, "denied");
    await change("UPDATE job SET state = $1, revision = $2, sealed = $3 WHERE job_key = $4", [
      state,
      revision,
      sealed,
      job.key,
    ]);
    await change(`UPDATE job SET ${flip} WHERE job_key = $1`, [key]);
    expect(await caught(() => quarantine(vault, "paid"))).toMatchObject({ code: "JOURNAL" });
  });
});
