import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { takeLeaseNow, waitForLease } from "../../../src/lease/acquire.ts";
import { Lease } from "../../../src/lease/lease.ts";
import { createLog } from "../../../src/operations/log.ts";
import type { PostgresAccess } from "../../../src/store/postgres/address.ts";
import { postgresDatabase } from "../../../src/store/postgres/postgres-store.ts";
import type { Session, Store } from "../../../src/store/store.ts";
import { type LeaseRow, readLeaseRow } from "../../../src/store/tables/lease.ts";
import { usePostgres } from "../../postgres-server.ts";
import { caught } from "../vault/caught.ts";

const server = usePostgres();
const LONG = 60_000;
const SHORT = 1500;
const HOUR = 3_600_000;
const leaseKey = new Uint8Array(32).fill(7);

let access: PostgresAccess;
let store: Store;
let other: Store;
let lines: string[];
let stopping: AbortController;
const log = createLog({ write: (line) => lines.push(line) });

beforeEach(async () => {
  access = await server.newDatabase();
  await postgresDatabase(access).create(async (session) => {
    await session.execute(
      "INSERT INTO vault (row_number, format_version, vault_id, manifest) VALUES (1, 2, $1, $2)",
      [new Uint8Array(16), Uint8Array.of(1)],
    );
  });
  store = await postgresDatabase(access).open();
  other = await postgresDatabase(access).open();
  lines = [];
  stopping = new AbortController();
});
afterEach(async () => {
  setSystemTime();
  stopping.abort();
  await store.close();
  await other.close();
});

const subject = (of: Store) => ({ store: of, leaseKey, chain: "ETH", log });
const options = (of: Store, duration = LONG) => ({
  ...subject(of),
  work: "ETH on the testnet",
  duration,
  stopping: stopping.signal,
});
const row = (): Promise<LeaseRow | undefined> => other.read((session) => readLeaseRow(session, leaseKey));
/** What a database says after the holder was silent for so many milliseconds more. */
const age = (milliseconds: number): Promise<number> =>
  other.transaction((session) =>
    session.execute("UPDATE lease SET renewed_at = renewed_at - $1", [milliseconds]),
  );
/** Another process of this machine that lives holds it, as far as anybody sees. */
const holdForStranger = (): Promise<number> =>
  other.transaction((session) => session.execute("UPDATE lease SET holder = $1", [new Uint8Array(16)]));
const serverTime = async (session: Session): Promise<number> => {
  const [found] = await session.query(`SELECT ${session.clock} AS now`);
  return (found as { now: number }).now;
};

async function take(duration: number, of = store): Promise<Lease> {
  const lease = await Lease.take(subject(of), await row(), duration);
  if (lease === undefined) throw new Error("The lease is not free.");
  return lease;
}

describe.each([
  ["a day behind", -24 * HOUR],
  ["five hours ahead", 5 * HOUR],
])("a node whose clock is %s", (_, offset) => {
  test("takes nothing from one that is alive, and loses nothing to it", async () => {
    const lease = await take(LONG);
    await holdForStranger();
    setSystemTime(Date.now() + offset);
    expect(await Lease.take(subject(other), await row(), LONG)).toBeUndefined();
    await age(LONG);
    const stray = await Lease.take(subject(other), await row(), LONG);
    expect(stray).toBeDefined();
    setSystemTime();
    expect(await Lease.take(subject(store), await row(), LONG)).toBeUndefined();
    await stray?.release();
    await lease.release();
  });

  test("writes times of the database", async () => {
    setSystemTime(Date.now() + offset);
    const lease = await take(LONG);
    const { takenAt = 0, renewedAt } = (await row()) ?? {};
    const now = await other.read(serverTime);
    expect(renewedAt).toBe(takenAt);
    expect(now - takenAt).toBeLessThan(LONG);
    expect(now - takenAt).toBeGreaterThanOrEqual(0);
    await lease.release();
  });
});

