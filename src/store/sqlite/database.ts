/** A connection to a SQLite file through Bun.SQL: its settings, its transactions, and what its errors mean. */
import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { SQL } from "bun";
import pLimit from "p-limit";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { type ErrorCode, KmsError, vaultCorrupt } from "../../errors.ts";
import type { Session, SqlValue } from "../store.ts";
import { ownerOnly } from "./access.ts";
import { checkBeforeOpening, checkSideFiles } from "./side-files.ts";
import { FileIdentity } from "./vault-file.ts";

const tryAgain = "Try again when the other tatum-kms command is done.";
const freeSpace = "Free some space on it. Nothing was changed.";
const checkDisk = "Check the disk, and whether its quota is used up.";
const checkMode = "Check whether the disk is read-only, and owner and mode of the vault and its folder.";

/** SQLite result codes (https://sqlite.org/rescode.html) by the beginning of their names. */
const errorCodes: readonly (readonly [prefix: string, code: ErrorCode, what: string, hint?: string])[] = [
  ["SQLITE_BUSY", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_LOCKED", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_FULL", "CANNOT_WRITE", "The vault cannot be written, the disk is full", freeSpace],
  ["SQLITE_IOERR", "CANNOT_WRITE", "The vault cannot be read or written", checkDisk],
  ["SQLITE_READONLY_DBMOVED", "CANNOT_WRITE", "The vault was removed or replaced while it was open"],
  ["SQLITE_READONLY", "CANNOT_WRITE", "The vault cannot be written", checkMode],
  ["SQLITE_CANTOPEN", "CANNOT_READ", "The vault cannot be opened", checkMode],
  ["SQLITE_PERM", "CANNOT_READ", "The vault cannot be opened", checkMode],
  ["SQLITE_CONSTRAINT", "INTERNAL", "A statement broke a rule of the vault's tables"],
  ["SQLITE_MISUSE", "INTERNAL", "The database was used wrongly"],
  ["SQLITE_RANGE", "INTERNAL", "A statement got the wrong number of values"],
  ["ERR_SQLITE_CONNECTION_CLOSED", "INTERNAL", "The vault was used after it was closed"],
];

/**
 * What an error of SQLite means for the user. Everything that is not listed above says that the file is not what
 * this program wrote: the program's own statements are the same for every vault.
 */
