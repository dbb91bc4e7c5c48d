/** Where a new vault is made, and what is told before anybody gives a secret. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, Installation, newVaultNote } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.remove());

describe("~ in a path", () => {
  test("is the home directory, in options, arguments and variables", async () => {
    mkdirSync(join(installation.home, "vaults"), { mode: 0o700 });
    writeFileSync(join(installation.home, "password"), installation.password, { mode: 0o600 });
    writeFileSync(join(installation.home, "kms.env"), "TATUM_KMS_PASSWORD_FILE=~/password\n", {
      mode: 0o600,
    });
    const env = { TATUM_KMS_PASSWORD: "" };
    const options = ["--path=~/vaults/w.dat", "--env-file=~/kms.env"];
    const made = await installation.run(["generatemanagedwallet", "ETH", ...options], { env });
    expect(made).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(newVaultNote(`${installation.home}/vaults/w.dat`)) as string,
    });
    expect((await installation.run(["vault", "backup", "~/copy.dat", ...options], { env })).status).toBe(0);
    expect(readdirSync(installation.home).sort()).toEqual(["copy.dat", "kms.env", "password", "vaults"]);
  });

  test("with the name of a user is refused", async () => {
    for (const args of [
      ["generatemanagedwallet", "ETH", "--path=~root/w.dat"],
      ["export", "--env-file=~root/.env"],
      ["vault", "backup", "~root/copy.dat"],
    ]) {
      expect(failureOf(await installation.run(args))).toMatchObject({
        status: 78,
        error: expect.stringContaining(" begins with ~ and a name"),
      });
    }
    expect(readdirSync(installation.home)).toEqual([]);
  });
});

describe("a path whose folder does not exist", () => {
  test.each([
    [["generatemanagedwallet", "ETH"]],
    [["generatemanagedprivatekeybatch", "ETH", "2"]],
    [["storemanagedwallet", "ETH"]],
    [["storemanagedprivatekey", "ETH"]],
    [["import", "wallets.json"]],
  ])("makes no folder, asks for nothing and is an error: %j", async (args) => {
    writeFileSync(join(installation.home, "wallets.json"), "{}");
    const path = join(installation.home, "missing", "w.dat");
    // With nothing to read, a question would end in NO_ANSWER.
    const env = { TATUM_KMS_PASSWORD: "" };
    expect(failureOf(await installation.run([...args, `--path=${path}`], { env }))).toEqual({
      status: 73,
      code: "CANNOT_WRITE",
      error: `The folder ${installation.home}/missing does not exist: no vault can be made at ${path}.`,
      hint: "Correct --path, or make the folder first.",
    });
    expect(existsSync(join(installation.home, "missing"))).toBe(false);
  });

  test("does not stand for a home directory that is not there", async () => {
    const env = { HOME: join(installation.home, "missing") };
    expect(failureOf(await installation.run(["generatemanagedwallet", "ETH"], { env }))).toMatchObject({
      code: "CANNOT_WRITE",
      error: expect.stringContaining(`The home directory ${env.HOME} does not exist`),
    });
  });
});

describe("a new vault", () => {
  test("is told with its place before a person gives a secret", async () => {
    for (const [command, question] of [
      ["generatemanagedwallet", "Enter a password"],
      ["storemanagedwallet", "Enter mnemonic"],
      ["storemanagedprivatekey", "Enter private key"],
    ]) {
      const run = new TerminalRun(installation, [command ?? "", "ETH"]);
      await run.shows(question ?? "");
      const told = run.screen.indexOf(`A new vault is going to be made at ${installation.vaultPath}.`);
      expect(told).toBeGreaterThan(-1);
      expect(told).toBeLessThan(run.screen.indexOf(question ?? ""));
      run.type("\u0003");
      await run.ended();
    }
    expect(existsSync(installation.vaultPath)).toBe(false);
  });

  test("is told in one line where nobody is asked", async () => {
    const path = join(installation.home, "wrong.dat");
    const made = await installation.run(["generatemanagedwallet", "ETH", `--path=${path}`]);
    expect(made).toMatchObject({ status: 0, stderr: expect.stringMatching(newVaultNote(path)) as string });
  });
});

describe.if(process.getuid?.() === 0)("a user without HOME and without an entry in the user database", () => {
  const nobody = ["setpriv", "--reuid=12345", "--clear-groups", "env", "-i", "TATUM_KMS_PASSWORD=x"];
  let kms: string;
  beforeEach(() => {
    // The user has to reach both.
    chmodSync(installation.home, 0o711);
    kms = join(installation.home, "kms");
    copyFileSync(executable, kms);
    chmodSync(kms, 0o755);
  });
  afterEach(() => rmSync(kms));

  async function asNobody(...args: readonly string[]) {
    const child = Bun.spawn([...nobody, kms, ...args], { cwd: "/", stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { status: await child.exited, stdout, stderr };
  }

  test("works with --path", async () => {
    const path = join(installation.home, "x.dat");
    expect(failureOf(await asNobody("vault", "status", `--path=${path}`))).toMatchObject({
      status: 66,
      code: "NO_WALLET_FILE",
    });
    const shown = await asNobody("checkconfig", `--path=${path}`);
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout).toContain("Environment vars file            : N/A\n");
    expect(await asNobody("generatewallet", "BTC")).toMatchObject({ status: 0, stderr: "" });
    expect((await asNobody("provider", "test", "--provider=aws", `--path=${path}`)).stderr).not.toContain(
      "INTERNAL",
    );
  });

  test("is told to give it without", async () => {
    for (const args of [["vault", "status"], ["checkconfig"], ["report"]]) {
      expect(failureOf(await asNobody(...args))).toEqual({
        status: 78,
        code: "CONFIGURATION",
        error: "The home directory is not known, so that the vault has no usual place.",
        hint: "Say where the vault is with --path, or set HOME.",
      });
    }
    expect(failureOf(await asNobody("vault", "status", "--path=~/w.dat"))).toMatchObject({
      code: "CONFIGURATION",
      hint: "Set HOME, or write the path out.",
    });
  });
});
