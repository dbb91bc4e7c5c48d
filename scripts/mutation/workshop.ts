/** A copy of the project in which one mutant after another is tried. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMutant, type Mutant } from "./mutants.ts";
import { realArgon2Files, testsOf } from "./targets.ts";

export type Verdict = "killed" | "survived" | "timed out" | "untested";

const COPIED = [
  "src",
  "chains",
  "providers",
  "tests",
  "docs",
  "package.json",
  "tsconfig.json",
  "bunfig.toml",
];

const ARGON2_FILE = "src/vault/key-slots/password-slot.ts";
const ARGON2_COST = "nonce: salt, memory, passes,";
const LITTLE_COST = "nonce: salt, memory: 64, passes: 1,";

export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), "tatum-kms-mutation-"));
  readonly #root: string;
  /** How long a test file takes, in milliseconds. */
  readonly #times = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
    for (const name of COPIED) cpSync(join(root, name), join(this.#folder, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.#folder, "node_modules"));
  }

  /**
   * Runs the tests of a file without any mutant, each once; how long they take, in milliseconds.
   * @throws Error when they fail, so that no mutant could be told from none
   */
  async baseline(file: string): Promise<number> {
    this.#setArgon2(file);
    let sum = 0;
    for (const test of testsOf(this.#folder, file)) {
      const started = performance.now();
      const known = this.#times.get(test);
      if (known === undefined && (await this.#runTests([test], 600_000)) !== 0)
        throw new Error(`The tests in ${test} fail without any mutant.`);
      const time = known ?? performance.now() - started;
      this.#times.set(test, time);
      sum += time;
    }
    return sum;
  }

  /** @param limit milliseconds for the tests */
  async try(mutant: Mutant, limit: number): Promise<Verdict> {
    const tests = testsOf(this.#folder, mutant.file);
    if (tests.length === 0) return "untested";
    this.#setArgon2(mutant.file);
    const path = join(this.#folder, mutant.file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, applyMutant(readFileSync(join(this.#root, mutant.file), "utf8"), mutant));
    try {
      const status = await this.#runTests(tests, limit);
      if (status === undefined) return "timed out";
      return status === 0 ? "survived" : "killed";
    } finally {
      writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #setArgon2(file: string): void {
    const text = readFileSync(join(this.#root, ARGON2_FILE), "utf8");
    if (!text.includes(ARGON2_COST)) throw new Error(`${ARGON2_FILE} does not say ${ARGON2_COST}`);
    const wanted = realArgon2Files.includes(file) ? text : text.replace(ARGON2_COST, LITTLE_COST);
    writeFileSync(join(this.#folder, ARGON2_FILE), wanted);
  }

  /** One test file after another until one fails; the exit status, `undefined` when the time is up. */
  async #runTests(tests: readonly string[], limit: number): Promise<number | undefined> {
    const end = performance.now() + limit;
    for (const test of tests) {
      const child = Bun.spawn([process.execPath, "test", "--bail", "--timeout=60000", `./${test}`], {
        cwd: this.#folder,
        stdio: ["ignore", "ignore", "ignore"],
        timeout: Math.max(1, Math.ceil(end - performance.now())),
        killSignal: "SIGKILL",
      });
      await child.exited;
      if (child.signalCode === "SIGKILL") return undefined;
      if (child.exitCode !== 0) return child.exitCode ?? 1;
    }
    return 0;
  }
}
