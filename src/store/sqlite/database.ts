/** A connection to a SQLite file: its settings, its statements, its transactions, and what its errors mean. */
import { Database as Connection, SQLiteError, type Statement } from "bun:sqlite";
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as turnOfLoop } from "node:timers/promises";
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
];

/**
 * What an error of SQLite means for the user. Everything that is not listed above says that the file is not what
 * this program wrote: the program's own statements are the same for every vault.
 */
function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof SQLiteError)) return error;
  const resultCode = error.code ?? "";
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

/** Statements of a connection, each prepared once: their texts are those of this program, and so are bounded in number. */
class Statements {
  readonly #connection: Connection;
  readonly #prepared = new Map<string, Statement<Record<string, unknown>, SqlValue[]>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get(text: string): Statement<Record<string, unknown>, SqlValue[]> {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare<Record<string, unknown>, SqlValue[]>(text);
    this.#prepared.set(text, statement);
    return statement;
  }

  close(): void {
    for (const statement of this.#prepared.values()) statement.finalize();
    this.#prepared.clear();
    this.#connection.close(true);
  }
}

export class Database {
  /** The absolute path of the file. */
  readonly path: string;
  readonly #access: AccessRules;
  readonly #statements: Statements;
  readonly #file: FileIdentity;
  /** Transactions of one connection that began side by side would be one transaction. */
  readonly #oneAtATime = pLimit(1);
  readonly #waiting: Change[] = [];
  /** Tells a transaction that is asked for inside another one, which would wait for itself for ever. */
  readonly #running = new AsyncLocalStorage<{ active: boolean }>();

  private constructor(path: string, access: AccessRules, connection: Connection, file: FileIdentity) {
    this.path = path;
    this.#access = access;
    this.#statements = new Statements(connection);
    this.#file = file;
  }

  /**
   * Opens an existing file (of any length, also none).
   *
   * @param path Absolute path.
   * @throws KmsError `CANNOT_READ`, `VAULT_CORRUPT`, `VAULT_BUSY`, `VAULT_PERMISSIONS`
   */
  static async open(path: string, access: AccessRules = ownerOnly): Promise<Database> {
    await checkBeforeOpening(path, access);
    const file = FileIdentity.of(path);
    let connection: Connection;
    try {
      connection = new Connection(path, { create: false, readwrite: true });
    } catch (error) {
      throw explainSqliteError(error, path);
    }
    const database = new Database(path, access, connection, file);
    try {
      for (const setting of settings) database.#query(setting);
      const [mode] = database.#query("PRAGMA journal_mode = DELETE");
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
    // Whoever is as far as to change something in this turn of the event loop shares the commit. The first turn takes all that
    // wait by then; the turns of the others find nothing left to do.
    void turnOfLoop().then(() => this.#oneAtATime(() => this.#commitWaiting()));
    return change as Promise<Result>;
  }

  /** Writes a consistent copy into a file that is empty, while others may go on writing to this one. */
  async copyInto(file: string): Promise<void> {
    await this.#oneAtATime(async () => {
      this.#checkFiles();
      this.#query("VACUUM INTO $1", [file], file);
    });
  }

  async close(): Promise<void> {
    await this.#oneAtATime(() => this.#statements.close());
  }

  #refuseInside(): void {
    if (!this.#running.getStore()?.active) return;
    throw new KmsError("INTERNAL", "A transaction was asked for inside a transaction.");
  }

  #checkFiles(): void {
    checkSideFiles(this.path, this.#access);
    this.#file.check();
  }

  async #transact<Result>(begin: string, work: () => Promise<Result>): Promise<Result> {
    this.#checkFiles();
    this.#execute(begin);
    try {
      const result = await work();
      this.#execute("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** SQLite has rolled back by itself after some errors; the first error is the one to tell. */
  #rollBack(): void {
    try {
      this.#execute("ROLLBACK");
    } catch {
      // There was nothing left to roll back.
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
    this.#execute("SAVEPOINT change");
    try {
      const result = await this.#use(work);
      this.#execute("RELEASE change");
      return () => resolve(result);
    } catch (error) {
      try {
        this.#execute("ROLLBACK TO change");
        this.#execute("RELEASE change");
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
    const assertActive = (): void => {
      if (!state.active) throw new KmsError("INTERNAL", "A transaction was used after its end.");
    };
    return {
      query: async (statement, values) => {
        assertActive();
        return this.#query(statement, values);
      },
      execute: async (statement, values) => {
        assertActive();
        return this.#execute(statement, values);
      },
    };
  }

  #query(statement: string, values: readonly SqlValue[] = [], file = this.path): Record<string, unknown>[] {
    try {
      return this.#statements.get(statement).all(...values);
    } catch (error) {
      throw explainSqliteError(error, file);
    }
  }

  /** The number of rows that were changed. */
  #execute(statement: string, values: readonly SqlValue[] = []): number {
    try {
      return this.#statements.get(statement).run(...values).changes;
    } catch (error) {
      throw explainSqliteError(error, this.path);
    }
  }
}
