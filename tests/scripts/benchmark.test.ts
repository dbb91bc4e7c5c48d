/** The benchmark measures every row of its table; how fast anything is, is no matter of a test. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { executable } from "../e2e/executable.ts";
import { TemporaryFolder } from "../temporary-folder.ts";

// Daemons are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(300_000);

const script = fileURLToPath(new URL("../../scripts/benchmark.ts", import.meta.url));

async function bench(...words: readonly string[]) {
  using folder = new TemporaryFolder();
  const child = Bun.spawn([process.execPath, script, ...words], {
    env: { ...process.env, KMS_TEST_EXECUTABLE: executable, KMS_BENCHMARK_FOLDER: folder.path },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, stdout, stderr };
}

interface Measured {
  readonly rows: readonly {
    readonly name: string;
    readonly figures: readonly { readonly size: number; readonly value: number; readonly limit: number }[];
  }[];
}

const rows = [
  "btc",
  "btc-one-core",
  "btc-mnemonic",
  "eth",
  "eth-one-core",
  "sol",
  "sol-one-core",
  "latency",
  "fair",
  "version",
  "add",
  "getaddress",
  "start",
  "added",
  "batch",
  "poll",
  "jobs",
  "jobs-settled",
];

test("every row is measured, with its limit beside it", async () => {
  const { status, stdout, stderr } = await bench("--short", "--json");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const measured = JSON.parse(stdout) as Measured;
  expect(measured.rows.map(({ name }) => name)).toEqual(rows);
  for (const { figures } of measured.rows) {
    expect(figures).toHaveLength(1);
    expect(figures[0]?.value).toBeGreaterThanOrEqual(0);
    expect(figures[0]?.limit).toBeGreaterThan(0);
  }
});

test("a row that there is not is told, with those that there are", async () => {
  const { status, stderr } = await bench("--row=btc,nothing");
  expect(status).toBe(64);
  expect(stderr).toBe(`There is no row nothing. Rows: ${rows.join(", ")}.\n`);
});
