/** A connection to a SQLite file: its settings, its statements, its transactions, and what its errors mean. */
import { Database as Connection, SQLiteError, type Statement } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { type ErrorCode, KmsError, vaultCorrupt } from "../../errors.ts";
import type { Session, SqlValue } from "../store.ts";
import { type Purpose, Transactions } from "../transactions.ts";
import { ownerOnly } from "./access.ts";
import { adviseOn, lockHolder } from "./lock-holder.ts";
import { checkBeforeOpening, checkSideFiles } from "./side-files.ts";
import { FileIdentity } from "./vault-file.ts";

const tryAgain = "Try again when the other tatum-kms command is done.";
const freeSpace = "Free some space on it. Nothing was changed.";
const checkDisk = "Check the disk, and whether its quota is used up.";
/** The journal is gone, which is the commit; it may come back with a power cut. */
const unconfirmed = "Look first whether it is there: only a power cut can undo it. Then check the disk.";
const checkMode = "Check whether the disk is read-only, and owner and mode of the vault and its folder.";

/** SQLite result codes (https://sqlite.org/rescode.html) by the beginning of their names. */
const errorCodes: readonly (readonly [prefix: string, code: ErrorCode, what: string, hint?: string])[] = [
  ["SQLITE_BUSY", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_LOCKED", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_FULL", "CANNOT_WRITE", "The vault cannot be written, the disk is full", freeSpace],
  [
    "SQLITE_IOERR_DIR_FSYNC",
    "STORE_UNCLEAR",
    "The change was made, but the disk did not confirm it",
    unconfirmed,
  ],
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
  const holder = isBusy(error) ? lockHolder(path) : undefined;
  if (holder !== undefined) {
    const { what, hint } = adviseOn(holder);
    return new KmsError(
      "VAULT_BUSY",
      `Another process keeps the vault locked: ${what} (${path}: ${error.message}).`,
      {
        cause: error,
        hint,
      },
    );
  }
  const known = errorCodes.find(([prefix]) => resultCode.startsWith(prefix));
  if (known === undefined) return vaultCorrupt(`${path}: ${error.message}`, { cause: error });
  const [, code, what, hint] = known;
  return new KmsError(code, `${what} (${path}: ${error.message}).`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof SQLiteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code ?? "");
}

/** How long another process is waited for, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

/** Of that, milliseconds in which this process does nothing else; in between it goes on with its other work. */
const BLOCKED_AT_ONCE = 50;
const BETWEEN_TRIES = 20;

const FIRST_READ = "SELECT 1 FROM sqlite_schema LIMIT 1";

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

interface Opened {
  readonly path: string;
  readonly access: AccessRules;
  readonly patience: number;
  readonly connection: Connection;
  readonly file: FileIdentity;
}

export class Database {
  /** The absolute path of the file. */
  readonly path: string;
  readonly #access: AccessRules;
  readonly #statements: Statements;
  readonly #file: FileIdentity;
  readonly #patience: number;
  readonly #transactions = new Transactions((purpose, work) => this.#transact(purpose, work));
  /** The statements of the transaction that is open. */
  readonly #session: Session = {
    query: async (statement, values) => this.#query(statement, values),
    execute: async (statement, values) => this.#execute(statement, values),
  };

  private constructor({ path, access, patience, connection, file }: Opened) {
    this.path = path;
    this.#access = access;
    this.#patience = patience;
    this.#statements = new Statements(connection);
    this.#file = file;
  }

  /**
   * Opens an existing file (of any length, also none).
   *
   * @param path Absolute path.
   * @param patience Milliseconds that a transaction waits for another process.
   * @throws KmsError `CANNOT_READ`, `VAULT_CORRUPT`, `VAULT_BUSY`, `VAULT_PERMISSIONS`
   */
  static async open(
    path: string,
    access: AccessRules = ownerOnly,
    patience: number = BUSY_TIMEOUT,
  ): Promise<Database> {
    await checkBeforeOpening(path, access);
    const file = FileIdentity.of(path);
    let connection: Connection;
    try {
      connection = new Connection(path, { create: false, readwrite: true });
    } catch (error) {
      throw explainSqliteError(error, path);
    }
    const database = new Database({ path, access, patience, connection, file });
    try {
      for (const setting of settings) database.#query(setting);
      const [mode] = database.#query("PRAGMA journal_mode = DELETE");
      if (mode?.["journal_mode"] !== "delete") throw vaultCorrupt(`${path}: its journal mode cannot be set`);
      database.#query(`PRAGMA busy_timeout = ${Math.min(BLOCKED_AT_ONCE, patience)}`);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /** See {@link Store.read}. */
  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#transactions.read(work);
  }

  /**
   * See {@link Store.transaction}.
   * @throws KmsError `VAULT_BUSY` when another process does not end its transaction within 10 seconds
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#transactions.change(work);
  }

  /** Writes a consistent copy into a file that is empty, while others may go on writing to this one. */
  async copyInto(file: string): Promise<void> {
    await this.#transactions.between(async () => {
      this.#checkFiles();
      await this.#patiently(() => this.#statements.get("VACUUM INTO $1").run(file), file);
    });
  }

  async close(): Promise<void> {
    await this.#transactions.between(async () => this.#statements.close());
  }

  #checkFiles(): void {
    checkSideFiles(this.path, this.#access);
    this.#file.check();
  }

  async #transact<Result>(purpose: Purpose, work: (session: Session) => Promise<Result>): Promise<Result> {
    try {
      await this.#begin(purpose);
      const before = purpose === "change" ? this.#file.written() : undefined;
      const result = await work(this.#session);
      await this.#patiently(() => {
        if (before !== undefined) this.#file.assertNotOverwritten(before);
        this.#statements.get("COMMIT").run();
      });
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  async #begin(purpose: Purpose): Promise<void> {
    await this.#patiently(() => {
      this.#checkFiles();
      this.#statements.get(purpose === "read" ? "BEGIN" : "BEGIN IMMEDIATE").run();
    });
    // A transaction that reads takes its lock with the first statement.
    if (purpose === "read") await this.#patiently(() => this.#statements.get(FIRST_READ).all());
  }

  /** Takes a lock; while another process has it, this one goes on with its other work. */
  async #patiently(take: () => unknown, file = this.path): Promise<void> {
    const end = performance.now() + this.#patience;
    for (;;) {
      try {
        take();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() >= end) throw explainSqliteError(error, file);
      }
      await pause(BETWEEN_TRIES);
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
