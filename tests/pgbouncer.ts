/** PgBouncer in transaction mode before a PostgreSQL server of the tests: each transaction of a client may be on another connection. */
import { afterAll, beforeAll } from "bun:test";
import { existsSync } from "node:fs";
import type { PostgresAccess } from "../src/store/postgres/address.ts";
import { asNobody, freePort, OWNER, PASSWORD, type PostgresServer } from "./postgres-server.ts";

/** Where Debian has it, which is not on everybody's path. */
const DEBIAN = "/usr/sbin/pgbouncer";
const program = existsSync(DEBIAN) ? DEBIAN : Bun.which("pgbouncer");

/** Whether it is installed; `npm test` does that. */
export const hasPgBouncer = program !== null;

export class PgBouncer {
  readonly #server: PostgresServer;
  readonly #port = freePort();
  #process: Bun.Subprocess | undefined;

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** @throws Error with its own words, or when it is not installed */
  async start(): Promise<void> {
    if (program === null) throw new Error("PgBouncer is not installed. Run: apt-get install pgbouncer");
    const users = this.#server.file("users.txt", `"${OWNER}" "${PASSWORD}"\n`);
    // The folder is the server's, as its user runs both.
    const settings = [
      "[databases]",
      `* = host=127.0.0.1 port=${this.#server.port}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${this.#port}`,
      "unix_socket_dir =",
      "auth_type = scram-sha-256",
      `auth_file = ${users}`,
      "pool_mode = transaction",
      "default_pool_size = 3",
      "server_round_robin = 1",
      "server_login_retry = 1",
    ];
    const file = this.#server.file("pgbouncer.ini", `${settings.join("\n")}\n`);
    this.#process = Bun.spawn(asNobody([program, file]), {
      stdout: "ignore",
      stderr: Bun.file(`${this.#server.folder}/pgbouncer.log`),
      cwd: this.#server.folder,
    });
    await this.#answers();
  }

  async #answers(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const socket = await Bun.connect({ hostname: "127.0.0.1", port: this.#port, socket: { data() {} } });
        socket.end();
        return;
      } catch (error) {
        if (attempt === 200 || this.#process?.exitCode !== null) throw error;
        await Bun.sleep(50);
      }
    }
  }

  /** A database of the server, reached through the pooler. */
  through(access: PostgresAccess): PostgresAccess {
    return { ...access, address: { ...access.address, port: this.#port } };
  }

  async stop(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }
}

/** Gives all tests of a file a pooler before their server, where there is one. */
export function usePgBouncer(server: PostgresServer): PgBouncer {
  const pooler = new PgBouncer(server);
  beforeAll(() => (hasPgBouncer ? pooler.start() : undefined), 60_000);
  afterAll(() => pooler.stop(), 60_000);
  return pooler;
}
