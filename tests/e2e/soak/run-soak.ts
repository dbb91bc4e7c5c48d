/** The executable as a daemon under load for a long time. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../random.ts";
import { until } from "../daemon/running-daemon.ts";
import { Installation } from "../executable.ts";
import { BusyApi } from "./busy-api.ts";
import { type Sample, takeSample } from "./sample.ts";

export interface SoakOptions {
  /** How long payments come in. */
  readonly seconds: number;
  readonly wallets: number;
  readonly jobsPerSecond: number;
  /** Share of answers that are an error, 0 to 1. */
  readonly faultShare: number;
  readonly seed: number;
  /** Told each sample as it is taken. */
  readonly onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  readonly samples: readonly Sample[];
  readonly added: number;
  readonly done: number;
  /** Payments that were not done when nothing more got done. */
  readonly lost: number;
  readonly violations: readonly string[];
  /** Seconds the daemon needs from its start to its first poll: on the new vault, and on that with all jobs. */
  readonly startTimes: readonly [number, number];
}

/** Milliseconds without progress after which a daemon counts as stuck. */
const PATIENCE = 60_000;

async function importWallets(installation: Installation, count: number): Promise<string[]> {
  const entries = Array.from({ length: count }, () => {
    const privateKey = `0x${randomBytes(32).toString("hex")}`;
    return [crypto.randomUUID(), { privateKey, chain: "ETH", testnet: true }] as const;
  });
  const file = join(installation.home, "wallets.json");
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries)));
  const { status, stderr } = await installation.run(["import", file]);
  if (status !== 0) throw new Error(`The wallets could not be imported: ${stderr}`);
  return entries.map(([signatureId]) => signatureId);
}

/** Reads what nobody wants, so that the writer does not wait. */
async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

/** Starts the daemon and waits for its first poll. */
async function startDaemon(installation: Installation, api: BusyApi) {
  const args = ["daemon", "--testnet", "--chain=ETH", "--period=1", `--external-url=${api.url}/four-eye`];
  const env = { TATUM_API_URL: api.url, TATUM_API_KEY: "soak", TATUM_RETRY_DELAY: "50" };
  const started = performance.now();
  const before = api.polls;
  const child = installation.start(args, { env });
  void drain(child.stderr);
  void drain(child.stdout);
  await until("the first poll", () => api.polls > before || child.exitCode !== null, PATIENCE);
  return { child, startTime: (performance.now() - started) / 1000 };
}

/** Payments come in at a steady rate, round the wallets; a sample is taken each second. */
async function load(
  pid: number,
  wallets: readonly string[],
  api: BusyApi,
  { seconds, jobsPerSecond, onSample }: SoakOptions,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const started = performance.now();
  for (let now = 0; now < seconds; now = (performance.now() - started) / 1000) {
    while (api.added < now * jobsPerSecond) api.add(wallets[api.added % wallets.length] as string);
    if (now >= samples.length) {
      const sample = takeSample(pid, now, api);
      samples.push(sample);
      onSample?.(sample);
    }
    await Bun.sleep(50);
  }
  return samples;
}

/** Waits until everything is done, or nothing more gets done. */
async function finish(api: BusyApi): Promise<void> {
  let { done } = api;
  for (let latest = performance.now(); api.open > 0 && performance.now() - latest < PATIENCE; ) {
    await Bun.sleep(100);
    if (api.done === done) continue;
    done = api.done;
    latest = performance.now();
  }
}

/**
 * Runs the daemon under load, lets it finish, stops it, and starts it once more on what it left behind.
 * @throws Error when the daemon ended by itself
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const installation = new Installation();
  const api = new BusyApi(new Random(options.seed), options.faultShare);
  const stop: (() => Promise<unknown>)[] = [];
  const start = async (): Promise<{ pid: number; startTime: number; end: () => Promise<unknown> }> => {
    const { child, startTime } = await startDaemon(installation, api);
    const end = (): Promise<unknown> => {
      child.kill("SIGTERM");
      return child.exited;
    };
    stop.push(end);
    return { pid: child.pid, startTime, end };
  };
  try {
    const wallets = await importWallets(installation, options.wallets);
    const first = await start();
    const samples = await load(first.pid, wallets, api, options);
    api.faultShare = 0;
    await finish(api);
    await first.end();
    const second = await start();
    return {
      samples,
      added: api.added,
      done: api.done,
      lost: api.open,
      violations: api.violations,
      startTimes: [first.startTime, second.startTime],
    };
  } finally {
    for (const end of stop) await end();
    await api.stop();
    installation.remove();
  }
}
