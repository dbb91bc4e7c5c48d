import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Journal } from "../../../src/journal/journal.ts";
import { type JournalScope, leaseKeyOf } from "../../../src/journal/records.ts";
import { takeLeaseNow, waitForLease } from "../../../src/lease/acquire.ts";
import { Lease } from "../../../src/lease/lease.ts";
import { createLog } from "../../../src/operations/log.ts";
import { type LeaseRow, readLeaseRow } from "../../../src/store/tables/lease.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

/** Long enough that nobody loses a lease because the machine is busy. */
const LONG = 60_000;
const SHORT = 300;

const path = useTemporaryFolder();
let vault: Vault;
/** The same file, as another daemon has it open. */
let other: Vault;
let lines: string[];
const log = createLog({ write: (line) => lines.push(line) });
let stopping: AbortController;

beforeEach(async () => {
  vault = await freshVault(path("vault"));
  other = await reopen(path("vault"));
  lines = [];
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await vault.close();
  await other.close();
});

const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
/** The lease of one chain, as an open vault has it. */
const subject = (of: Vault) => ({ store: of.store, leaseKey: leaseKeyOf(of, SCOPE), chain: "ETH", log });

const row = (): Promise<LeaseRow | undefined> =>
  vault.store.read((session) => readLeaseRow(session, leaseKeyOf(vault, SCOPE)));

async function take(duration: number, of = vault): Promise<Lease> {
  const lease = await Lease.take(subject(of), await row(), duration);
  if (lease === undefined) throw new Error("The lease is not free.");
  return lease;
}

const options = (of: Vault, duration = SHORT) => ({
  ...subject(of),
  work: "ETH on the testnet",
  duration,
  stopping: stopping.signal,
});

const transaction = { id: "a", chain: "ETH", serializedTransaction: "{}", hashes: [], signatures: [] };

