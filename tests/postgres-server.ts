/** A PostgreSQL server in a temporary folder, run by a user without rights; its databases are thrown away with it. */
import { afterAll, beforeAll } from "bun:test";
import { chownSync, writeFileSync } from "node:fs";
import { SQL } from "bun";
import type { PostgresAccess } from "../src/store/postgres/address.ts";
import { isRoot } from "./as-user.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

/** The user `nobody`: the server refuses to run as root. */
const NOBODY = 65_534;

/** Of the role that owns everything; what is searched in logs for must not occur by chance. */
export const OWNER = "vault_owner";
export const PASSWORD = "pass-of-the-database-7f31";

/** @throws Error when PostgreSQL is not installed */
function programs(): string {
  const [debian] = new Bun.Glob("/usr/lib/postgresql/*/bin/postgres").scanSync({ absolute: true });
  const program = debian ?? Bun.which("postgres");
  if (program === null) throw new Error("PostgreSQL is not installed. Run: apt-get install postgresql");
  return program.slice(0, program.lastIndexOf("/"));
}

/** A command of the server, which ends with whoever started it. */
export function asNobody(command: readonly string[]): string[] {
  const user = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
  return ["setpriv", ...user, "--pdeathsig=KILL", ...command];
}

export function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = server;
  server.stop(true);
  return port;
}

export class PostgresServer {
  readonly port = freePort();
  readonly #bin = programs();
  readonly #folder = new TemporaryFolder();
  readonly #settings: readonly string[];
  #process: Bun.Subprocess | undefined;
  #databases = 0;

  /** @param settings lines of postgresql.conf */
  constructor(...settings: readonly string[]) {
    this.#settings = settings;
  }

  /** Of its socket and all of its files. */
  get folder(): string {
    return this.#folder.path;
  }

  /** @throws Error with the server's own words */
  async start(): Promise<void> {
    const data = this.#folder.at("data");
    const passwordFile = this.file("password", PASSWORD);
    if (isRoot) chownSync(this.#folder.path, NOBODY, NOBODY);
    const made = Bun.spawnSync(
      asNobody([
        `${this.#bin}/initdb`,
        `--pgdata=${data}`,
        `--username=${OWNER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
      ]),
      { stdout: "pipe", stderr: "pipe", cwd: this.#folder.path },
    );
    if (!made.success) throw new Error(`initdb failed: ${made.stderr.toString()}`);
    await this.run();
  }

  /** Begins as a standby of another server, which streams to it what it writes. */
  async follow(primary: PostgresServer): Promise<void> {
    if (isRoot) chownSync(this.#folder.path, NOBODY, NOBODY);
    const { port } = primary;
    const source = `host=127.0.0.1 port=${port} user=${OWNER} password=${PASSWORD} application_name=standby`;
    const copy = [
      `${this.#bin}/pg_basebackup`,
      "-D",
      this.#folder.at("data"),
      "-R",
      "--no-sync",
      "-c",
      "fast",
    ];
    const child = Bun.spawn(asNobody([...copy, "-d", source]), { stderr: "pipe", cwd: this.#folder.path });
    const told = await new Response(child.stderr).text();
    if ((await child.exited) !== 0) throw new Error(`pg_basebackup failed: ${told}`);
    await this.run();
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    await this.sql("SELECT pg_promote()");
  }

  /**
   * Runs the server whose files are there, and waits until it answers.
   * @param more lines of postgresql.conf
   */
  async run(...more: readonly string[]): Promise<void> {
    const settings = [
      "fsync=off",
      "listen_addresses=127.0.0.1",
      "max_connections=60",
      ...this.#settings,
      ...more,
    ];
    this.#process = Bun.spawn(
      asNobody([
        `${this.#bin}/postgres`,
        "-D",
        this.#folder.at("data"),
        "-p",
        String(this.port),
        "-k",
        this.#folder.path,
        ...settings.flatMap((setting) => ["-c", setting]),
      ]),
      {
        stdout: Bun.file(this.#folder.at("log")),
        stderr: Bun.file(this.#folder.at("log")),
        cwd: this.#folder.path,
      },
    );
    for (let attempt = 0; ; attempt++) {
      try {
        await this.sql("SELECT 1");
        return;
      } catch (error) {
        if (attempt === 600 || this.#process.exitCode !== null) throw error;
        await Bun.sleep(50);
      }
    }
  }

  /** Ends the server; `immediate` as a crash does. */
  async halt(how: "fast" | "immediate" = "fast"): Promise<void> {
    this.#process?.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await this.#process?.exited;
  }

  /** A file that only the server can read; its path. */
  file(name: string, content: string): string {
    const path = this.#folder.at(name);
    writeFileSync(path, content, { mode: 0o600 });
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    return path;
  }

  async stop(): Promise<void> {
    await this.halt("immediate");
    this.#folder.remove();
  }

  /** Runs statements as the owner of everything. */
  async sql(statements: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const { address, password } = this.access(database);
    const sql = new SQL({
      adapter: "postgres",
      // Through the socket, which always lets the owner in.
      path: `${this.folder}/.s.PGSQL.${address.port}`,
      username: OWNER,
      ...(password !== undefined && { password }),
      database,
      max: 1,
    });
    try {
      return await sql.unsafe(statements);
    } finally {
      await sql.close({ timeout: 0 });
    }
  }

  access(database: string): PostgresAccess {
    return {
      address: { host: "127.0.0.1", port: this.port, user: OWNER, database },
      password: PASSWORD,
      tls: "off",
    };
  }

  /** A database that nothing is in. */
  async newDatabase(): Promise<PostgresAccess> {
    const name = `vault_${++this.#databases}`;
    await this.sql(`CREATE DATABASE ${name}`);
    return this.access(name);
  }

  /** Everything that a database holds, as text. */
  dump(database: string): string {
    const dump = Bun.spawnSync(
      [`${this.#bin}/pg_dump`, "-h", "127.0.0.1", "-p", String(this.port), "-U", OWNER, database],
      { env: { ...process.env, PGPASSWORD: PASSWORD }, stdout: "pipe", stderr: "pipe" },
    );
    if (!dump.success) throw new Error(`pg_dump failed: ${dump.stderr.toString()}`);
    return dump.stdout.toString();
  }
}

/** Gives all tests of a file one server. */
export function usePostgres(...settings: readonly string[]): PostgresServer {
  const server = new PostgresServer(...settings);
  beforeAll(() => server.start(), 60_000);
  afterAll(() => server.stop(), 60_000);
  return server;
}
