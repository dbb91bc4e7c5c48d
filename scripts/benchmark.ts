/**
 * Measures what the README states, with the built executable: `bun scripts/benchmark.ts`. Prints a table for the README.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const executable = fileURLToPath(new URL("../dist/tatum-kms", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tatum-kms-benchmark-"));
const environment = {
  HOME: folder,
  PATH: process.env["PATH"] ?? "",
  TATUM_KMS_PASSWORD: "benchmark",
  TATUM_API_KEY: "benchmark",
};

function runOnce(command: readonly string[]): { seconds: number; stdout: string } {
  const start = performance.now();
  const { stdout, stderr, success } = Bun.spawnSync([...command], { cwd: folder, env: environment });
  const seconds = (performance.now() - start) / 1000;
  if (!success) throw new Error(`${command.join(" ")} failed: ${stderr.toString()}`);
  return { seconds, stdout: stdout.toString() };
}

/** The median of several runs, in seconds. */
function median(command: readonly string[], runs: number): number {
  const times = Array.from({ length: runs }, () => runOnce(command).seconds).sort((a, b) => a - b);
  return times[Math.floor(runs / 2)] ?? Number.NaN;
}

async function emptyProgram(): Promise<string> {
  const source = join(folder, "empty.ts");
  writeFileSync(source, 'console.log("");\n');
  const outfile = join(folder, "empty");
  const built = await Bun.build({
    entrypoints: [source],
    compile: { outfile },
    bytecode: true,
    minify: true,
    format: "esm",
  });
  if (!built.success) throw new Error("The empty program could not be built.");
  return outfile;
}

/** Resident memory of a daemon with so many wallets, after some polls, in MiB. */
async function daemonMemory(wallets: number): Promise<{ start: number; resident: number }> {
  const path = join(folder, "many.dat");
  const entries = Array.from({ length: wallets }, () => [
    crypto.randomUUID(),
    {
      privateKey: `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex")}`,
      chain: "ETH",
      testnet: true,
    },
  ]);
  const json = join(folder, "many.json");
  writeFileSync(json, JSON.stringify(Object.fromEntries(entries)));
  runOnce([executable, "import", json, `--path=${path}`]);
  let polls = 0;
  let firstPoll = Number.NaN;
  const started = performance.now();
  const api = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      await request.text();
      if (polls++ === 0) firstPoll = (performance.now() - started) / 1000;
      return Response.json([]);
    },
  });
  const daemon = Bun.spawn(
    [executable, "daemon", "--testnet", "--chain=ETH", "--period=0.2", `--path=${path}`],
    {
      env: { ...environment, TATUM_API_URL: `http://127.0.0.1:${api.port}` },
      stderr: "ignore",
    },
  );
  while (polls < 50) await Bun.sleep(50);
  const status = readFileSync(`/proc/${daemon.pid}/status`, "utf8");
  daemon.kill();
  await daemon.exited;
  await api.stop(true);
  return { start: firstPoll, resident: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}

const rows: [string, string][] = [];
const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
try {
  rows.push(["an empty compiled Bun program", milliseconds(median([await emptyProgram()], 20))]);
  rows.push(["`--version`", milliseconds(median([executable, "--version"], 20))]);
  rows.push(["`--help`", milliseconds(median([executable, "--help"], 20))]);
  const { signatureId } = JSON.parse(runOnce([executable, "generatemanagedwallet", "ETH"]).stdout) as {
    signatureId: string;
  };
  rows.push(["unlock (`vault status`)", milliseconds(median([executable, "vault", "status"], 10))]);
  rows.push(["`getaddress`", milliseconds(median([executable, "getaddress", signatureId, "5"], 10))]);
  rows.push([
    "`generatemanagedwallet ETH`",
    milliseconds(median([executable, "generatemanagedwallet", "ETH"], 10)),
  ]);
  for (const count of [250, 500, 1000]) {
    rows.push([
      `a batch of ${count} ETH keys`,
      `${median([executable, "generatemanagedprivatekeybatch", "ETH", String(count)], 3).toFixed(2)} s`,
    ]);
  }
  const { start, resident } = await daemonMemory(25_000);
  rows.push(["daemon with 25,000 wallets: first poll", `${start.toFixed(2)} s after its start`]);
  rows.push(["daemon with 25,000 wallets: resident memory after 50 polls", `${resident.toFixed(0)} MiB`]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Bun ${Bun.version}\n`);
for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
