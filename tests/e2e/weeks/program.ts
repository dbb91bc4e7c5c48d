/** The program under test in a home of its own: its vault, its daemons and its commands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelWallet } from "./chains/chain-model.ts";
import { Daemon } from "./daemon.ts";
import type { ApiServer } from "./server.ts";
import type { World } from "./world.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly server: ApiServer;
  /** More of the program's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A vault in memory, where there is such a place: what a disk loses is the power-cut test's matter. */
function newHome(): string {
  try {
    return mkdtempSync("/dev/shm/tatum-kms-week-");
  } catch {
    return mkdtempSync(join(tmpdir(), "tatum-kms-week-"));
  }
}

export class Program {
  readonly home = newHome();
  readonly #executable: string;
  readonly #world: World;
  readonly #server: ApiServer;
  readonly #more: Readonly<Record<string, string>>;
  readonly daemons: Daemon[] = [];
  #imports = 0;

  constructor(executable: string, world: World, { server, environment }: Surroundings) {
    this.#executable = executable;
    this.#world = world;
    this.#server = server;
    this.#more = environment;
  }

  get vaultPath(): string {
    return join(this.home, ".tatumrc", "wallet.dat");
  }

  get #environment(): Record<string, string> {
    return {
      HOME: this.home,
      PATH: "/usr/bin:/bin",
      TATUM_KMS_PASSWORD: "correct horse battery",
      ...this.#world.clock.environment,
      ...this.#server.environment,
      ...this.#more,
    };
  }

  /** Runs a command to its end, with what is typed. */
  async run(args: readonly string[], input?: string): Promise<Ran> {
    const child = Bun.spawn([this.#executable, ...args], {
      cwd: this.home,
      env: this.#environment,
      stdin: input === undefined ? "ignore" : new Blob([input]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    await child.exited;
    return { status: child.exitCode, stdout, stderr };
  }

  /** @throws Error when the command fails */
  async succeed(args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args);
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Brings wallets into the vault. */
  async import(wallets: readonly ModelWallet[]): Promise<void> {
    mkdirSync(this.home, { recursive: true });
    this.#imports += 1;
    // Two people may import at the same time.
    const file = join(this.home, `wallets-${this.#imports}.json`);
    const entries = Object.fromEntries(wallets.map(({ signatureId, entry }) => [signatureId, entry]));
    writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
    await this.succeed(["import", file]);
  }

  /** @param environment of this daemon alone */
  startDaemon(
    chains: readonly string[],
    options: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Daemon {
    const args = ["daemon", `--chain=${chains.join(",")}`, `--external-url=${this.#server.url}/four-eye`];
    const daemon = new Daemon(
      [this.#executable, ...args, ...options],
      this.home,
      { ...this.#environment, ...environment },
      this.#world.history,
    );
    this.daemons.push(daemon);
    return daemon;
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.kill()));
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
