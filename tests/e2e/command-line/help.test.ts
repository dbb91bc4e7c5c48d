import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Installation } from "../executable.ts";
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
  ["generatewallet", ["<CHAIN>", "--testnet"]],
  ["generatemanagedwallet", ["<CHAIN>", "--testnet", ...vaultOptions]],
  ["storemanagedwallet", ["<CHAIN>", "--testnet", ...vaultOptions]],
  ["storemanagedprivatekey", ["<CHAIN>", "--testnet", ...vaultOptions]],
  ["generatemanagedprivatekeybatch", ["<CHAIN> <COUNT>", "--testnet", ...vaultOptions]],
  ["getmanagedwallet", ["<SIGNATUREID>", ...vaultOptions]],
  ["removewallet", ["<SIGNATUREID>", ...vaultOptions]],
  ["getprivatekey", ["<SIGNATUREID> [INDEX]", ...vaultOptions]],
  ["getaddress", ["<SIGNATUREID> [INDEX]", ...vaultOptions]],
  ["export", vaultOptions],
  ["import", ["<FILE>", ...vaultOptions]],
  ["migrate", vaultOptions],
  ["vault status", vaultOptions],
  ["vault verify", vaultOptions],
  ["vault change-password", vaultOptions],
  ["vault backup", ["<FILE>", ...vaultOptions]],
  ["job list", ["[STATE]", ...vaultOptions]],
  ["job show", ["<ID>", ...vaultOptions]],
  ["job retry", ["<ID>", ...vaultOptions]],
  ["provider list", ["--env-file=<file>", "--provider=<name>", "--aws", "--azure", "--vgs"]],
  ["provider test", vaultOptions],
  ["report", ["[SIGNATUREIDS]", "--api-key=<key>", ...vaultOptions]],
  ["checkconfig", ["--api-key=<key>", ...vaultOptions]],
  ["sandbox", ["--port=<number>", "--node=<ETH=http://127.0.0.1:8545>", "--testnet"]],
];

async function helpOf(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await installation.run(args);
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
    expect(await helpOf([...command.split(" "), "--help"])).toMatch(shown);
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
});
