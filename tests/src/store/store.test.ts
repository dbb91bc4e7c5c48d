import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { postgresDatabase } from "../../../src/store/postgres/postgres-store.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import type { Session, Store, StorePlace } from "../../../src/store/store.ts";
import { insertJobRow, readLaneJobs } from "../../../src/store/tables/job.ts";
import { readWalletRow } from "../../../src/store/tables/wallet.ts";
import { hasPgBouncer, usePgBouncer } from "../../pgbouncer.ts";
import { usePostgres } from "../../postgres-server.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";

const path = useTemporaryFolder();
const server = usePostgres();
const pooler = usePgBouncer(server);

type Engine = readonly [name: string, place: () => Promise<StorePlace>];
const pooled: Engine = [
  "PostgreSQL behind PgBouncer",
  async () => postgresDatabase(pooler.through(await server.newDatabase())),
];
const engines: readonly Engine[] = [
  ["SQLite", async () => sqliteFile(path("vault"))],
  ["PostgreSQL", async () => postgresDatabase(await server.newDatabase())],
  ...(hasPgBouncer ? [pooled] : []),
];

if (!hasPgBouncer) test.skip(`a store on ${pooled[0]}, which is not installed`, () => undefined);

const key = (n: number) => new Uint8Array(32).fill(n);

async function insert(session: Session, n: number, sealed = Uint8Array.of(n)): Promise<void> {
  await session.execute("INSERT INTO document (document_key, sealed) VALUES ($1, $2)", [key(n), sealed]);
}

const documents = async (session: Session) =>
  (await session.query("SELECT document_key, sealed FROM document ORDER BY document_key")).length;

const countIn = (store: Store) => store.read(documents);

/** What makes a place hold a vault. */
async function fill(session: Session): Promise<void> {
  await session.execute(
    "INSERT INTO vault (row_number, format_version, vault_id, manifest) VALUES (1, 2, $1, $2)",
    [new Uint8Array(16), Uint8Array.of(1)],
  );
}

