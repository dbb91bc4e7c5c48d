/** A connection to PostgreSQL through Bun.SQL: how it is made, what one statement may take, and what its errors mean. */
import { type ReservedSQL, SQL } from "bun";
import { type ErrorCode, KmsError, vaultCorrupt } from "../../errors.ts";
import type { SqlValue } from "../store.ts";
import { formatPostgresAddress, type PostgresAccess } from "./address.ts";

/** Milliseconds until a connection stands, and that a statement may take; the server gives up a second earlier. */
const CONNECT_TIME = 10_000;
const STATEMENT_TIME = 30_000;

/** Milliseconds that a statement waits for another node's transaction, where nothing else is said. */
const LOCK_TIME = 10_000;

/** Milliseconds after which the server ends a transaction whose node says nothing: it would keep all others from writing. */
const IDLE_TIME = 5_000;

/** Where the tables are; nobody else's tables, functions or temporary tables come first. */
export const SCHEMA = "tatum_kms";

/**
 * What holds inside every transaction. It is set anew in each, as behind a pooler the next one may be on another connection.
 * A commit is on the server's disk when it is answered, whatever the server's own setting for those that can do without.
 */
export const transactionSettings = ({ patience }: PostgresAccess): string =>
  [
    `SET LOCAL search_path = ${SCHEMA}, pg_temp`,
    `SET LOCAL statement_timeout = ${STATEMENT_TIME - 1000}`,
    `SET LOCAL lock_timeout = ${patience?.lock ?? LOCK_TIME}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIME}`,
    `SELECT set_config('synchronous_commit',
       CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`,
  ].join("; ");

const grantHint =
  "docs/high-availability.md says what the owner of the tables and the user that works have to be granted.";

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) by how they begin. */
const errorCodes: readonly (readonly [prefix: string, code: ErrorCode, what: string, hint?: string])[] = [
  ["55P03", "VAULT_BUSY", "Another node keeps the store locked", "Try again when its transaction has ended."],
  ["40", "VAULT_BUSY", "The database undid the transaction because of another one", "Try again."],
  [
    "28",
    "CONFIGURATION",
    "The database does not let this user in",
    "Check the user in the address, TATUM_KMS_STORE_PASSWORD, and the server's pg_hba.conf.",
  ],
  ["3D000", "CONFIGURATION", "There is no such database"],
  ["42501", "CANNOT_WRITE", "The database user may not do that", grantHint],
  ["25006", "STORE_UNAVAILABLE", "The database takes no changes: it is a standby, or set to read only"],
  ["23", "INTERNAL", "A statement broke a rule of the vault's tables"],
  ["42", "VAULT_CORRUPT", "The tables are not those of a vault"],
  ["22", "VAULT_CORRUPT", "The tables hold what no vault holds"],
  ["XX", "VAULT_CORRUPT", "The database found its own files damaged"],
  ["53100", "CANNOT_WRITE", "The disk of the database is full"],
];

/** How Bun names failures of certificates, beside those of OpenSSL. */
const certificateProblem = /CERT|SELF_SIGNED|UNABLE_TO_|TLS_NOT_AVAILABLE|SSL/;

interface DriverError {
  readonly code: string;
  /** SQLSTATE, when the server itself said something. */
  readonly state: string | undefined;
  readonly message: string;
}

function driverError(error: unknown): DriverError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const state = "errno" in error && typeof error.errno === "string" ? error.errno : undefined;
  return { code: String(error.code), state, message: error.message };
}

/** The rows that a statement gave, and how many it changed. */
type Rows = Record<string, unknown>[] & { count: number };

/** One connection, made when it is needed. Once it fails it is not used any more: no statement runs outside of its transaction. */
export class Connection {
  readonly place: string;
  readonly #access: PostgresAccess;
  #pool: SQL | undefined;
  #reserved: ReservedSQL | undefined;

  constructor(access: PostgresAccess) {
    this.#access = access;
    this.place = formatPostgresAddress(access.address);
  }

  /** Whether there is one that was not seen to fail. */
  get stands(): boolean {
    return this.#reserved !== undefined;
  }

