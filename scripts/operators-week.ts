/**
 * `bun scripts/operators-week.ts`: what an operator does in a week, the way that the commands of the original leave, all of which
 * still work, and the way of today: keys that are pressed and seconds that go by, with the built executable and a vault of many
 * wallets. docs/operators-week.md has the table.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../tests/e2e/executable.ts";

const WALLETS = 40;

const installation = new Installation();
/** Nobody is asked: what the API says costs no time of ours. */
const env = { TATUM_API_URL: "http://127.0.0.1:1", TATUM_RETRIES: "0", TATUM_API_KEY: "week" };

/** What one way of doing something took. */
interface Way {
  readonly commands: number;
  /** Each command with its name and Enter; what is pasted counts as it is long. */
  readonly keys: number;
  readonly seconds: number;
}

/** @throws Error when a command fails in another way than it may */
async function run(line: string): Promise<string> {
  const { status, stdout, stderr } = await installation.run(line.split(" "), { env });
  // A look at the machine that found something ends with 78.
  const isGood = status === 0 || (line === "doctor" && status === 78);
  if (!isGood) throw new Error(`${line} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Whether a way came to what it is for, by what its last command printed. */
type Outcome = (printed: string, lines: readonly string[]) => boolean | Promise<boolean>;

/** @throws Error when it did not come to what it is for */
async function walk(lines: readonly string[], isReached: Outcome): Promise<Way> {
  const began = performance.now();
  let printed = "";
  for (const line of lines) printed = await run(line);
  const seconds = (performance.now() - began) / 1000;
  if (!(await isReached(printed, lines))) throw new Error(`${lines.at(-1)} came to ${printed}`);
  const keys = lines.reduce((sum, line) => sum + "tatum-kms ".length + line.length + 1, 0);
  return { commands: lines.length, keys, seconds };
}

interface Task {
  readonly what: string;
  /** Absent where there was no way. */
  readonly before?: readonly string[];
  readonly now: readonly string[];
  /** Of both ways. */
  readonly isReached: Outcome;
}

interface Made {
  readonly signatureId: string;
  readonly address: string;
}

async function made(line: string): Promise<Made> {
  const { signatureId } = JSON.parse(await run(line)) as Pick<Made, "signatureId">;
  const { address } = JSON.parse(await run(`getaddress ${signatureId} 0`)) as Pick<Made, "address">;
  return { signatureId, address };
}

/** Whether one wallet is printed, or its address alone, and it is that one. */
const isThe =
  ({ address }: Made): Outcome =>
  (printed) => {
    const found = [JSON.parse(printed)].flat() as readonly Partial<Made>[];
    return found.length === 1 && found[0]?.address === address;
  };

/** The week, in a vault that holds these wallets. */
function weekOf(ids: readonly string[], wanted: Made, gone: Made): readonly Task[] {
  const found = ids.indexOf(wanted.signatureId);
  const mnemonics = [wanted.signatureId, gone.signatureId];
  const addressAt = (id: string): string => `getaddress ${id}${mnemonics.includes(id) ? " 0" : ""}`;
  return [
    {
      what: `Whose address is this, of ${ids.length} wallets? (before: print all, ask for the address of each until it is found)`,
      before: ["export", ...ids.slice(0, found + 1).map(addressAt)],
      now: [`wallet find ${wanted.address}`],
      isReached: isThe(wanted),
    },
    {
      what: "Which wallets are there? (before: with all their secrets)",
      before: ["export"],
      now: ["wallet list"],
      isReached: (printed) => ids.every((id) => printed.includes(id)),
    },
    {
      what: "The address of the wallet for the tills (before: by its id)",
      before: [addressAt(wanted.signatureId)],
      now: ["wallet show till"],
      isReached: isThe(wanted),
    },
    {
      what: "Which setting counts, and from where?",
      before: ["checkconfig"],
      now: ["config explain"],
      isReached: (printed) => printed.includes(env.TATUM_API_URL),
    },
    {
      what: "Is everything right with this machine?",
      now: ["doctor"],
      isReached: (printed) => printed.includes('"healthy"'),
    },
    {
      what: "What does the daemon do, what waits?",
      before: ["job list"],
      now: ["status"],
      isReached: (printed) => Array.isArray(JSON.parse(printed)),
    },
    {
      what: "A backup that is known to open (before: made, then checked)",
      before: ["vault backup before", "vault verify --path=before"],
      now: ["vault backup now"],
      isReached: async (_, [line = ""]) => {
        const held = await run(`vault verify --path=${line.split(" ").at(-1)}`);
        return (JSON.parse(held) as { wallets: number }).wallets === ids.length;
      },
    },
    {
      what: "A wallet that was removed by mistake (before: out of a backup, whose other wallets are there already)",
      before: ["export --path=before --output=before.json --yes", "import before.json"],
      now: [`wallet restore ${gone.signatureId.slice(0, 8)}`],
      isReached: async () => isThe(gone)(await run(addressAt(gone.signatureId)), []),
    },
  ];
}

/** The daemon that is at work all week, once it tells of itself. */
async function startDaemon(): Promise<AsyncDisposable> {
  const daemon = installation.start(["daemon", `--external-url=${env.TATUM_API_URL}`], { env });
  while ((await installation.run(["status"], { env })).status !== 0)
    if (daemon.exitCode !== null) throw new Error(await new Response(daemon.stderr).text());
  return {
    async [Symbol.asyncDispose]() {
      daemon.kill();
      await daemon.exited;
    },
  };
}

function shown(way: Way | undefined): string {
  if (way === undefined) return "no way | |";
  return `${way.commands} | ${way.keys} | ${way.seconds.toFixed(1)}`;
}

try {
  await run(`generatemanagedprivatekeybatch ETH ${WALLETS / 2}`);
  const wanted = await made("generatemanagedwallet ETH --label=till");
  await run(`generatemanagedprivatekeybatch ETH ${WALLETS / 2}`);
  const gone = await made("generatemanagedwallet BTC --label=gone");
  const ids = Object.keys(JSON.parse(await run("export")) as object);
  await using _ = await startDaemon();
  console.log(
    "| | commands | keys | s | now: commands | keys | s |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const { what, before, now, isReached } of weekOf(ids, wanted, gone)) {
    if (now[0]?.startsWith("wallet restore") === true) await run(`removewallet ${gone.signatureId} --yes`);
    const old = before && (await walk(before, isReached));
    if (now[0]?.startsWith("wallet restore") === true) await run(`removewallet ${gone.signatureId} --yes`);
    console.log(`| ${what} | ${shown(old)} | ${shown(await walk(now, isReached))} |`);
  }
} finally {
  for (const name of ["before", "now", "before.json"]) rmSync(join(installation.home, name), { force: true });
  installation.remove();
}
