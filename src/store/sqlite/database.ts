/**
 * The one place that opens the store: a SQLite file through Bun.SQL. What differs between SQLite and another engine
 * is in this file and in schema.ts; all other statements are plain SQL with numbered parameters.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { SQL } from "bun";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { type ErrorCode, KmsError, vaultCorrupt } from "../../errors.ts";
import { ownerOnly } from "./access.ts";
import { checkBeforeOpening, checkSideFiles } from "./side-files.ts";

/** Runs asynchronous work one piece at a time, in the order in which it was asked for. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

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

export type SqlValue = string | number | null | Uint8Array;

/** The statements of one transaction. Not to be used after the transaction has ended. */
export interface Session {
  /** The rows a statement gives, unchecked: parse them with a schema. */
  query(statement: string, values?: readonly SqlValue[]): Promise<readonly unknown[]>;
  /** The number of rows a statement changed. */
  execute(statement: string, values?: readonly SqlValue[]): Promise<number>;
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

export class Database {
  /** The absolute path of the file. */
  readonly path: string;
  readonly #access: AccessRules;
  readonly #sql: SQL;
  readonly #mutex = new Mutex();
  /** Tells a transaction that is asked for inside another one, which would wait for itself for ever. */
  readonly #running = new AsyncLocalStorage<{ active: boolean }>();

  private constructor(path: string, access: AccessRules, sql: SQL) {
    this.path = path;
    this.#access = access;
    this.#sql = sql;
  }

  /**
   * Opens an existing file (of any length, also none).
   *
   * @param path Absolute path. It is handed over as a URL since Bun takes a `?` in a plain path for a query.
   * @throws KmsError `CANNOT_READ`, `VAULT_CORRUPT`, `VAULT_BUSY`, `VAULT_PERMISSIONS`
   */
  static async open(path: string, access: AccessRules = ownerOnly): Promise<Database> {
    await checkBeforeOpening(path, access);
    let sql: SQL;
    try {
      sql = new SQL({ adapter: "sqlite", filename: pathToFileURL(path), create: false, readwrite: true });
    } catch (error) {
      throw explainSqliteError(error, path);
    }
    const database = new Database(path, access, sql);
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
    return this.#transact("BEGIN", work);
  }

  /**
   * Runs `work` in a transaction that nobody else writes during. It is committed, durably, when the promise
   * resolves; when `work` throws, nothing has changed.
   *
   * @throws KmsError `VAULT_BUSY` when another process does not end its transaction within 10 seconds
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#transact("BEGIN IMMEDIATE", work);
  }

  /** Writes a consistent copy into a file that is empty, while others may go on writing to this one. */
  async copyInto(file: string): Promise<void> {
    await this.#mutex.run(() => {
      checkSideFiles(this.path, this.#access);
      return this.#run("VACUUM INTO $1", [file], file);
    });
  }

  async close(): Promise<void> {
    await this.#mutex.run(() => this.#sql.close());
  }

  // One SQL object of SQLite is one connection: transactions that began side by side would be one transaction.
  #transact<Result>(begin: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    if (this.#running.getStore()?.active) {
      throw new KmsError("INTERNAL", "A transaction was asked for inside a transaction.");
    }
    return this.#mutex.run(async () => {
      checkSideFiles(this.path, this.#access);
      await this.#run(begin);
      const state = { active: true };
      try {
        const result = await this.#running.run(state, () => work(this.#session(state)));
        await this.#run("COMMIT");
        return result;
      } catch (error) {
        // SQLite has rolled back by itself after some errors; the first error is the one to tell.
        await this.#run("ROLLBACK").catch(() => undefined);
        throw error;
      } finally {
        state.active = false;
      }
    });
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
