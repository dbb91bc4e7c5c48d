import { Random } from "../random.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { Approvals } from "./targets/approvals.ts";
import { Imports } from "./targets/imports.ts";
import { PendingTransactions } from "./targets/pending-transactions.ts";
import { PollAnswers } from "./targets/poll-answers.ts";
import { CommandLines, EnvFiles } from "./targets/settings.ts";
import { VaultFiles } from "./targets/vault-files.ts";
import { Watchdog } from "./watchdog.ts";

/** No case may take longer twice in a row, in milliseconds of the processor: waiting for it says nothing. */
const TOO_SLOW = 1_000;
/** A case that takes longer is told. */
const SLOW = 250;
/** The libraries of all chains take some 300 MiB; cases must not add to that. */
const MOST_MEMORY = 1_500 * 1024 * 1024;
const CASES_BETWEEN_SAMPLES = 500;
/** Spreads the numbers of cases over all seeds. */
const SPREAD = 0x9e3779b1;

export interface FuzzOptions {
  readonly seed: number;
  /** The number of the first case; the same number and seed are the same case. */
  readonly from: number;
  readonly cases: number;
  /** Whether to go on after a failure, and to how many. */
  readonly mostFailures: number;
  onProgress?(next: number): void;
}

export interface FuzzResult {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly slow: readonly string[];
  readonly failures: readonly string[];
  /** In bytes */
  readonly peakMemory: number;
}

export async function loadTargets(): Promise<readonly FuzzTarget[]> {
  return [
    await PendingTransactions.load(),
    await PollAnswers.load(),
    new Approvals(),
    new VaultFiles(),
    new Imports(),
    new CommandLines(),
    new EnvFiles(),
  ];
}

function choose(targets: readonly FuzzTarget[], random: Random): FuzzTarget {
  const chances = targets.flatMap((target) => Array.from({ length: target.share }, () => target));
  return random.pick(chances);
}

export async function runFuzz(targets: readonly FuzzTarget[], options: FuzzOptions): Promise<FuzzResult> {
  const outcomes = new Map<string, number>();
  const slow: string[] = [];
  const failures: string[] = [];
  let peakMemory = 0;
  const watchdog = new Watchdog();
  const attempt = async (number: number): Promise<{ name: string; milliseconds: number }> => {
    const random = new Random(options.seed + Math.imul(number, SPREAD));
    const target = choose(targets, random);
    watchdog.watch(number, options.seed);
    const start = process.cpuUsage();
    const outcome = await target.run(random);
    const { user, system } = process.cpuUsage(start);
    return { name: `${target.name}: ${outcome}`, milliseconds: (user + system) / 1000 };
  };
  try {
    for (let number = options.from; number < options.from + options.cases; number++) {
      try {
        const { name, milliseconds } = await attempt(number);
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
        if (milliseconds > SLOW) slow.push(`case ${number} (${name}): ${Math.round(milliseconds)} ms`);
        if (milliseconds > TOO_SLOW && (await attempt(number)).milliseconds > TOO_SLOW) {
          throw new Error(`it takes more than ${TOO_SLOW} ms`);
        }
      } catch (failure) {
        failures.push(`seed ${options.seed}, case ${number}: ${describeFailure(failure)}`);
        if (failures.length >= options.mostFailures) break;
      }
      if ((number + 1) % CASES_BETWEEN_SAMPLES !== 0) continue;
      peakMemory = Math.max(peakMemory, process.memoryUsage.rss());
      if (peakMemory > MOST_MEMORY)
        throw new Error(`Case ${number}: the memory grew to ${peakMemory} bytes.`);
      options.onProgress?.(number + 1);
    }
  } finally {
    watchdog.stop();
  }
  return { outcomes, slow, failures, peakMemory };
}

function describeFailure(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}
