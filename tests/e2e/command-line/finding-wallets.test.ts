/** Wallets are named, listed, shown and found; at a terminal as a table, in a pipe as JSON, never with a secret. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BLACK_ON_WHITE, readQrCode } from "../../src/cli/terminal/read-qr-code.ts";
import { Installation, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());
const words = `${"abandon ".repeat(11)}about`;
const address = "0x9858effd232b4033e47d90003d41ec34ecaeda94";
const key = "4".repeat(64);

interface Listed {
  readonly signatureId: string;
  readonly label: string | null;
  readonly address: string;
}

async function json<Result>(args: readonly string[], input?: string): Promise<Result> {
  const { status, stdout, stderr } = await installation.run(
    args,
    input === undefined ? {} : { input: `${input}\n` },
  );
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

let wallet: string;
let secrets: readonly string[];

beforeAll(async () => {
  const stored = await json<Listed>(
    ["storemanagedwallet", "eth", "--label=Main till", "--group=shop,tills"],
    words,
  );
  wallet = stored.signatureId;
  await json(["storemanagedprivatekey", "btc", "--testnet", "--label", "cold"], `${key.slice(1)}5`);
  await installation.run(["generatemanagedprivatekeybatch", "MATIC", "2", "--label=user"]);
  secrets = ["abandon", key.slice(1), "privateKey", 'mnemonic":', "xpub"];
});

test("a list has the wallets newest first, with filters, and no secret", async () => {
  const all = await installation.run(["wallet", "list"]);
  const listed = JSON.parse(all.stdout) as Listed[];
  expect(listed.map(({ label }) => label)).toEqual(["user-2", "user-1", "cold", "Main till"]);
  for (const secret of secrets) expect(all.stdout).not.toContain(secret);
  const some = await json<Listed[]>(["wallet", "list", "--chain=pol,", "--sort=label", "--limit=1"]);
  expect(some.map(({ label }) => label)).toEqual(["user-1"]);
  expect(
    (await json<Listed[]>(["wallet", "list", "--testnet", "--kind=private-key"])).map(({ label }) => label),
  ).toEqual(["cold"]);
});

test("a wallet is shown by its label with the addresses at indexes", async () => {
  const shown = await json<Record<string, unknown>>(["wallet", "show", "main TILL", "--index=0,2-3"]);
  expect(shown).toMatchObject({
    signatureId: wallet,
    label: "Main till",
    groups: ["shop", "tills"],
    kind: "mnemonic",
    address,
  });
  expect(shown["addresses"]).toMatchObject([{ index: 0, address }, { index: 2 }, { index: 3 }]);
});

test("a wallet is found by its address in another spelling", async () => {
  expect(await json<Listed[]>(["wallet", "find", ` ethereum:${address.toUpperCase()}`])).toMatchObject([
    { signatureId: wallet },
  ]);
  const failure = failureOf(await installation.run(["wallet", "find", "0x0000"]));
  expect(failure).toMatchObject({ status: 66, code: "NO_SUCH_WALLET" });
  expect(JSON.stringify(failure)).not.toContain("0x0000");
});

test("a label and groups change", async () => {
  expect(await json(["wallet", "label", "user-1", "first user"])).toMatchObject({ label: "first user" });
  expect(await json(["wallet", "label", "first user", "--remove"])).toMatchObject({ label: null });
  expect(await json(["wallet", "group", "cold", "vaults,shop"])).toMatchObject({
    groups: ["vaults", "shop"],
  });
  expect(await json(["wallet", "group", "cold", "shop", "--remove"])).toMatchObject({ groups: ["vaults"] });
  const taken = failureOf(await installation.run(["wallet", "label", "user-2", "COLD"]));
  expect(taken).toMatchObject({ status: 65, code: "WALLET_EXISTS" });
});

describe("the beginning of a signature ID", () => {
  test("is enough to be shown an address, and the whole one is told", async () => {
    const shown = await installation.run(["getaddress", wallet.slice(0, 8).toUpperCase(), "0"]);
    expect(JSON.parse(shown.stdout)).toEqual({ address });
    expect(shown.stderr).toBe(`The wallet is ${wallet} (Main till), ETH mainnet.\n`);
  });

  test.each([[["removewallet"]], [["getmanagedwallet"]], [["getprivatekey"]]])(
    "is not enough where nobody is asked: %j",
    async ([command]) => {
      const failure = failureOf(
        await installation.run([command!, wallet.slice(0, 8), ...(command === "getprivatekey" ? ["0"] : [])]),
      );
      expect(failure).toMatchObject({ status: 64, code: "USAGE" });
      expect(failure.hint).toContain(wallet);
      expect(await json<Listed[]>(["wallet", "list", "--label=main"])).toHaveLength(1);
    },
  );

  test("is enough for a person who is shown the whole one and asked", async () => {
    const run = new TerminalRun(installation, ["getprivatekey", wallet.slice(0, 8), "0"], {
      env: { TATUM_KMS_PASSWORD: installation.password },
    });
    await run.shows(`The wallet is ${wallet} (Main till), ETH mainnet.`);
    await run.answer("Go on?", "no");
    expect(await run.ended()).toBe(77);
    expect(run.screen).not.toContain("privateKey");
  });
});

test("a terminal gets a table within its width, and JSON when it is asked for", async () => {
  const env = { TATUM_KMS_PASSWORD: installation.password };
  const table = new TerminalRun(installation, ["wallet", "list", "--label=main"], { env });
  expect(await table.ended()).toBe(0);
  expect(table.screen).toMatch(/^ID +LABEL +CHAIN +NETWORK +KIND +ADDRESS +CREATED\r\n/);
  expect(table.screen).toContain(`${wallet.slice(0, 12)}  Main till  ETH    mainnet  mnemonic  ${address}`);
  const asked = new TerminalRun(installation, ["wallet", "list", "--label=main", "--json"], { env });
  expect(await asked.ended()).toBe(0);
  expect(JSON.parse(asked.screen)).toMatchObject([{ signatureId: wallet }]);
});

describe("an address as a QR code", () => {
  const terminal = (columns: number, ...args: string[]): TerminalRun =>
    new TerminalRun(installation, ["wallet", "show", "main till", ...args], {
      env: { TATUM_KMS_PASSWORD: installation.password },
      columns,
    });

  test("is read back from a terminal of 40 columns, at the index that was named", async () => {
    const { address: other } = await json<Listed>(["getaddress", wallet, "3"]);
    for (const [option, wanted] of [
      ["--qr", address],
      ["--qr=3", other],
    ] as const) {
      const run = terminal(40, option);
      expect(await run.ended()).toBe(0);
      expect(run.screen).toContain(wanted);
      const lines = run.screen.split("\r\n").filter((line) => line.startsWith(BLACK_ON_WHITE));
      expect(readQrCode(lines.join("\n"), "light")).toBe(wanted);
    }
  });

  test("is not cut where the terminal is narrower than it is", async () => {
    const run = terminal(30, "--qr");
    expect(await run.ended()).toBe(64);
    expect(run.screen).toContain("33 columns");
    expect(run.screen).not.toContain("▀");
  });

  test.each([[["--qr"]], [["--qr", "--json"]], [["--qr", "--index=1"]], [["--qr=x"]]])(
    "is refused in a pipe and beside what it does not go with: %j",
    async (args) => {
      const refused = failureOf(await installation.run(["wallet", "show", "main till", ...args]));
      expect(refused).toMatchObject({ status: 64, code: "USAGE" });
    },
  );
});

test("storing what is stored already says so and names it", async () => {
  const again = await installation.run(["storemanagedwallet", "ETH"], { input: `${words}\n` });
  expect(again.stderr).toContain(
    `The vault holds this wallet already, as ${wallet} (Main till); it is stored once more.`,
  );
  expect(again.status).toBe(0);
});

test("a label that looks like a secret is refused before anything is made, and not repeated", async () => {
  const refused = failureOf(await installation.run(["generatemanagedwallet", "ETH", `--label=${key}`]));
  expect(refused).toMatchObject({ status: 64, code: "USAGE" });
  expect(JSON.stringify(refused)).not.toContain(key);
});

test("imported wallets are found by their address as well", async () => {
  const other = new Installation();
  const file = join(other.home, "wallets.json");
  writeFileSync(file, JSON.stringify({ old: { mnemonic: words, chain: "ETH", testnet: false } }), {
    mode: 0o600,
  });
  const done: Run[] = [
    await other.run(["import", file]),
    await other.run(["wallet", "find", address]),
    await other.run(["vault", "verify"]),
  ];
  expect(done.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect(JSON.parse(done[1]!.stdout)).toMatchObject([{ signatureId: "old", address }]);
  other.remove();
});

test("a removed wallet is listed as such without a secret, restored by its label, and gone with --now", async () => {
  const { signatureId } = await json<Listed>(["generatemanagedwallet", "SOL", "--label=short"]);
  const [before] = await json<Listed[]>(["wallet", "list", "--label=short"]);
  const { screen } = await removedBy(["removewallet", signatureId, "--yes"]);
  expect(screen).toMatch(
    new RegExp(`^Removed. Until \\d{4}-\\d\\d-\\d\\d: tatum-kms wallet restore ${signatureId}`),
  );
  expect(await json<Listed[]>(["wallet", "list", "--label=short"])).toEqual([]);
  const removed = await installation.run(["wallet", "list", "--removed"]);
  expect(JSON.parse(removed.stdout)).toEqual([
    { ...before, removedAt: expect.any(String), restorableUntil: expect.any(String) },
  ]);
  for (const secret of secrets) expect(removed.stdout).not.toContain(secret);
  expect(await json(["wallet", "restore", "short"])).toEqual(before);
  await removedBy(["removewallet", signatureId, "--yes"]);
  expect(failureOf(await installation.run(["removewallet", signatureId])).hint).toContain("wallet restore");
  await removedBy(["removewallet", signatureId, "--now", "--yes"]);
  expect(await json<Listed[]>(["wallet", "list", "--removed"])).toEqual([]);
  expect(failureOf(await installation.run(["wallet", "restore", signatureId])).code).toBe("NO_SUCH_WALLET");
});

async function removedBy(args: readonly string[]): Promise<TerminalRun> {
  const run = new TerminalRun(installation, args, { env: { TATUM_KMS_PASSWORD: installation.password } });
  expect(await run.ended()).toBe(0);
  return run;
}

describe.each([
  [80, { NO_COLOR: "1" }],
  [40, {}],
])("in a terminal of %d columns with %o", (columns, colours) => {
  test.each([
    ["wallet list", 0],
    ["doctor", 78],
    ["job list", 0],
    ["wallet show", 64],
  ])("no line of %s is wider, and colours come only where they are wanted", async (line, status) => {
    const nobody = { TATUM_API_URL: "http://127.0.0.1:1", TATUM_RETRIES: "0" };
    const env = { TATUM_KMS_PASSWORD: installation.password, ...nobody, ...colours };
    const run = new TerminalRun(installation, line.split(" "), { env, columns });
    expect(await run.ended()).toBe(status);
    expect(run.screen).not.toBe("");
    // A word that is longer than a line stays whole, so that a path can be copied.
    const lines = run.screen.split("\r\n").filter((text) => text.trim().includes(" "));
    const widths = lines.map((text) => Bun.stringWidth(text));
    expect(Math.max(...widths), run.screen).toBeLessThanOrEqual(columns);
    expect(run.screen.includes("\u001b[")).toBe(status !== 0 && !("NO_COLOR" in colours));
  });
});
