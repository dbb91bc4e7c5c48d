/** Runs the built executable the way a user does: own home directory, own environment, nothing of the developer's. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "../temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The executable, as the sources of this moment make it: `npm test` builds it once for all its workers and names it here;
 * in any other run it is built when the first test asks for it.
 */
export const executable = process.env["KMS_TEST_EXECUTABLE"] ?? build();

function build(): string {
  const done = Bun.spawnSync([process.execPath, "scripts/build.ts"], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (!done.success) throw new Error(`The executable could not be built: ${done.stderr.toString()}`);
  return join(root, "dist", "tatum-kms");
}

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sent through a pipe; without it standard input is at its end. */
  readonly input?: string;
  readonly cwd?: string;
  /** A program with its arguments that starts the executable in its own place, such as `setpriv`. */
  readonly through?: readonly string[];
}

/** A home directory with a vault of its own. */
export class Installation {
  readonly #folder = new TemporaryFolder();
  readonly home = this.#folder.path;
  readonly password = "correct horse battery";

  get vaultPath(): string {
    return join(this.home, ".tatumrc", "wallet.dat");
  }

  start(args: readonly string[], options: RunOptions = {}) {
    return Bun.spawn([...(options.through ?? []), executable, ...args], {
      cwd: options.cwd ?? this.home,
      env: { HOME: this.home, PATH: "/usr/bin:/bin", TATUM_KMS_PASSWORD: this.password, ...options.env },
      stdin: options.input === undefined ? "ignore" : new Blob([options.input]),
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    const child = this.start(args, options);
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    await child.exited;
    return { status: child.exitCode, stdout, stderr };
  }

  remove(): void {
    this.#folder.remove();
  }
}

/** What is told on standard error when a vault is made, after what was told before. */
export function newVaultNote(path: string, before = ""): RegExp {
  const place = RegExp.escape(`${before}A new vault was made at ${path}.\n`);
  return new RegExp(
    `^${place}With TATUM_KMS_VAULT_ID=[0-9a-f]{32}:[0-9a-f]{32} no other vault is taken for it\\.\\n$`,
  );
}