describe("the lease", () => {
  test("is taken with a higher epoch each time", async () => {
    for (const epoch of [1, 2, 3]) {
      const lease = await take(LONG);
      expect(await row()).toMatchObject({ epoch, renewals: 0, duration: LONG });
      await lease.release();
      expect(await row()).toMatchObject({ epoch, holder: null });
    }
  });

  test("is renewed while it is held", async () => {
    const lease = await take(SHORT);
    await Bun.sleep(2 * SHORT);
    expect((await row())?.renewals).toBeGreaterThan(2);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  test("cannot be taken on an old look at it", async () => {
    const seen = await row();
    const lease = await take(LONG);
    expect(await Lease.take(subject(other), seen, LONG)).toBeUndefined();
    await lease.release();
  });

  test("is lost, and noticed at the next renewal, when another daemon took it", async () => {
    const lease = await take(SHORT);
    await vault.store.transaction((session) => session.execute("UPDATE lease SET epoch = epoch + 1"));
    await Bun.sleep(SHORT);
    expect(lease.lost.aborted).toBe(true);
    await lease.release();
    expect(await row()).toMatchObject({ holder: expect.any(Uint8Array) });
  });

  describe("that no daemon wrote is nobody's, so that no number in it keeps a daemon from its work:", () => {
    test.each([
      ["epoch", "9007199254740991"],
      ["epoch", "9223372036854775807"],
      ["epoch", "-1"],
      ["epoch", "0"],
      ["renewals", "9007199254740991"],
      ["renewals", "9223372036854775807"],
      ["duration", "99999999"],
      ["duration", "0"],
      ["taken_at", "9007199254740991"],
      ["taken_at", "-1"],
      ["holder", "x'00'"],
      ["holder", "zeroblob(1000000)"],
    ])("%s %s", async (column, value) => {
      const lease = await take(LONG);
      await vault.store.transaction((session) => session.execute(`UPDATE lease SET ${column} = ${value}`));
      const fenced = vault.store.transaction((session) => lease.assertHeld(session));
      expect(await caught(() => fenced)).toMatchObject({ code: "LEASE_LOST" });
      const error = await caught(() => vault.verify());
      const name = column === "taken_at" ? "takenAt" : column;
      const unexpected = value.includes("zeroblob")
        ? "a holder that is longer than any"
        : `an unexpected ${name}`;
      expect([error.code, error.message]).toEqual([
        "VAULT_CORRUPT",
        expect.stringContaining(`a lease row has ${unexpected}`),
      ]);
      expect(error.hint).toContain("takes the lease anew");
      for (const epoch of [1, 2]) {
        const taken = await takeLeaseNow(options(other));
        expect(await row()).toMatchObject({ epoch });
        await taken?.release();
      }
      expect(lines.filter((line) => line.includes("a lease that no daemon wrote"))).toHaveLength(1);
      await vault.verify();
      await lease.release();
    });

    test("the highest epoch is followed by the first", async () => {
      await (await take(LONG)).release();
      await vault.store.transaction((session) => session.execute(`UPDATE lease SET epoch = ${2 ** 40}`));
      await (await take(LONG)).release();
      expect(await row()).toMatchObject({ epoch: 1 });
    });

    test("a count of renewals that is at its end starts again, and is a sign of life", async () => {
      const lease = await take(SHORT);
      await vault.store.transaction((session) => session.execute(`UPDATE lease SET renewals = ${2 ** 40}`));
      await Bun.sleep(SHORT);
      expect(lease.lost.aborted).toBe(false);
      expect((await row())?.renewals).toBeLessThan(10);
      await lease.release();
    });
  });
});

describe("the journal of a daemon", () => {
  test("is written while the lease is held", async () => {
    const lease = await take(LONG);
    const journal = new Journal(vault, SCOPE, { fence: lease });
    const job = await journal.move(journal.begin(transaction, "digest"), "seen");
    expect((await new Journal(other, SCOPE).find("a"))?.state).toBe(job.state);
    await lease.release();
  });

  test("refuses every change once another daemon has the lease", async () => {
    const lease = await take(LONG);
    const journal = new Journal(vault, SCOPE, { fence: lease });
    const seenJob = await journal.move(journal.begin(transaction, "digest"), "seen");
    const seen = await row();
    const second = await Lease.take(subject(other), seen, LONG);
    const signed = { payload: "0x", transactionId: "0x1", filledIn: {} };
    const used = await journal.usedSequences("0x");
    for (const change of [
      () => journal.move(journal.begin({ ...transaction, id: "b" }, "digest"), "seen"),
      () => journal.move(seenJob, "failed"),
      () => journal.recordSigned(journal.approved(seenJob), signed, used),
    ]) {
      expect(await caught(change)).toMatchObject({ code: "LEASE_LOST" });
    }
    expect(lease.lost.aborted).toBe(true);
    expect(await journal.find("a")).toEqual(seenJob);
    await lease.release();
    await second?.release();
  });

  test("is not fenced for a command, which works beside the daemon", async () => {
    const lease = await take(LONG);
    const journal = new Journal(other, SCOPE);
    expect(await journal.move(journal.begin(transaction, "digest"), "seen")).toBeDefined();
    await lease.release();
  });
});

describe("a second daemon", () => {
  test("stands by, says so once, and takes over as soon as the lease is given back", async () => {
    const lease = await take(LONG);
    const waiting = waitForLease(options(other));
    await Bun.sleep(2 * SHORT);
    expect(lines).toEqual([expect.stringContaining("Another daemon holds the lease since 2")]);
    await lease.release();
    const second = await waiting;
    expect((await row())?.epoch).toBe(2);
    await second?.release();
  });

  test("takes over from one that died", async () => {
    const lease = await take(SHORT);
    await lease.release();
    await vault.store.transaction((session) =>
      session.execute("UPDATE lease SET holder = $1", [new Uint8Array(16)]),
    );
    const started = performance.now();
    const second = await waitForLease(options(other));
    expect(performance.now() - started).toBeGreaterThanOrEqual(SHORT * 0.9);
    expect((await row())?.epoch).toBe(2);
    await second?.release();
  });

  test("takes nothing from one that is alive, whatever the wall clock said when it took the lease", async () => {
    const lease = await take(SHORT);
    await vault.store.transaction((session) => session.execute("UPDATE lease SET taken_at = 1"));
    const waiting = waitForLease(options(other));
    await Bun.sleep(4 * SHORT);
    expect((await row())?.epoch).toBe(1);
    stopping.abort();
    expect(await waiting).toBeUndefined();
    await lease.release();
  });

  test("in another place takes only what nobody else had for a set time, beginning anew with each who has it", async () => {
    const lease = await take(LONG);
    const waiting = waitForLease({ ...options(other), standby: 2 * SHORT });
    await Bun.sleep(SHORT);
    await lease.release();
    await Bun.sleep(SHORT);
    const again = await take(LONG);
    await Bun.sleep(SHORT);
    const released = performance.now();
    await again.release();
    const standby = await waiting;
    expect(performance.now() - released).toBeGreaterThan(2 * SHORT * 0.9);
    expect((await row())?.epoch).toBe(3);
    await standby?.release();
  });

  test("ends its waiting when the program is stopped", async () => {
    const lease = await take(LONG);
    const waiting = waitForLease(options(other));
    stopping.abort();
    expect(await waiting).toBeUndefined();
    await lease.release();
  });
});

describe("a single run", () => {
  test("is refused while a living daemon holds the lease", async () => {
    const lease = await take(SHORT);
    expect(await caught(() => takeLeaseNow(options(other)))).toMatchObject({
      code: "VAULT_BUSY",
      exitStatus: 75,
      message: expect.stringContaining("Another daemon works on this vault since 2"),
    });
    await lease.release();
  });

  test("works after a daemon that crashed", async () => {
    await (await take(SHORT)).release();
    await vault.store.transaction((session) =>
      session.execute("UPDATE lease SET holder = $1", [new Uint8Array(16)]),
    );
    const lease = await takeLeaseNow(options(other));
    expect(lease).toBeDefined();
    await lease?.release();
  });
});
