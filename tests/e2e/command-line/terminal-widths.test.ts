/** What people see at a terminal fits it, at 80 and at 40 columns, and has colours only where they are wanted; pipes get JSON alone. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Secret } from "../../../providers/secret.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { createLog } from "../../../src/operations/log.ts";
import type { DaemonStatus } from "../../../src/operations/status.ts";
import { answerBesideVault } from "../../../src/operations/status-socket.ts";
import { openVaultAt } from "../../src/vault/vault-at.ts";
import { Installation } from "../executable.ts";
import { StandInApi } from "../stand-in-api.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
const api = new StandInApi();
afterAll(async () => {
  stopAnswering();
  installation.remove();
  await api.stop();
});
const env = { TATUM_KMS_PASSWORD: installation.password, ...api.env, TATUM_RETRIES: "0" };

const trouble = "the API refused the bytes 12 times, and the node knows nothing of them: nonce too low";
const job = {
  id: "5f0c00000000000000000001",
  chain: "ETH",
  since: "2026-11-28T11:48:00.000Z",
  problem: trouble,
};
/** What a daemon says that has work and troubles. */
const busy: DaemonStatus = {
  ...{ version: "9.0.0", pid: 4711, host: "kms-1.example", vaultId: "9e382f50191fed533666f38bd7dfed1d" },
  ...{
    network: "mainnet",
    startedAt: "2026-11-25T12:00:00.000Z",
    at: "2026-11-28T12:00:00.000Z",
    wallets: 1234,
  },
  ...{ ready: false, reasons: ["the API was not reached for 12 min", "the journal cannot be written"] },
  ...{
    period: 5,
    queue: { jobs: 4, oldestSeconds: 720 },
    limit: { perSecond: 5, waiting: 7, pausedSeconds: 0 },
  },
  chains: [{ chain: "ETH", apiKey: "shop", wallets: 1234, lease: "held", done: 5136, failed: 12 }],
  jobs: { denied: 1, parked: 1 },
  waiting: [{ ...job, state: "denied" }],
  parked: [{ ...job, state: "parked" }],
  troubles: [{ kind: "The API does not answer", chains: ["ETH", "BTC", "SOL"], seconds: 720 }],
};
let stopAnswering = (): void => undefined;

let till = "";
/** An account of which the numbers 1 and 3 are used and blocks count none, in capitals and small letters as people write it. */
let account = "";

async function resultOf(line: string): Promise<string> {
  const { status, stdout, stderr } = await installation.run(line.split(" "));
  expect(status, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  const make = async (line: string): Promise<string> => {
    const { signatureId } = JSON.parse(await resultOf(`generatemanagedwallet ${line}`)) as {
      readonly signatureId: string;
    };
    return signatureId;
  };
  till = await make("ETH --label=till --group=shop,tills");
  await resultOf(`removewallet ${await make("BTC --label=gone")}`);
  account = (await resultOf("getaddress till 0")).match(/0x[0-9a-fA-F]{40}/)?.[0] ?? "";
  await fillJournal();
  stopAnswering = await answerBesideVault(installation.vaultPath, async () => busy, createLog());
  await resultOf("vault backup backup");
  const added = await installation.run(["vault", "slot", "add"], {
    env: { TATUM_KMS_NEW_PASSWORD: "another horse battery" },
  });
  expect(added.status, added.stderr).toBe(0);
}, 60_000);

/** Two payments that a restored vault may have made before, with long names, and numbers that are used. */
async function fillJournal(): Promise<void> {
  const vault = await openVaultAt(installation.vaultPath, new Secret(installation.password));
  const journal = new Journal(vault, { chain: "ETH", network: "mainnet" });
  for (const id of ["5f0c00000000000000000001", "5f0c00000000000000000002"]) {
    const transaction = { id, chain: "ETH", serializedTransaction: "{}", hashes: [till], signatures: [] };
    const seen = await journal.move(journal.begin(transaction, "ab".repeat(32)), "seen");
    await journal.move(seen, "parked", { parkedFor: "restored", problem: "it may have been signed before" });
  }
  await journal.changeSequences(account.toLowerCase(), (used) => used.with(1n).with(3n));
  await vault.close();
}

/** What the node of an account says that has sent nothing. */
api.answer = ({ path, body }) => {
  const { method = "" } = (body ?? {}) as { readonly method?: string };
  if (path.startsWith("/v3/blockchain/fee/")) return Response.json({ medium: 10_000_000_000 });
  const results: Readonly<Record<string, string>> = {
    eth_getTransactionCount: "0x0",
    eth_estimateGas: "0x5208",
    eth_chainId: "0x1",
  };
  const result = results[method];
  return result === undefined ? undefined : Response.json({ jsonrpc: "2.0", id: 1, result });
};

/** Lines that are wider than the terminal, without those of one word, which stays whole so that it can be copied. */
function widerThan(columns: number, screen: string): string[] {
  const lines = screen.split(/\r?\n/).filter((line) => line.trim().includes(" "));
  return lines.filter((line) => Bun.stringWidth(line) > columns);
}

/** A terminal with colours, and two that want none. */
const terminals: readonly [columns: number, wishes: Readonly<Record<string, string>>][] = [
  [80, { NO_COLOR: "1" }],
  [40, { TERM: "dumb" }],
  [40, {}],
];

/** A screen without that a question takes what is pasted as a whole (bracketed paste), which is no colour. */
const withoutPasting = (screen: string): string =>
  screen.replaceAll("\u001b[?2004h", "").replaceAll("\u001b[?2004l", "");

const tables = [
  ["wallet list", 0],
  ["wallet list --removed", 0],
  ["wallet show till", 0],
  ["job list", 0],
  ["lane list", 0],
  ["nodes", 0],
  ["config explain", 0],
  ["status", 0],
  ["job show nothing", 66],
] as const;

const questions = [
  "export",
  "getmanagedwallet till",
  "getprivatekey till 0",
  "removewallet <till>",
  "vault restore backup",
  "vault slot remove 1",
  "vault copy --to=copy",
  "vault mark-restored",
  "job recover",
  "lane repair <account> --chain=ETH --number=0 --as=fill",
  "lane repair <account> --chain=ETH --number=1 --as=cancel --confirm=1",
  "lane repair <account> --chain=ETH --number=1 --as=give-back --confirm=1",
] as const;

describe.each(terminals)("in a terminal of %d columns with %o", (columns, wishes) => {
  const start = (line: string) =>
    new TerminalRun(installation, line.replace("<till>", till).replace("<account>", account).split(" "), {
      env: { ...env, ...wishes },
      columns,
    });
  const expectFitting = ({ screen }: TerminalRun): void => {
    expect(screen).not.toBe("");
    expect(widerThan(columns, screen)).toEqual([]);
    const plain = withoutPasting(screen);
    if (Object.keys(wishes).length > 0) expect(plain).toBe(Bun.stripANSI(plain));
  };

  test.each(tables)("%s fits", async (line, status) => {
    const run = start(line);
    expect(await run.ended(), run.screen).toBe(status);
    expectFitting(run);
  });

  test.each(questions)("the question of %s fits, and no means no", async (line) => {
    const run = start(line);
    await run.answer("Go on? (yes or no)", "no");
    expect(await run.ended(), run.screen).toBe(77);
    expectFitting(run);
  });
});

test.each(["wallet list --removed", "lane list", "job list", "vault status", "vault slot list"])(
  "%s is JSON in a pipe, and nothing beside it",
  async (line) => {
    const { status, stdout, stderr } = await installation.run(line.split(" "));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toBeObject();
  },
);