describe("a lease in a database", () => {
  test("is renewed by the database's clock while it is held", async () => {
    const lease = await take(SHORT);
    const { renewedAt: before } = (await row()) ?? {};
    while ((await row())?.renewedAt === before) await Bun.sleep(20);
    expect((await row())?.hasEnded).toBe(false);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  test("is taken at once by who comes when it has ended, without a watch of its own", async () => {
    const lease = await take(LONG);
    await holdForStranger();
    await age(LONG);
    const started = performance.now();
    const second = await waitForLease(options(other));
    expect(performance.now() - started).toBeLessThan(LONG / 2);
    expect(await row()).toMatchObject({ epoch: 2, hasEnded: false });
    expect(lines).toEqual([expect.stringContaining("this daemon takes over")]);
    await second?.release();
    await lease.release();
  });

  test("that has ended lets its holder write nothing, also when nobody took it", async () => {
    const lease = await take(LONG);
    await store.transaction((session) => lease.assertHeld(session));
    await age(LONG);
    const error = await caught(() => store.transaction((session) => lease.assertHeld(session)));
    expect([error.code, error.message]).toEqual(["LEASE_LOST", expect.stringContaining("ended before")]);
    expect([lease.lost.aborted, lease.hasEnded]).toEqual([true, true]);
    await lease.release();
    await (await take(LONG)).release();
    expect((await row())?.epoch).toBe(2);
  });

  test("that has ended is not renewed any more: its holder stops", async () => {
    const lease = await take(SHORT);
    await age(SHORT);
    while (!lease.lost.aborted) await Bun.sleep(20);
    expect([lease.hasEnded, (await row())?.epoch]).toEqual([true, 1]);
    expect(lines).toEqual([]);
    await lease.release();
  });

  test.each(["9007199254740991", "9223372036854775807", "-9223372036854775808", "8640000000000000", "-1"])(
    "that was renewed at %s has ended, so that no number keeps a daemon from its work",
    async (time) => {
      const lease = await take(LONG);
      await holdForStranger();
      await other.transaction((session) => session.execute(`UPDATE lease SET renewed_at = ${time}`));
      const second = await takeLeaseNow(options(other));
      expect(await row()).toMatchObject({ hasEnded: false });
      await second?.release();
      await lease.release();
    },
  );
});

test("a daemon of the version before renews and takes leases in the tables of this one", async () => {
  const lease = await take(LONG);
  await lease.release();
  await other.transaction(async (session) => {
    await session.execute("DELETE FROM lease");
    await session.execute(
      "INSERT INTO lease (lease_key, holder, epoch, renewals, duration, taken_at) VALUES ($1, $2, 9, 0, $3, $4)",
      [leaseKey, new Uint8Array(16), LONG, Date.now()],
    );
  });
  expect(await row()).toMatchObject({ epoch: 9, hasEnded: false });
  expect(await Lease.take(subject(store), await row(), LONG)).toBeUndefined();
});

test("tables of the first version get what this one has, and keep their leases", async () => {
  const lease = await take(LONG);
  await lease.release();
  await server.sql(
    "ALTER TABLE tatum_kms.lease DROP COLUMN renewed_at; DROP TABLE tatum_kms.node; UPDATE tatum_kms.schema_version SET version = 1",
    access.address.database,
  );
  const opened = await postgresDatabase(access).open();
  await opened.check();
  await opened.close();
  expect(await row()).toMatchObject({ epoch: 1, holder: null });
});

test("the lease of an API key is not taken while its holder writes the journal, which other keys' holders write as well", async () => {
  const journalKey = new Uint8Array(32).fill(9);
  const watching = await postgresDatabase(access).open();
  const held = await Lease.take({ ...subject(store), journalKey }, undefined, LONG);
  const [inside, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const order: string[] = [];
  const writing = store.transaction(async (session) => {
    await held?.assertHeld(session);
    inside.resolve();
    await goOn.promise;
    order.push("written");
  }, journalKey);
  await inside.promise;
  const silent = "UPDATE lease SET renewed_at = renewed_at - $1";
  await other.transaction((session) => session.execute(silent, [2 * LONG]), new Uint8Array(32).fill(5));
  const taking = Lease.take({ ...subject(other), journalKey }, await row(), LONG).then((lease) => {
    order.push("taken");
    return lease;
  });
  const waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  while (order.length === 0 && (await watching.read((session) => session.query(waits))).length === 0)
    await Bun.sleep(10);
  goOn.resolve();
  await writing;
  const taken = await taking;
  expect(order).toEqual(["written", "taken"]);
  expect(
    (await caught(() => store.transaction((session) => held!.assertHeld(session), journalKey))).code,
  ).toBe("LEASE_LOST");
  await taken?.release();
  await held?.release();
  await watching.close();
});
