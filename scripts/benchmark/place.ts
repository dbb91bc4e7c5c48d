/** Where a benchmark runs the built executable: a folder of its own, and daemons that are watched through `/proc`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The executable that is measured: the built one, or the one that the tests have built. */
const executable =
  process.env["KMS_TEST_EXECUTABLE"] ?? fileURLToPath(new URL("../../dist/tatum-kms", import.meta.url));

export const password = "benchmark";

/** On a disk: `TMPDIR` may be in memory. */
const folder = mkdtempSync(join(process.env["KMS_BENCHMARK_FOLDER"] ?? tmpdir(), "tatum-kms-benchmark-"));

const environment = {
  HOME: folder,
  PATH: process.env["PATH"] ?? "",
  TATUM_KMS_PASSWORD: password,
  TATUM_API_KEY: "benchmark",
};

/** The path of a file in the folder. */
export function fileNamed(name: string): string {
  return join(folder, name);
}

export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}

export interface Ended {
  /** From start to end. */
  readonly milliseconds: number;
  readonly stdout: string;
}

/** @throws Error when it fails */
export function run(...words: readonly string[]): Ended {
  const start = performance.now();
  const { stdout, stderr, success } = Bun.spawnSync([executable, ...words], {
    cwd: folder,
    env: environment,
  });
  const milliseconds = performance.now() - start;
  if (!success) throw new Error(`${words.join(" ")} failed: ${stderr.toString()}`);
  return { milliseconds, stdout: stdout.toString() };
}

/** Milliseconds of processor time of all threads of a process so far (https://docs.kernel.org/scheduler/sched-stats.html). */
export function processorTime(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds = "0"] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    return sum + Number(nanoseconds) / 1e6;
  }, 0);
}

/** Of these, milliseconds of the thread that the process began with. */
export function mainThreadTime(pid: number): number {
  const [nanoseconds = "0"] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
  return Number(nanoseconds) / 1e6;
}

/** MiB that a process has in memory. */
export function residentMemory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

export interface DaemonWords {
  readonly apiUrl: string;
  readonly vault: string;
  readonly words: readonly string[];
  /** Where it may use one core of the machine alone (https://man7.org/linux/man-pages/man1/taskset.1.html). */
  readonly onOneCore?: boolean;
}

/** A daemon that runs until the block is left. */
export class Daemon implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly #child: Bun.Subprocess;

  constructor({ apiUrl, vault, words, onOneCore = false }: DaemonWords) {
    const bound = onOneCore ? ["taskset", "--cpu-list", "0"] : [];
    this.#child = Bun.spawn([...bound, executable, "daemon", `--path=${vault}`, ...words], {
      cwd: folder,
      env: { ...environment, TATUM_API_URL: apiUrl },
      stdout: "ignore",
      stderr: process.env["KMS_BENCHMARK_LOG"] === undefined ? "ignore" : "inherit",
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null;
  }

  /** @throws Error when it fails */
  async ended(): Promise<void> {
    const status = await this.#child.exited;
    if (status !== 0) throw new Error(`The daemon ended with status ${status}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}

/** Waits until something is true, for no longer than five minutes. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 300_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await Bun.sleep(5);
  }
}
