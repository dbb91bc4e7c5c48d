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
  // A check that found something ends with 69 or 78.
  if (status === null || ![0, 69, 78].includes(status)) throw new Error(`${line}: ${stderr}`);
  return stdout;
}

async function walk(lines: readonly string[]): Promise<Way> {
  const began = performance.now();
  for (const line of lines) await run(line);
  const keys = lines.reduce((sum, line) => sum + "tatum-kms ".length + line.length + 1, 0);
  return { commands: lines.length, keys, seconds: (performance.now() - began) / 1000 };
}

interface Task {
  readonly what: string;
  /** Absent where there was no way. */
  readonly before?: readonly string[];
  readonly now: readonly string[];
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
    },
    {
      what: "Which wallets are there? (before: with all their secrets)",
      before: ["export"],
      now: ["wallet list"],
    },
    {
      what: "The address of the wallet for the tills (before: by its id)",
      before: [addressAt(wanted.signatureId)],
      now: ["wallet show till"],
    },
    { what: "Which setting counts, and from where?", before: ["checkconfig"], now: ["config explain"] },
    { what: "Is everything right with this machine?", now: ["doctor"] },
    { what: "What does the daemon do, what waits?", before: ["job list"], now: ["status"] },
    {
      what: "A backup that is known to open (before: made, then checked)",
      before: ["vault backup before", "vault verify --path=before"],
      now: ["vault backup now"],
    },
    {
      what: "A wallet that was removed by mistake (before: out of a backup, whose other wallets are there already)",
      before: ["export --path=before --output=before.json --yes", "import before.json"],
      now: [`wallet restore ${gone.signatureId.slice(0, 8)}`],
    },
  ];
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
  console.log(
    "| | commands | keys | s | now: commands | keys | s |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const { what, before, now } of weekOf(ids, wanted, gone)) {
    if (now[0]?.startsWith("wallet restore") === true) await run(`removewallet ${gone.signatureId} --yes`);
    const old = before && (await walk(before));
    if (now[0]?.startsWith("wallet restore") === true) await run(`removewallet ${gone.signatureId} --yes`);
    console.log(`| ${what} | ${shown(old)} | ${shown(await walk(now))} |`);
  }
} finally {
  for (const name of ["before", "now", "before.json"]) rmSync(join(installation.home, name), { force: true });
  installation.remove();
}
