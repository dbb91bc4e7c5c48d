/**
 * The database of a cluster: a PostgreSQL server that crashes and comes back, or whose standby takes over, and a way to it for
 * each node, which can be cut.
 */
import { formatPostgresAddress, type PostgresAccess } from "../../../src/store/postgres/address.ts";
import { PgBouncer } from "../../pgbouncer.ts";
import { PASSWORD, PostgresServer } from "../../postgres-server.ts";
import { CuttingProxy } from "../../src/store/postgres/cutting-proxy.ts";

/** Whether commits wait for the standby. */
export type Replication = "sync" | "async";

export class ClusterDatabase {
  #server: PostgresServer;
  readonly #access: PostgresAccess;
  readonly #standby: PostgresServer | undefined;
  readonly #ways: CuttingProxy[] = [];
  #pooler: PgBouncer | undefined;

  private constructor(server: PostgresServer, access: PostgresAccess, standby?: PostgresServer) {
    this.#server = server;
    this.#access = access;
    this.#standby = standby;
  }

  static async open(replication?: Replication): Promise<ClusterDatabase> {
    const server = new PostgresServer();
    await server.start();
    const access = await server.newDatabase();
    if (replication === undefined) return new ClusterDatabase(server, access);
    const standby = new PostgresServer();
    await standby.follow(server);
    if (replication === "sync") {
      await server.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
      await server.sql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
      await server.sql("SELECT pg_reload_conf()");
    }
    return new ClusterDatabase(server, access, standby);
  }

  /** Starts a pooler before the server. */
  async startPooler(): Promise<void> {
    this.#pooler = new PgBouncer(this.#server);
    await this.#pooler.start();
  }

  /** A way to the database of its own. */
  newWay(): CuttingProxy {
    return this.#wayTo(this.#current);
  }

  /** {@link newWay} through the pooler, where there is one. */
  newPooledWay(): CuttingProxy {
    return this.#wayTo(this.#pooler?.through(this.#current) ?? this.#current);
  }

  get #current(): PostgresAccess {
    return this.#server.access(this.#access.address.database);
  }

  #wayTo(access: PostgresAccess): CuttingProxy {
    const way = new CuttingProxy(access);
    this.#ways.push(way);
    return way;
  }

  /** Ends the server as a crash does, and starts it anew after so many real milliseconds. */
  async crash(pause: number): Promise<void> {
    await this.#server.halt("immediate");
    await Bun.sleep(pause);
    await this.#server.run();
  }

  /**
   * The standby loses sight of the primary, which goes on for a while, crashes, comes back without its standby, and is lost; then
   * the standby takes over. In between the primary shows commits that it never answered.
   *
   * @param pause real milliseconds for which the primary goes on, before the crash and after it
   */
  async failOver(pause: number): Promise<void> {
    const [primary, standby] = [this.#server, this.#standby];
    if (standby === undefined) throw new Error("There is no standby.");
    await standby.halt();
    await Bun.sleep(pause);
    await primary.halt("immediate");
    await primary.run();
    await Bun.sleep(pause);
    await primary.halt("immediate");
    await standby.run();
    await standby.promote();
    this.#server = standby;
    for (const way of this.#ways) way.leadTo(this.#current);
    await primary.stop();
  }

  /** What it has written so far: transactions that changed something, and kilobytes of its log. */
  async written(): Promise<{ readonly commits: number; readonly logged: number }> {
    const [row] = await this.#server.sql(
      `SELECT pg_current_xact_id()::text::float8 AS commits, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 / 1024 AS logged`,
    );
    return { commits: Number(row?.["commits"]), logged: Number(row?.["logged"]) };
  }

  async close(): Promise<void> {
    for (const way of this.#ways) way[Symbol.dispose]();
    await this.#pooler?.stop();
    const servers = new Set([this.#server, this.#standby ?? this.#server]);
    for (const server of servers) await server.stop();
  }
}

/** What leads a program to a store. */
export function storeEnvironment({ address }: PostgresAccess): Record<string, string> {
  return {
    TATUM_KMS_STORE: formatPostgresAddress(address),
    TATUM_KMS_STORE_PASSWORD: PASSWORD,
    TATUM_KMS_STORE_TLS: "off",
  };
}
