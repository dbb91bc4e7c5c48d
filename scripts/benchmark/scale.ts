/** Rows about size: commands, starts and polls with many wallets, and with a journal of many payments that ended. */
import { availableParallelism } from "node:os";
import { tickers } from "../../chains/index.ts";
import { BenchmarkApi } from "./api.ts";
import { decryption, keyDerivation, walletDerivation } from "./limits.ts";
import { Daemon, fileNamed, processorTime, residentMemory, run, until } from "./place.ts";
import { type Effort, type Figure, median, type Row, shown } from "./row.ts";
import { type Ending, signatureIdOf, vaultWith, vaultWithJobs } from "./vaults.ts";

function medianRun({ runs }: Effort, ...words: readonly string[]): number {
  return median(Array.from({ length: runs }, () => run(...words).milliseconds));
}

async function getAddress(wallets: number, effort: Effort): Promise<Figure> {
  const command = (path: string): number =>
    medianRun(effort, "getaddress", signatureIdOf(0), `--path=${path}`);
  const small = command(await vaultWith(1, ["ETH"]));
  const value = command(await vaultWith(wallets, ["ETH"]));
  return {
    size: wallets,
    value,
    limit: keyDerivation(),
    isReached: value <= small + 15,
    beside: { "in a small vault": `${shown(small)} ms` },
  };
}

const POLLS = 5;

/** A daemon that has polled all its chains once, and what it took until then. */
interface Started {
  readonly milliseconds: number;
  readonly memory: number;
  /** Milliseconds of processor time of a round of all chains. */
  readonly round: number;
}

async function started(vault: string, period: number, chains: readonly string[]): Promise<Started> {
  let polls = 0;
  let firstPoll = 0;
  await using api = new BenchmarkApi({
    onPoll: () => {
      if (polls++ === 0) firstPoll = performance.now();
    },
  });
  const words = ["--testnet", `--chain=${chains.join(",")}`, `--period=${period}`];
  await using daemon = new Daemon({ apiUrl: api.url, vault, words });
  const rounds = (count: number) => until(`${count} rounds`, () => polls >= count * chains.length);
  await rounds(2);
  const [before, pollsBefore] = [processorTime(daemon.pid), polls];
  await rounds(2 + POLLS);
  const round = ((processorTime(daemon.pid) - before) * chains.length) / (polls - pollsBefore);
  return { milliseconds: firstPoll - daemon.startedAt, memory: residentMemory(daemon.pid), round };
}

async function startWith(wallets: number, { period }: Effort): Promise<Figure> {
  const vault = await vaultWith(wallets);
  const { milliseconds, memory } = await started(vault, period, tickers);
  const [derivation, aes] = [keyDerivation(), decryption(wallets)];
  return {
    size: wallets,
    value: milliseconds,
    limit: derivation + aes,
    isReached: milliseconds <= derivation + 2 * aes && memory <= 300,
    beside: { memory: `${shown(memory)} MiB`, KDF: `${shown(derivation)} ms`, "AES-GCM": `${shown(aes)} ms` },
  };
}

/** A body for each chain that is made once, and sent. */
async function sending(wallets: number): Promise<number> {
  const ids = Array.from({ length: Math.ceil(wallets / tickers.length) }, (_, at) => signatureIdOf(at));
  const body = Buffer.from(JSON.stringify({ signatureIds: ids }));
  const server = Bun.spawn([process.execPath, new URL("sink.ts", import.meta.url).pathname], {
    stdout: "pipe",
  });
  try {
    const { value } = await server.stdout.getReader().read();
    const url = Buffer.from(value ?? new Uint8Array())
      .toString()
      .trim();
    const before = process.cpuUsage();
    for (const _ of tickers) await (await fetch(url, { method: "POST", body })).text();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  } finally {
    server.kill();
  }
}

async function pollRound(wallets: number, { period }: Effort): Promise<Figure> {
  const { round } = await started(await vaultWith(wallets), period, tickers);
  return { size: wallets, value: round, limit: await sending(wallets), isReached: round <= 100 };
}

/** The daemon's own time between a poll without, and one with a wallet that a command has added. */
async function addedBeside(wallets: number, { period }: Effort): Promise<Figure> {
  const vault = await vaultWith(wallets, ["ETH"]);
  let polls = 0;
  await using api = new BenchmarkApi({ onPoll: () => polls++ });
  const words = ["--testnet", "--chain=ETH", `--period=${period / 2}`];
  await using daemon = new Daemon({ apiUrl: api.url, vault, words });
  const timeOfPolls = async (count: number): Promise<number> => {
    const [before, from] = [processorTime(daemon.pid), polls];
    await until("polls", () => polls >= from + count);
    return (processorTime(daemon.pid) - before) / count;
  };
  await timeOfPolls(3);
  const quiet = await timeOfPolls(4);
  run("generatemanagedwallet", "BTC", "--testnet", `--path=${vault}`);
  const value = Math.max(0, (await timeOfPolls(2)) * 2 - 2 * quiet);
  return {
    size: wallets,
    value,
    limit: decryption(1),
    isReached: value <= 5,
    beside: { "a poll": `${shown(quiet)} ms` },
  };
}

