import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../random.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { executable as builtExecutable, type Installation } from "../executable.ts";
import { daemonScenario } from "./daemon-scenario.ts";
import { Disk, readFolder } from "./disk.ts";
import type { Operation } from "./operation.ts";
import type { Scenario, Survivors } from "./scenario.ts";
import { readStrace, straceCommand } from "./strace.ts";
import { vaultScenarios } from "./vault-scenarios.ts";

export interface PowerCutOptions {
  readonly rounds: number;
  readonly seed: number;
  /** How many states are tried for each cut. */
  readonly statesPerCut: number;
  /** A disk that only pretends to sync, to see that losses are found. */
  readonly ignoresSyncs?: boolean;
}

export interface PowerCutResult {
  readonly cuts: number;
  readonly states: number;
  /** Operations in all recordings: places where the power can go. */
  readonly places: number;
  readonly losses: readonly string[];
  /** Changes of the vault that the daemon committed: fewer than two for each payment, when payments share commits. */
  readonly daemonCommits: number;
}

/** A command that ran once, with everything that it asked of the disk. */
interface Recording {
  readonly scenario: Scenario;
  readonly home: string;
  readonly before: ReadonlyMap<string, Uint8Array | "directory">;
  readonly operations: readonly Operation[];
}

/** Runs a command under strace. */
async function record(scenario: Scenario, executable: string, folder: string): Promise<Recording> {
  const installation = await scenario.prepare();
  const before = readFolder(installation.home);
  const log = join(folder, "strace.log");
  rmSync(log, { force: true });
  try {
    await run(scenario, installation, straceCommand(log, [executable, ...scenario.args]));
    const operations = readStrace(readFileSync(log, "latin1"), installation.home);
    return { scenario, home: installation.home, before, operations };
  } finally {
    installation.remove();
  }
}

async function run(
  { name, options }: Scenario,
  { home, password }: Installation,
  command: string[],
): Promise<void> {
  const child = Bun.spawn(command, {
    cwd: home,
    env: { HOME: home, PATH: "/usr/bin:/bin", TATUM_KMS_PASSWORD: password, ...options?.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`To ${name} failed: ${stderr}`);
}

function heard(operations: readonly Operation[], from: "stdout" | "stderr" | "network"): string {
  const said = operations.flatMap((operation) =>
    operation.kind === "say" && operation.to === from ? [operation.bytes] : [],
  );
  return Buffer.concat(said).toString("utf8");
}

/** One of the states after a cut, or the reason why it is a loss. */
async function tryState(
  { scenario, home, before, operations }: Recording,
  cut: number,
  folder: string,
  random: Random,
  ignoresSyncs: boolean,
): Promise<string | undefined> {
  const disk = new Disk(home, before, ignoresSyncs);
  const done = operations.slice(0, cut);
  for (const operation of done) disk.apply(operation);
  const survivors: Survivors = {
    home: join(folder, "home"),
    stdout: heard(done, "stdout"),
    stderr: heard(done, "stderr"),
    network: heard(done, "network"),
    isOver: cut === operations.length,
  };
  disk.writeSurvivors(survivors.home, random);
  try {
    await scenario.check(survivors);
    return undefined;
  } catch (failure) {
    return `${scenario.name}, cut after ${cut} of ${operations.length} operations: ${(failure as Error).message}`;
  }
}

/** Commands that ran once, to be cut again and again. */
export class PowerCutTest {
  readonly #folder = new TemporaryFolder();
  readonly #scenarios: readonly Scenario[];
  readonly #recordings: Recording[] = [];

  private constructor(scenarios: readonly Scenario[]) {
    this.#scenarios = scenarios;
  }

  /**
   * @param executable another one than the sources make
   * @param only the name of the one scenario to record
   */
  static async record(executable = builtExecutable, only?: string): Promise<PowerCutTest> {
    if (!existsSync(executable)) throw new Error(`There is no ${executable}.`);
    const all = [...vaultScenarios, daemonScenario()];
    const test = new PowerCutTest(only === undefined ? all : all.filter(({ name }) => name === only));
    for (const scenario of test.#scenarios) {
      test.#recordings.push(await record(scenario, executable, test.#folder.path));
    }
    return test;
  }

  /**
   * Lets the power go at random places: each round is one place. Many of them are right before or after something was said
   * to the world; the first ones are after the last operation, since what a command says when it ends must be true.
   */
  async run({ rounds, seed, statesPerCut, ignoresSyncs = false }: PowerCutOptions): Promise<PowerCutResult> {
    const random = new Random(seed);
    const losses: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const recording = this.#recordings[round % this.#recordings.length] as Recording;
      const isAtTheEnd = round < this.#recordings.length;
      const cut = isAtTheEnd ? recording.operations.length : chooseCut(recording.operations, random);
      for (let state = 0; state < statesPerCut; state++) {
        const stateSeed = random.below(2 ** 31);
        const loss = await tryState(recording, cut, this.#folder.path, new Random(stateSeed), ignoresSyncs);
        if (loss !== undefined) losses.push(`seed ${seed}, round ${round}, state ${stateSeed}: ${loss}`);
      }
    }
    const places = this.#recordings.reduce((sum, { operations }) => sum + operations.length, 0);
    return {
      cuts: rounds,
      states: rounds * statesPerCut,
      places,
      losses,
      daemonCommits: this.#daemonCommits(),
    };
  }

  /** A commit ends with the journal that is taken away. */
  #daemonCommits(): number {
    const daemon = this.#recordings.find(({ scenario }) => scenario.name === "daemon");
    const isCommit = (operation: Operation) =>
      operation.kind === "unlink" && operation.path.endsWith("wallet.dat-journal");
    return daemon?.operations.filter(isCommit).length ?? 0;
  }

  async stop(): Promise<void> {
    for (const { stop } of this.#scenarios) await stop?.();
    this.#folder.remove();
  }
}

function chooseCut(operations: readonly Operation[], random: Random): number {
  const said = operations.flatMap(({ kind }, position) => (kind === "say" ? [position, position + 1] : []));
  return said.length > 0 && random.chance(0.3) ? random.pick(said) : 1 + random.below(operations.length);
}
