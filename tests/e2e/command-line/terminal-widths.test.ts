/** What people see at a terminal fits it, at 80 and at 40 columns, and has colours only where they are wanted; pipes get JSON alone. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Installation } from "../executable.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());
const nobody = { TATUM_API_URL: "http://127.0.0.1:1", TATUM_RETRIES: "0" };
const env = { TATUM_KMS_PASSWORD: installation.password, ...nobody };

let till = "";

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
  await resultOf("vault backup backup");
  const added = await installation.run(["vault", "slot", "add"], {
    env: { TATUM_KMS_NEW_PASSWORD: "another horse battery" },
  });
  expect(added.status, added.stderr).toBe(0);
}, 60_000);

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
  ["status", 69],
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
] as const;

describe.each(terminals)("in a terminal of %d columns with %o", (columns, wishes) => {
  const start = (line: string) =>
    new TerminalRun(installation, line.replace("<till>", till).split(" "), {
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