function batch(keys: number, { runs }: Effort): Figure {
  run("generatemanagedprivatekeybatch", "ETH", "1", `--path=${fileNamed("batch.dat")}`);
  const words = ["generatemanagedprivatekeybatch", "ETH", String(keys), `--path=${fileNamed("batch.dat")}`];
  const tries = keys > 1000 ? 1 : runs;
  const value = median(Array.from({ length: tries }, () => run(...words).milliseconds)) / 1000;
  const one = walletDerivation();
  const limit = (keys * one) / availableParallelism() / 1000;
  return {
    size: keys,
    value,
    limit,
    ...(keys >= 1000 && { isReached: value <= 1.3 * limit }),
    beside: { "a key": `${shown(one)} ms` },
  };
}

/** A start and a round with many payments that ended, beside the same without any. */
async function withJobs(jobs: number, ending: Ending, { period }: Effort): Promise<Figure> {
  const round = async (count: number): Promise<Started> =>
    started(await vaultWithJobs(count, ending), period / 2, ["ETH"]);
  const [empty, full] = [await round(0), await round(jobs)];
  const isNear = (name: keyof Started, slack: number): boolean => full[name] <= 1.2 * empty[name] + slack;
  return {
    size: jobs,
    value: full.milliseconds,
    limit: empty.milliseconds,
    isReached: isNear("milliseconds", 0) && isNear("memory", 0) && isNear("round", 1),
    beside: {
      round: `${shown(full.round)} ms (empty ${shown(empty.round)})`,
      memory: `${shown(full.memory)} MiB (empty ${shown(empty.memory)})`,
    },
  };
}

function jobsRow(name: string, what: string, ending: Ending): Row {
  return {
    name,
    what,
    unit: "ms",
    sizeOf: "jobs",
    goal: "as an empty journal, within 20 %",
    limit: "an empty journal",
    sizes: [10_000, 100_000, 1_000_000],
    smallest: 100,
    measure: (size, effort) => withJobs(size, ending, effort),
  };
}

/** `--version`, beside a compiled program that does nothing. */
async function startOfProgram(_size: number, effort: Effort): Promise<Figure> {
  const [source, outfile] = [fileNamed("empty.ts"), fileNamed("empty")];
  await Bun.write(source, 'console.log("");\n');
  const built = await Bun.build({
    entrypoints: [source],
    compile: { outfile },
    bytecode: true,
    format: "esm",
  });
  if (!built.success) throw new Error("The empty program could not be built.");
  const limit = median(
    Array.from({ length: 4 * effort.runs }, () => {
      const start = performance.now();
      Bun.spawnSync([outfile]);
      return performance.now() - start;
    }),
  );
  const value = median(Array.from({ length: 4 * effort.runs }, () => run("--version").milliseconds));
  return { size: 1, value, limit, beside: { "`--help`": `${shown(medianRun(effort, "--help"))} ms` } };
}

async function addition(_size: number, effort: Effort): Promise<Figure> {
  const path = await vaultWith(1, ["ETH"]);
  const value = medianRun(effort, "generatemanagedwallet", "ETH", `--path=${path}`);
  return {
    size: 1,
    value,
    limit: keyDerivation(),
    beside: { "`vault status`": `${shown(medianRun(effort, "vault", "status", `--path=${path}`))} ms` },
  };
}

export const scaleRows: readonly Row[] = [
  {
    name: "version",
    what: "`--version`",
    unit: "ms",
    sizeOf: "call",
    goal: "",
    limit: "an empty compiled program",
    sizes: [1],
    smallest: 1,
    measure: startOfProgram,
  },
  {
    name: "add",
    what: "adding a wallet, `generatemanagedwallet ETH`",
    unit: "ms",
    sizeOf: "wallet",
    goal: "",
    limit: "KDF",
    sizes: [1],
    smallest: 1,
    measure: addition,
  },
  {
    name: "getaddress",
    what: "`getaddress` in a vault of",
    unit: "ms",
    sizeOf: "wallets",
    goal: "a small vault and 15 ms",
    limit: "KDF",
    sizes: [250, 2500, 25_000, 550_000],
    smallest: 50,
    measure: getAddress,
  },
  {
    name: "start",
    what: "start of a daemon for 22 chains until its first poll, with",
    unit: "ms",
    sizeOf: "wallets",
    goal: "at most KDF + 2 x AES-GCM, 300 MiB",
    limit: "KDF and AES-GCM of the bytes",
    sizes: [5500, 55_000, 550_000],
    smallest: 44,
    measure: startWith,
  },
  {
    name: "added",
    what: "a wallet added beside a daemon with: the daemon's own time",
    unit: "ms",
    sizeOf: "wallets",
    goal: "at most 5 ms",
    limit: "AES-GCM of one record",
    sizes: [250, 2500, 25_000],
    smallest: 50,
    measure: addedBeside,
  },
  {
    name: "batch",
    what: "`generatemanagedprivatekeybatch ETH` of",
    unit: "s",
    sizeOf: "keys",
    goal: "at most 1.3 times the limit",
    limit: "PBKDF2 + BIP-32 on all cores",
    sizes: [100, 1000, 10_000],
    smallest: 3,
    measure: async (size, effort) => batch(size, effort),
  },
  {
    name: "poll",
    what: "processor time of a poll round of 22 chains with",
    unit: "ms",
    sizeOf: "wallets",
    goal: "at most 100 ms",
    limit: "a body for each chain made once, and sent",
    sizes: [5500, 55_000, 550_000],
    smallest: 44,
    measure: pollRound,
  },
  jobsRow("jobs", "start of a daemon with jobs that are done, before the retention time", "done"),
  jobsRow("jobs-settled", "the same after it", "settled"),
];
