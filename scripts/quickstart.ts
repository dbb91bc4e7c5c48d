/**
 * The main job from beginning to end with the built executable alone: a throw-away vault with a wallet for every chain, the
 * sandbox in the place of the Tatum API, a payment for each chain, and one round of the daemon with the four-eye check.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tickers } from "../chains/index.ts";
import { hostVariables } from "../src/sandbox/routes.ts";

const executable = fileURLToPath(new URL("../dist/tatum-kms", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "tatum-kms-quickstart-"));
const environment = {
  HOME: home,
  PATH: process.env["PATH"] ?? "",
  TATUM_KMS_PASSWORD: "a throw-away password",
  TATUM_API_KEY: "sandbox",
};

// The sandbox is on this machine: a proxy, by which the libraries may have come, has no part in it.
for (const name of ["HTTP_PROXY", "http_proxy"]) delete process.env[name];

interface QueueEntry {
  readonly transaction: { readonly id: string; readonly chain: string };
  readonly state: string;
  readonly txId?: string;
}

async function tatumKms(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  console.log(`$ tatum-kms ${args.join(" ")}`);
  const child = Bun.spawn([executable, ...args], {
    cwd: home,
    env: { ...environment, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0)
    throw new Error(`tatum-kms ${args[0]} ended with status ${child.exitCode}.`);
  return output;
}

async function startSandbox(): Promise<{ url: string; stop(): void }> {
  console.log("$ tatum-kms sandbox --port=0");
  const child = Bun.spawn([executable, "sandbox", "--port=0"], {
    cwd: home,
    env: environment,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    if (url !== undefined) return { url, stop: () => child.kill() };
  }
  throw new Error("The sandbox did not start.");
}

async function request<Answer>(url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Long addresses would push the rest of the table off the screen. */
function shortened(text: string): string {
  return text.length <= 44 ? text : `${text.slice(0, 28)}...${text.slice(-12)}`;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

const sandbox = await startSandbox();
try {
  const addresses = new Map<string, string>();
  for (const chain of tickers) {
    const { signatureId } = JSON.parse(await tatumKms(["generatemanagedwallet", chain])) as {
      signatureId: string;
    };
    const { address } = JSON.parse(await tatumKms(["getaddress", signatureId, "0"])) as { address: string };
    const { id } = await request<{ id: string }>(`${sandbox.url}/sandbox/examples`, {
      chain,
      signatureId,
      address,
      index: 0,
    });
    addresses.set(id, address);
  }
  await tatumKms(["daemon", "--runOnce", `--externalUrl=${sandbox.url}/sandbox/four-eye`], {
    TATUM_API_URL: sandbox.url,
    ...hostVariables(sandbox.url),
  });
  const transactions = await request<QueueEntry[]>(`${sandbox.url}/sandbox/transactions`);
  console.log();
  printTable([
    ["chain", "wallet", "pending transaction", "state", "transaction id"],
    ...transactions.map(({ transaction: { id, chain }, state, txId }) => [
      chain,
      shortened(addresses.get(id) ?? ""),
      id,
      state,
      shortened(txId ?? ""),
    ]),
  ]);
  const done = transactions.filter(({ state, txId }) => state === "done" && txId !== undefined);
  console.log(`\n${done.length} of ${tickers.length} payments were approved, signed and broadcast.`);
  if (done.length !== tickers.length) process.exitCode = 1;
} finally {
  sandbox.stop();
  rmSync(home, { recursive: true, force: true });
}
