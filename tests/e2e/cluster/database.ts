/** The database of a cluster: a PostgreSQL server that crashes and comes back, and a way to it for each node, which can be cut. */
import { formatPostgresAddress, type PostgresAccess } from "../../../src/store/postgres/address.ts";
import { PASSWORD, PostgresServer } from "../../postgres-server.ts";
import { CuttingProxy } from "../../src/store/postgres/cutting-proxy.ts";

export class ClusterDatabase {
  readonly #server: PostgresServer;
  readonly #access: PostgresAccess;
  readonly #ways: CuttingProxy[] = [];

  private constructor(server: PostgresServer, access: PostgresAccess) {
    this.#server = server;
    this.#access = access;
  }

  static async open(): Promise<ClusterDatabase> {
    const server = new PostgresServer();
    await server.start();
    return new ClusterDatabase(server, await server.newDatabase());
  }

  /** A way to the database of its own. */
  newWay(): CuttingProxy {
    const way = new CuttingProxy(this.#access);
    this.#ways.push(way);
    return way;
  }

  /** Ends the server as a crash does, and starts it anew after so many real milliseconds. */
  async crash(pause: number): Promise<void> {
    await this.#server.halt("immediate");
    await Bun.sleep(pause);
    await this.#server.run();
  }

  async close(): Promise<void> {
    for (const way of this.#ways) way[Symbol.dispose]();
    await this.#server.stop();
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