  /**
   * Makes the connection, unless it stands.
   * @throws KmsError `STORE_UNAVAILABLE`, `CONFIGURATION`
   */
  async make(): Promise<void> {
    if (this.#reserved !== undefined) return;
    const pool = this.#createPool();
    this.#pool = pool;
    try {
      this.#reserved = await this.#within(CONNECT_TIME, pool.reserve());
    } catch (error) {
      await this.drop();
      throw this.#explain(error);
    }
  }

  /**
   * Runs a statement, never a prepared one with a name, which a pooler would not find again.
   * @throws KmsError
   */
  async run(statement: string, values: readonly SqlValue[] = []): Promise<Rows> {
    const rows: Rows = await this.#ask((connection) => connection.unsafe(statement, [...values]));
    for (const row of rows) for (const [column, value] of Object.entries(row)) row[column] = plain(value);
    return rows;
  }

  /**
   * Runs statements without values that are separated by semicolons, in one way there and back.
   * @param limit milliseconds for all of them
   * @returns the rows of the last one
   * @throws KmsError
   */
  async runAll(statements: string, limit = STATEMENT_TIME): Promise<Record<string, unknown>[]> {
    const results: unknown = await this.#ask((connection) => connection.unsafe(statements).simple(), limit);
    return (results as Record<string, unknown>[][]).at(-1) ?? [];
  }

  /** Ends the connection, whatever state it is in. Throws nothing. */
  async drop(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    this.#reserved = undefined;
    await pool?.close({ timeout: 0 }).catch(() => undefined);
  }

  #createPool(): SQL {
    const { address, password, tls, authorities, certificate, key } = this.#access;
    const { host, port, user, database } = address;
    const isSocket = host.startsWith("/");
    return new SQL({
      adapter: "postgres",
      ...(isSocket ? { path: `${host}/.s.PGSQL.${port}` } : { hostname: host, port }),
      username: user,
      // As a function: in the place of an empty text the driver takes PGPASSWORD of the environment, which is none of our settings.
      password: () => password ?? "",
      database,
      max: 1,
      prepare: false,
      bigint: true,
      idleTimeout: 0,
      maxLifetime: 0,
      connectionTimeout: CONNECT_TIME / 1000,
      connection: { application_name: "tatum-kms" },
      tls: tls === "verify" &&
        !isSocket && {
          rejectUnauthorized: true,
          ...(authorities !== undefined && { ca: authorities }),
          ...(certificate !== undefined && { cert: certificate }),
          ...(key !== undefined && { key }),
        },
    });
  }

  async #ask<Result>(
    work: (connection: ReservedSQL) => Promise<Result>,
    limit = STATEMENT_TIME,
  ): Promise<Result> {
    const connection = this.#reserved;
    if (connection === undefined) throw this.#unavailable("the connection was lost");
    try {
      return await this.#within(limit, work(connection));
    } catch (error) {
      if (isLoss(error)) await this.drop();
      throw this.#explain(error);
    }
  }

  async #within<Result>(limit: number, work: Promise<Result>): Promise<Result> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(this.#unavailable(`it gave no answer within ${limit / 1000} seconds`)),
      limit,
    );
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #unavailable(why: string, cause?: unknown): KmsError {
    return new KmsError("STORE_UNAVAILABLE", `The store ${this.place} cannot be used now: ${why}.`, {
      cause,
    });
  }

  /** What an error means for the user. What is not known says that the database cannot be used now. */
  #explain(error: unknown): unknown {
    const known = driverError(error);
    if (known === undefined || error instanceof KmsError) return error;
    const { code: driverCode, state, message } = known;
    if (state === undefined && certificateProblem.test(driverCode)) return this.#untrusted(message, error);
    const listed = errorCodes.find(([prefix]) => state?.startsWith(prefix));
    if (listed === undefined) return this.#unavailable(message, error);
    const [, code, what, hint] = listed;
    if (code === "VAULT_CORRUPT") return vaultCorrupt(`${this.place}: ${message}`, { cause: error });
    return new KmsError(code, `${what} (${this.place}: ${message}).`, {
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }

  #untrusted(message: string, cause: unknown): KmsError {
    return new KmsError(
      "CONFIGURATION",
      `The database at ${this.place} does not prove who it is: ${message}.`,
      {
        cause,
        hint: "Name its authority with TATUM_KMS_STORE_CA, and the host as its certificate does. Only on this machine TLS can be left out: TATUM_KMS_STORE_TLS=off.",
      },
    );
  }
}

/** BIGINT comes as a bigint; all that a vault counts is exact as a number. */
function plain(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** Whether after an error the connection is not to be used any more: the server ended it, or it was not the server that spoke. */
function isLoss(error: unknown): boolean {
  const state = driverError(error)?.state;
  return state === undefined || /^(08|57P|25P03)/.test(state);
}