describe.each(engines)("a store on %s", (_, newPlace) => {
  async function made(): Promise<StorePlace> {
    const place = await newPlace();
    await place.create(fill);
    return place;
  }
  const opened = async () => (await made()).open();

  test("is not there before it is made", async () => {
    const place = await newPlace();
    expect((await caught(() => place.open())).code).toBe("NO_WALLET_FILE");
  });

  test("is made once, and left as it is after that", async () => {
    const place = await made();
    const again = place.create(async (session) => {
      await session.execute("DELETE FROM vault");
    });
    expect((await caught(() => again)).code).toBe("FILE_EXISTS");
    const store = await place.open();
    expect(await store.read((session) => session.query("SELECT format_version AS v FROM vault"))).toEqual([
      { v: 2 },
    ]);
    await store.close();
  });

  test("is not made in part", async () => {
    const place = await newPlace();
    const failing = place.create(async (session) => {
      await fill(session);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await caught(() => place.open())).code).toBe("NO_WALLET_FILE");
    await place.create(fill);
    await (await place.open()).close();
  });

  test("gives back what was written, of each type", async () => {
    const store = await opened();
    const values = [key(1), key(2), "seen", null, Number.MAX_SAFE_INTEGER, 0, 2 ** 41, Uint8Array.of(0, 255)];
    const changed = await store.transaction((session) =>
      session.execute(
        `INSERT INTO job (job_key, lease_key, state, lane_key, revision, attempt_at, updated_at, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        values,
      ),
    );
    const [row] = await store.read((session) =>
      session.query("SELECT * FROM job WHERE updated_at < $1 AND state = $2 LIMIT $3", [
        2 ** 42,
        "seen",
        2 ** 53 - 1,
      ]),
    );
    await store.close();
    expect(changed).toBe(1);
    expect(
      Object.values(row as object).map((value) =>
        value instanceof Uint8Array ? new Uint8Array(value) : value,
      ),
    ).toEqual(values);
  });

  test("does not read a value that is longer than any", async () => {
    const store = await opened();
    await store.transaction((session) =>
      session.execute("INSERT INTO wallet (wallet_key, generation, sealed) VALUES ($1, $2, $3)", [
        key(1),
        1,
        new Uint8Array(131_073),
      ]),
    );
    const read = await caught(() => store.read((session) => readWalletRow(session, key(1))));
    const checked = await caught(() => store.check());
    await store.close();
    expect([read.message, checked.message]).toEqual(
      Array(2).fill(expect.stringContaining("a sealed that is longer than any")),
    );
  });

  test("names one job of each account", async () => {
    const store = await opened();
    const job = { leaseKey: key(9), state: "sent", revision: 1, attemptAt: 0, updatedAt: 0, sealed: key(9) };
    await store.transaction(async (session) => {
      await insertJobRow(session, { ...job, jobKey: key(1), laneKey: key(5) });
      await insertJobRow(session, { ...job, jobKey: key(2), laneKey: key(5) });
      await insertJobRow(session, { ...job, jobKey: key(3), laneKey: key(6) });
      await insertJobRow(session, { ...job, jobKey: key(4), laneKey: null });
    });
    const named = await store.read(readLaneJobs);
    await store.close();
    expect(named.map(({ laneKey, jobKey }) => [laneKey[0], jobKey[0]]).sort()).toEqual([
      [5, 2],
      [6, 3],
    ]);
  });

  test("passes its own check, and tells its size", async () => {
    const store = await opened();
    await store.check();
    expect(await store.size()).toBeGreaterThan(1000);
    await store.close();
  });

  test("is copied into a file with all rows, which is left away when its check fails", async () => {
    const store = await opened();
    await store.transaction(async (session) => {
      for (let n = 0; n < 250; n++) await insert(session, n, Uint8Array.of(n));
    });
    const count = await store.copyInto(path("copy"), (copy) => copy.read(documents));
    const failed = store.copyInto(path("none"), async () => Promise.reject(new Error("not good")));
    await expect(failed).rejects.toThrow("not good");
    expect((await caught(() => store.copyInto(path("copy"), async () => undefined))).code).toBe(
      "FILE_EXISTS",
    );
    const rows = (session: Session) => session.query("SELECT * FROM document ORDER BY document_key");
    const copy = await sqliteFile(path("copy")).open();
    const [before, after] = [await store.read(rows), await copy.read(rows)];
    await Promise.all([store.close(), copy.close()]);
    const plain = (found: readonly unknown[]) =>
      found.flatMap((row) => Object.values(row as object).map((bytes) => Buffer.from(bytes).toString("hex")));
    expect([count, plain(after), existsSync(path("none"))]).toEqual([250, plain(before), false]);
  });

  describe("a transaction", () => {
    test("changes nothing when the work in it fails", async () => {
      const store = await opened();
      const failure = store.transaction(async (session) => {
        await insert(session, 1);
        throw new Error("no");
      });
      await expect(failure).rejects.toThrow("no");
      expect(await countIn(store)).toBe(0);
      await store.close();
    });

    test("changes nothing when a statement in it fails", async () => {
      const store = await opened();
      await caught(() =>
        store.transaction(async (session) => {
          await insert(session, 1);
          await session.execute("INSERT INTO nothing VALUES (1)");
        }),
      );
      expect(await countIn(store)).toBe(0);
      await store.close();
    });

    test("breaks no rule of a table", async () => {
      const store = await opened();
      const twice = async (session: Session) => {
        await insert(session, 1);
        await insert(session, 1);
      };
      expect((await caught(() => store.transaction(twice))).code).toBe("INTERNAL");
      expect(await countIn(store)).toBe(0);
      await store.close();
    });

    test("does not mix with others that run at the same time", async () => {
      const store = await opened();
      const attempts = Array.from({ length: 20 }, (_, n) =>
        store.transaction(async (session) => {
          await insert(session, n);
          await Bun.sleep(n % 3);
          if (n % 2 === 0) throw new Error("undone");
        }),
      );
      const outcomes = await Promise.allSettled([...attempts, countIn(store)]);
      expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(10);
      expect(await countIn(store)).toBe(10);
      await store.close();
    });

    test("is refused inside another one instead of waiting for itself", async () => {
      const store = await opened();
      const error = await caught(() => store.transaction(() => store.read(async () => undefined)));
      expect(error.code).toBe("INTERNAL");
      expect(await countIn(store)).toBe(0);
      await store.close();
    });

    test("cannot be used after its end", async () => {
      const store = await opened();
      const session = await store.transaction(async (ended) => ended);
      expect((await caught(() => session.query("SELECT 1"))).code).toBe("INTERNAL");
      await store.close();
    });

    test("is seen by whoever else has the store open once it is told", async () => {
      const place = await made();
      const [one, other] = [await place.open(), await place.open()];
      await one.transaction((session) => insert(session, 1));
      expect(await countIn(other)).toBe(1);
      await Promise.all([one.close(), other.close()]);
    });

    test("sees those of others that came before it, so that no count is lost", async () => {
      const place = await made();
      const stores = await Promise.all([place.open(), place.open(), place.open()]);
      await stores[0]?.transaction((session) => insert(session, 1, Uint8Array.of(0)));
      const increment = async (session: Session) => {
        const [row] = await session.query("SELECT sealed FROM document");
        const { sealed } = row as { sealed: Uint8Array };
        await session.execute("UPDATE document SET sealed = $1", [Uint8Array.of((sealed[0] ?? 0) + 1)]);
      };
      const increments = stores.flatMap((store) =>
        Array.from({ length: 10 }, () => store.transaction(increment)),
      );
      await Promise.all(increments);
      const [row] = (await stores[0]?.read((session) => session.query("SELECT sealed FROM document"))) ?? [];
      expect((row as { sealed: Uint8Array }).sealed[0]).toBe(30);
      await Promise.all(stores.map((store) => store.close()));
    });

    test("that waits with others sees what those before it did, but not what one of them undid", async () => {
      const store = await opened();
      const [, undone, last] = await Promise.allSettled([
        store.transaction((session) => insert(session, 1)),
        store.transaction(async (session) => {
          await insert(session, 2);
          throw new Error("undone");
        }),
        store.transaction(documents),
      ]);
      expect([undone.status, last]).toEqual(["rejected", { status: "fulfilled", value: 1 }]);
      expect(await countIn(store)).toBe(1);
      await store.close();
    });
  });
});
