/** The store in a PostgreSQL database: opened, made, and copied into a file. Several daemons on several machines may share it. */
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { KmsError } from "../../errors.ts";
import { formatVersion } from "../format.ts";
import { newSqliteStore, replaceSqliteStore } from "../sqlite/sqlite-store.ts";
import type { Session, Store, StorePlace, StoreReplacement } from "../store.ts";
import { copyRows } from "../tables/copy.ts";
import { checkLengths } from "../tables/row.ts";
import { type Purpose, Transactions } from "../transactions.ts";
import { formatPostgresAddress, type PostgresAccess } from "./address.ts";
import { Connection, SCHEMA, transactionSettings } from "./connection.ts";
import { bringForward, CLOCK, checkObjects, readSchemaVersion, schemaVersion } from "./schema.ts";

/** "TKMS": who changes a vault holds the advisory lock of this number until its transaction ends, alone or with others. */
const LOCK = 0x544b4d53;

/** Milliseconds for which it is asked whether a commit was made whose answer was lost, and between two such questions. */
const UNCLEAR_TIME = 15_000;
const UNCLEAR_PAUSE = 250;

/** The statements that begin a transaction. */
function begin(purpose: Purpose, settings: string): string {
  if (purpose === "read")
    return `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${settings}; SELECT pg_is_in_recovery() AS standby`;
  // Each statement sees what was committed before it; with the locks that is what was there when they were given.
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ${settings}; ${locks(purpose)}`;
}

/**
 * Whoever changes what belongs to some leases shares the lock of the whole with others who do, and has those of the leases alone.
 * All take them in one order, so that no two wait for each other. Two leases whose keys begin alike share a lock.
 */
function locks(purpose: Exclude<Purpose, "read">): string {
  if (purpose === "change") return `SELECT pg_advisory_xact_lock(${LOCK})`;
  const numbers = new Set(purpose.map((key) => Buffer.from(key).readInt32BE()));
  const own = [...numbers].sort((a, b) => a - b).map((number) => `pg_advisory_xact_lock(${LOCK}, ${number})`);
  return [`pg_advisory_xact_lock_shared(${LOCK})`, ...own].map((lock) => `SELECT ${lock}`).join("; ");
}

/** A database as the place of a store; each database holds one vault. */
export function postgresDatabase(access: PostgresAccess): StorePlace {
  return {
    open: () => PostgresStore.open(access),
    async create(fill) {
      const store = new PostgresStore(access);
      try {
        await store.transaction((session) => makeIn(session, store.place, fill));
      } finally {
        await store.close();
      }
    },
  };
}

async function makeIn(
  session: Session,
  place: string,
  fill: (session: Session) => Promise<void>,
): Promise<void> {
  const version = await readSchemaVersion(session);
  if (version !== schemaVersion) await bringForward(session, version);
  await checkObjects(session);
  if (await hasVault(session)) {
    throw new KmsError(
      "FILE_EXISTS",
      `There is a vault in the store ${place} already; it was left as it is.`,
    );
  }
  await fill(session);
}

async function hasVault(session: Session): Promise<boolean> {
  return (await session.query("SELECT 1 FROM vault")).length > 0;
}

class PostgresStore implements Store {
  readonly format = formatVersion;
  readonly place: string;
  readonly #connection: Connection;
  readonly #settings: string;
  readonly #unclearTime: number;
  readonly #transactions = new Transactions((purpose, work) => this.#transact(purpose, work));
  /** Names this process among those that write, by which it finds out whether a commit was made. */
  readonly #writerId = randomBytes(16).toString("hex");
  /** Whether a commit's answer was lost and could not be asked for. */
  #isUnclear = false;

  constructor(access: PostgresAccess) {
    this.place = formatPostgresAddress(access.address);
    this.#connection = new Connection(access);
    this.#settings = transactionSettings(access);
    this.#unclearTime = access.patience?.unclear ?? UNCLEAR_TIME;
  }

  static async open(access: PostgresAccess): Promise<PostgresStore> {
    const store = new PostgresStore(access);
    try {
      await store.#prepare();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#transactions.read(work);
  }

  transaction<Result>(work: (session: Session) => Promise<Result>, leaseKey?: Uint8Array): Promise<Result> {
    return this.#transactions.change(work, leaseKey);
  }

  check(): Promise<void> {
    return this.read(async (session) => {
      await checkObjects(session);
      await checkLengths(session);
    });
  }

  async size(): Promise<number> {
    const [row] = await this.read((session) =>
      session.query(`SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class
        WHERE relnamespace = '${SCHEMA}'::regnamespace AND relkind = 'r'`),
    );
    return v.parse(v.object({ bytes: v.number() }), row).bytes;
  }

  copyOver<Result>(place: string, replacement: StoreReplacement<Result>) {
    return replaceSqliteStore(
      place,
      (target) => this.read((source) => copyRows(source, target)),
      replacement,
    );
  }

  /** Writes the copy into a new file, which is a vault of its own. */
  copyInto<Result>(place: string, finish: (copy: Store) => Promise<Result>): Promise<Result> {
    return newSqliteStore(place, (target) => this.read((source) => copyRows(source, target)), finish);
  }

  close(): Promise<void> {
    return this.#transactions.between(() => this.#connection.drop());
  }

  async #prepare(): Promise<void> {
    const look = async (session: Session) => {
      const version = await readSchemaVersion(session);
      return { version, isMade: version !== undefined && (await hasVault(session)) };
    };
    const { version, isMade } = await this.read(look);
    if (!isMade) throw new KmsError("NO_WALLET_FILE", `There is no vault in the store ${this.place}.`);
    if (version !== schemaVersion)
      await this.transaction(async (session) => bringForward(session, (await look(session)).version));
    await this.read(checkObjects);
  }

  async #transact<Result>(purpose: Purpose, work: (session: Session) => Promise<Result>): Promise<Result> {
    await this.#settleUnclear();
    await this.#begin(purpose);
    let result: Result;
    try {
      result = await work({
        clock: CLOCK,
        query: (statement, values) => this.#connection.run(statement, values),
        execute: async (statement, values) => (await this.#connection.run(statement, values)).count,
      });
    } catch (error) {
      await this.#undo();
      throw error;
    }
    if (purpose === "read") await this.#undo();
    else await this.#commit();
    return result;
  }

  async #begin(purpose: Purpose): Promise<void> {
    const wasThere = this.#connection.stands;
    try {
      await this.#beginOn(purpose);
    } catch (error) {
      // It may have been lost while nothing was asked. Nothing was done yet, so a new one may begin.
      if (!wasThere || this.#connection.stands) throw error;
      await this.#beginOn(purpose);
    }
  }

  async #beginOn(purpose: Purpose): Promise<void> {
    await this.#connection.make();
    try {
      const [last] = await this.#connection.runAll(begin(purpose, this.#settings));
      if (last?.["standby"] !== true) return;
    } catch (error) {
      await this.#undo();
      throw error;
    }
    await this.#undo();
    throw new KmsError(
      "STORE_UNAVAILABLE",
      `The store ${this.place} is a standby, which may be behind: the vault is worked with on the primary alone.`,
    );
  }

  /** Throws nothing: where it cannot be said to the server, the end of the connection says it. */
  async #undo(): Promise<void> {
    if (!this.#connection.stands) return;
    await this.#connection.runAll("ROLLBACK").catch(() => this.#connection.drop());
  }

  /**
   * Commits together with a mark. When the answer is lost, the mark tells whether the change was made.
   * @throws KmsError `STORE_UNCLEAR`, and what it failed with when nothing was changed
   */
  async #commit(): Promise<void> {
    const mark = randomBytes(16).toString("hex");
    try {
      await this.#connection.runAll(
        `INSERT INTO writer (writer_id, mark, marked_at) VALUES ('\\x${this.#writerId}', '\\x${mark}', now())
         ON CONFLICT (writer_id) DO UPDATE SET mark = excluded.mark, marked_at = excluded.marked_at;
         DELETE FROM writer WHERE writer_id IN (
           SELECT writer_id FROM writer WHERE marked_at < now() - interval '1 day' FOR UPDATE SKIP LOCKED
         ); COMMIT`,
      );
    } catch (error) {
      await this.#undo();
      if (!(await this.#wasMade(mark, error))) throw error;
    }
  }

  async #wasMade(mark: string, cause: unknown): Promise<boolean> {
    const end = performance.now() + this.#unclearTime;
    do {
      try {
        return await this.#commitMark(mark, Math.max(end - performance.now(), UNCLEAR_PAUSE));
      } catch {
        await this.#connection.drop();
        await Bun.sleep(UNCLEAR_PAUSE);
      }
    } while (performance.now() < end);
    this.#isUnclear = true;
    throw new KmsError(
      "STORE_UNCLEAR",
      `The connection to the store ${this.place} was lost while a change was committed: it may have been made, or not.`,
      { cause, hint: "Look whether it was made before it is asked for again." },
    );
  }

  /**
   * Commits anew the mark that a lost commit may have left. It is asked under the lock, which the lost transaction holds as long as
   * it may still be committed. That the mark is seen is not enough where a standby takes over by itself: a primary that is ended, or
   * told to wait no longer, while a commit waits for its standby shows it all the same. Logs are written and sent in order, so
   * once a later commit is answered, the standby has what was before it as well.
   *
   * @param mark of this process; without it any
   * @param limit milliseconds
   * @returns whether the mark was there
   */
  async #commitMark(mark: string | undefined, limit: number): Promise<boolean> {
    await this.#beginOn("change");
    const isIt = mark === undefined ? "" : `AND mark = '\\x${mark}'`;
    const { count } = await this.#connection.run(
      `UPDATE writer SET marked_at = now() WHERE writer_id = '\\x${this.#writerId}' ${isIt}`,
    );
    await this.#connection.runAll("COMMIT", limit);
    return count > 0;
  }

  /** After an unclear commit nothing is read or changed before it is known that what is seen then lasts. */
  async #settleUnclear(): Promise<void> {
    if (!this.#isUnclear) return;
    try {
      await this.#commitMark(undefined, this.#unclearTime);
      this.#isUnclear = false;
    } catch (error) {
      await this.#connection.drop();
      throw error;
    }
  }
}