function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof SQL.SQLError)) return error;
  const resultCode = "code" in error ? String(error.code) : "";
  const known = errorCodes.find(([prefix]) => resultCode.startsWith(prefix));
  if (known === undefined) return vaultCorrupt(`${path}: ${error.message}`, { cause: error });
  const [, code, what, hint] = known;
  return new KmsError(code, `${what} (${path}: ${error.message}).`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

/** How long a statement waits for another process, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

/**
 * A single file at rest (rollback journal), durable when COMMIT returns even if power fails right after
 * (synchronous EXTRA also syncs the directory), deleted content overwritten, and no trust in what a schema that
 * somebody else wrote would do. See https://sqlite.org/pragma.html and https://sqlite.org/security.html.
 */
const settings = [
  `PRAGMA busy_timeout = ${BUSY_TIMEOUT}`,
  "PRAGMA trusted_schema = OFF",
  "PRAGMA cell_size_check = ON",
  "PRAGMA temp_store = MEMORY",
  // Nothing is written before the commit: so the first page, which a commit always changes, is in every journal.
  "PRAGMA cache_spill = OFF",
  "PRAGMA secure_delete = ON",
  "PRAGMA foreign_keys = ON",
  "PRAGMA synchronous = EXTRA",
];

/** Changes that share one commit at most: a long one keeps other processes from writing. */
const MOST_CHANGES = 64;

/** Work that waits for the next commit. */
interface Change {
  readonly work: (session: Session) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Database {
  /** The absolute path of the file. */
  readonly path: string;
  readonly #access: AccessRules;
  readonly #sql: SQL;
  readonly #file: FileIdentity;
  /** One SQL object of SQLite is one connection: transactions that began side by side would be one transaction. */
  readonly #oneAtATime = pLimit(1);
  readonly #waiting: Change[] = [];
  /** Tells a transaction that is asked for inside another one, which would wait for itself for ever. */
  readonly #running = new AsyncLocalStorage<{ active: boolean }>();

  private constructor(path: string, access: AccessRules, sql: SQL, file: FileIdentity) {
    this.path = path;
    this.#access = access;
    this.#sql = sql;
    this.#file = file;
  }

  /**
   * Opens an existing file (of any length, also none).
   *
   * @param path Absolute path. It is handed over as a URL since Bun takes a `?` in a plain path for a query.
   * @throws KmsError `CANNOT_READ`, `VAULT_CORRUPT`, `VAULT_BUSY`, `VAULT_PERMISSIONS`
   */
  static async open(path: string, access: AccessRules = ownerOnly): Promise<Database> {
    await checkBeforeOpening(path, access);
    const file = await FileIdentity.of(path);
    let sql: SQL;
    try {
      sql = new SQL({ adapter: "sqlite", filename: pathToFileURL(path), create: false, readwrite: true });
    } catch (error) {
      throw explainSqliteError(error, path);
    }
    const database = new Database(path, access, sql, file);
    try {
      for (const setting of settings) await database.#run(setting);
      const [mode] = await database.#run("PRAGMA journal_mode = DELETE");
      if (mode?.["journal_mode"] !== "delete") throw vaultCorrupt(`${path}: its journal mode cannot be set`);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /** Runs `work` in a transaction that sees one state of the store and changes nothing. */
  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#refuseInside();
    return this.#oneAtATime(() => this.#transact("BEGIN", () => this.#use(work)));
  }

  /**
   * Runs `work` in a transaction that nobody else writes during. It is committed, durably, when the promise
   * resolves; when `work` throws, nothing has changed. Changes that wait at the same time share one commit.
   *
   * @throws KmsError `VAULT_BUSY` when another process does not end its transaction within 10 seconds
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#refuseInside();
    const change = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
    });
    // The first turn takes all that wait by then; the turns of the others find nothing left to do.
    void this.#oneAtATime(() => this.#commitWaiting());
    return change as Promise<Result>;
  }

  /** Writes a consistent copy into a file that is empty, while others may go on writing to this one. */
  async copyInto(file: string): Promise<void> {
    await this.#oneAtATime(async () => {
      await this.#checkFiles();
      return this.#run("VACUUM INTO $1", [file], file);
    });
  }

  async close(): Promise<void> {
    await this.#oneAtATime(() => this.#sql.close());
  }

  #refuseInside(): void {
    if (!this.#running.getStore()?.active) return;
    throw new KmsError("INTERNAL", "A transaction was asked for inside a transaction.");
  }

  async #checkFiles(): Promise<void> {
    checkSideFiles(this.path, this.#access);
    await this.#file.check();
  }

  async #transact<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    await this.#checkFiles();
    await this.#run(begin);
    try {
      const result = await work();
      await this.#run("COMMIT");
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors; the first error is the one to tell.
      await this.#run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  /** Commits the changes that wait, all at once. Throws nothing: each change is told its own end. */
  async #commitWaiting(): Promise<void> {
    const changes = this.#waiting.splice(0, MOST_CHANGES);
    if (changes.length === 0) return;
    try {
      const ends = await this.#transact("BEGIN IMMEDIATE", async () => {
        const ended: (() => void)[] = [];
        for (const change of changes) ended.push(await this.#carryOut(change));
        return ended;
      });
      for (const end of ends) end();
    } catch (error) {
      for (const { reject } of changes) reject(error);
    }
  }

  /**
   * One change of several: when its work throws, it alone is undone.
   * @returns what tells it its end, once all are committed
   */
  async #carryOut({ work, resolve, reject }: Change): Promise<() => void> {
    await this.#run("SAVEPOINT change");
    try {
      const result = await this.#use(work);
      await this.#run("RELEASE change");
      return () => resolve(result);
    } catch (error) {
      try {
        await this.#run("ROLLBACK TO change");
        await this.#run("RELEASE change");
      } catch {
        // SQLite has rolled back the whole transaction, and says why.
        throw error;
      }
      return () => reject(error);
    }
  }

  async #use<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const state = { active: true };
    try {
      return await this.#running.run(state, () => work(this.#session(state)));
    } finally {
      state.active = false;
    }
  }

  #session(state: { readonly active: boolean }): Session {
    const run = (statement: string, values?: readonly SqlValue[]) => {
      if (!state.active) throw new KmsError("INTERNAL", "A transaction was used after its end.");
      return this.#run(statement, values);
    };
    return {
      query: async (statement, values) => await run(statement, values),
      execute: async (statement, values) => (await run(statement, values)).count,
    };
  }

  async #run(
    statement: string,
    values: readonly SqlValue[] = [],
    file = this.path,
  ): Promise<Record<string, unknown>[] & { count: number }> {
    try {
      return await this.#sql.unsafe(statement, [...values]);
    } catch (error) {
      throw explainSqliteError(error, file);
    }
  }
}
