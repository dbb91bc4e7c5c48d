import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeCommands } from "../../../src/cli/manual/describe-commands.ts";
import { allPages, helpPage } from "../../../src/cli/manual/help-page.ts";
import { program } from "../../../src/cli/program.ts";
import { paintFor } from "../../../src/cli/terminal/text-layout.ts";
import { Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

/** Every command with the options that its help shows besides those of all vault commands. */
const vaultOptions = ["--path=<file>", "--env-file=<file>", "--aws", "--azure", "--vgs"];
const commands: readonly (readonly [command: string, shown: readonly string[]])[] = [
  [
    "daemon",
    [
      ...vaultOptions,
      "--external-url=<url>",
      "--external-url-method=<GET|POST>",
      "--chain=<BTC,ETH>",
      "--testnet",
      "--period=<seconds>",
      "--run-once",
      "--wallets=<id,id>",
      "--transaction-ids=<id,id>",
      "--api-key=<key>",
    ],
  ],
  ["generatewallet", ["<chain>", "--testnet"]],
  ["generatemanagedwallet", ["<chain>", "--testnet", ...vaultOptions]],
  ["storemanagedwallet", ["<chain>", "--testnet", ...vaultOptions]],
  ["storemanagedprivatekey", ["<chain>", "--testnet", ...vaultOptions]],
  ["generatemanagedprivatekeybatch", ["<chain> <count>", "--testnet", ...vaultOptions]],
  ["getmanagedwallet", ["<signatureId>", ...vaultOptions]],
  ["removewallet", ["<signatureId>", "--now", ...vaultOptions]],
  ["wallet restore", ["<signatureId>", "--json", ...vaultOptions]],
  ["getprivatekey", ["<signatureId> [index]", ...vaultOptions]],
  ["getaddress", ["<signatureId> [index]", ...vaultOptions]],
  ["export", vaultOptions],
  ["import", ["<file>", ...vaultOptions]],
  ["migrate", vaultOptions],
  ["vault status", vaultOptions],
  ["vault verify", vaultOptions],
  ["vault change-password", vaultOptions],
  ["vault backup", ["<file>", ...vaultOptions]],
  ["job list", ["[state]", ...vaultOptions]],
  ["job export", ["[state]", ...vaultOptions]],
  ["job show", ["<id>", ...vaultOptions]],
  ["job retry", ["[id]", "--all", ...vaultOptions]],
  ["provider list", ["--env-file=<file>", "--provider=<name>", "--aws", "--azure", "--vgs"]],
  ["provider test", vaultOptions],
  ["report", ["[signatureIds]", "--api-key=<key>", ...vaultOptions]],
  ["checkconfig", ["--api-key=<key>", ...vaultOptions]],
  ["sandbox", ["--port=<number>", "--node=<ETH=http://127.0.0.1:8545>", "--testnet"]],
];

async function helpOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, stdout, stderr } = await installation.run(args, { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("--help", () => {
  test.each(commands)("of %s shows how it is used", async (command, shown) => {
    const help = await helpOf([...command.split(" "), "--help"]);
    expect(help).toContain(`USAGE tatum-kms ${command} [OPTIONS]`);
    for (const text of shown) expect(help).toContain(text);
  });

  test("may stand before the command", async () => {
    expect(await helpOf(["--help", "vault", "verify"])).toBe(await helpOf(["vault", "verify", "--help"]));
  });

  test.each(["help vault verify", "vault verify -h", "-h vault verify"])(
    "may be asked for as %s",
    async (line) => {
      expect(await helpOf(line.split(" "))).toBe(await helpOf(["vault", "verify", "--help"]));
    },
  );

  test("of a command that there is not is an error", async () => {
    const { status, error } = failureOf(await installation.run(["help", "vault", "verfy"]));
    expect({ status, error }).toEqual({
      status: 64,
      error: "Unsupported command. Use tatum-kms vault --help for details.",
    });
  });

  test("is what the sources say, though the executable loads no command for it", async () => {
    const manual = await describeCommands(program);
    for (const page of allPages(manual.program)) {
      const text = helpPage(page, manual, { columns: 80, paint: paintFor(false) });
      expect(await helpOf([...page.words.split(" ").filter((word) => word !== ""), "--help"])).toBe(text);
    }
  });

  test("has the columns that the environment says", async () => {
    const manual = await describeCommands(program);
    const text = helpPage(manual.program, manual, { columns: 50, paint: paintFor(false) });
    expect(await helpOf(["--help"], { COLUMNS: "50" })).toBe(text);
  });

  test("asks for no arguments and no password", async () => {
    await helpOf(["getprivatekey", "--help", "--external-url=x"]);
  });

  test.each(["", "vault", "job", "provider"])(
    "lists the commands of tatum-kms %s, as no command does",
    async (command) => {
      const words = command === "" ? [] : [command];
      const help = await helpOf(words);
      expect(help).toBe(await helpOf([...words, "--help"]));
      const listed = commands
        .map(([name]) => name.split(" "))
        .filter(([first, second]) => (command === "" ? true : first === command && second !== undefined))
        .map(([first, second]) => (command === "" ? first : second));
      for (const name of new Set(listed)) expect(help).toMatch(new RegExp(`^ +${name}  +[A-Z]`, "m"));
    },
  );
});

describe("the variables of a command", () => {
  test.each([
    ["daemon", /^ {2}TATUM_KMS_LEASE +Seconds without a sign of life .* \(default 15\)$/m],
    ["import", /^ {2}TATUM_KMS_IMPORT_PASSWORD +Password of the file/m],
    ["migrate", /^ {2}TATUM_KMS_IMPORT_PASSWORD +Password of the file/m],
    ["vault change-password", /^ {2}TATUM_KMS_NEW_PASSWORD +New password/m],
    ["vault slot add", /^ {2}TATUM_KMS_NEW_PASSWORD +New password/m],
    ["export", /\(or TATUM_KMS_PROVIDER\)[\s\S]*\(or TATUM_KMS_PKCS11_URI\)/],
  ])("are in the help of %s", async (command, shown) => {
    const help = await helpOf([...command.split(" "), "--help"]);
    expect(help.replace(/\n {20,}/g, " ")).toMatch(shown);
  });
});

describe("--version", () => {
  test.each([[["--version"]], [["--version", "generatewallet", "BTC"]], [["generatewallet", "--version"]]])(
    "prints the bare version: %j",
    async (args) => {
      const { version } = (await Bun.file("package.json").json()) as { version: string };
      expect(await installation.run(args)).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    },
  );
});

describe("colours", () => {
  const ESCAPE = "\u001b[";

  test("are not written into a pipe, and no blanks at the ends of lines", async () => {
    for (const args of [[], ["daemon", "--help"], ["vault"]]) {
      const help = await helpOf(args);
      expect(help).not.toContain(ESCAPE);
      expect(help).not.toMatch(/ $/m);
    }
  });

  test("are shown in a terminal", async () => {
    const run = new TerminalRun(installation, ["vault"]);
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain(ESCAPE);
  });

  test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])(
    "are left out where nobody wants them: %j",
    async (env) => {
      const run = new TerminalRun(installation, ["vault"], { env });
      expect(await run.ended()).toBe(0);
      expect(run.screen).toContain("COMMANDS");
      expect(run.screen).not.toContain(ESCAPE);
    },
  );
});

describe("an error at a terminal", () => {
  test.each([
    [{}, `\u001b[31m\u2717\u001b[39m Unknown option --pth. (USAGE)\r\n  Did you mean --path?\r\n`],
    [{ NO_COLOR: "1" }, "\u2717 Unknown option --pth. (USAGE)\r\n  Did you mean --path?\r\n"],
    [{ TERM: "dumb" }, "Error: Unknown option --pth. (USAGE)\r\n       Did you mean --path?\r\n"],
  ])("is a text: %j", async (env, text) => {
    const run = new TerminalRun(installation, ["export", "--pth=x"], { env });
    expect(await run.ended()).toBe(64);
    expect(run.screen).toBe(text);
  });

  test("is JSON with --json", async () => {
    const run = new TerminalRun(installation, ["wallet", "list", "--json", "--pth"]);
    expect(await run.ended()).toBe(64);
    expect(JSON.parse(run.screen)).toMatchObject({ code: "USAGE", error: "Unknown option --pth." });
  });
});
