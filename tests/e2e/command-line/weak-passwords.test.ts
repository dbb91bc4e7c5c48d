/** New passwords that would not stand: a person is asked again, from everywhere else they are taken with a warning. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation, newVaultNote } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const NEW_VAULT = "Enter a password for the new wallet store: ";
const NEW_PASSWORD = "Enter the new password: ";
const WEAK = "The new password is weak: it would stand less than a second";
const strong = "a password of four words";

const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});
function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

const withVault = newInstallation();
const vaultEnv = { TATUM_KMS_PASSWORD: withVault.password };
test("a vault with a good password is made without a warning", async () => {
  const { status, stderr } = await withVault.run(["generatemanagedwallet", "ETH"]);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(newVaultNote(withVault.vaultPath)) as string,
  });
});

describe("at a terminal a weak password is asked for again", () => {
  const original = join(samples, "one-char-password.dat");
  test.each<[string, readonly string[], string, Readonly<Record<string, string>>, boolean]>([
    ["for a new vault", ["generatemanagedwallet", "ETH"], NEW_VAULT, {}, false],
    [
      "for an import into a new vault",
      ["import", original],
      NEW_VAULT,
      { TATUM_KMS_IMPORT_PASSWORD: "x" },
      false,
    ],
    ["for another password", ["vault", "change-password"], NEW_PASSWORD, vaultEnv, true],
    ["for another key slot", ["vault", "slot", "add"], NEW_PASSWORD, vaultEnv, true],
  ])("%s, and after three times not taken", async (_what, args, question, env, isThere) => {
    const installation = isThere ? withVault : newInstallation();
    const run = new TerminalRun(installation, args, { env });
    for (const password of ["a", "1234", "geheim"]) {
      await run.answer(question, password);
      await run.shows(WEAK);
    }
    expect(await run.ended()).toBe(65);
    expect(run.screen).not.toContain("(again)");
    expect(existsSync(installation.vaultPath)).toBe(isThere);
  });

  test("and a better one is taken", async () => {
    const installation = newInstallation();
    const run = new TerminalRun(installation, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_VAULT, "a");
    await run.answer(NEW_VAULT, strong);
    await run.answer("(again): ", strong);
    expect(await run.ended()).toBe(0);
    expect(run.screen).not.toContain("Warning");
    expect((await installation.run(["report"], { env: { TATUM_KMS_PASSWORD: strong } })).status).toBe(0);
  });
});

describe("a weak password is taken with a warning", () => {
  const weak = "geheim";

  test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ["from a variable", { TATUM_KMS_PASSWORD: weak }, undefined],
    [
      "from a command",
      { TATUM_KMS_PASSWORD: "", TATUM_KMS_PASSWORD_COMMAND: `["echo","${weak}"]` },
      undefined,
    ],
    ["through a pipe", { TATUM_KMS_PASSWORD: "" }, `${weak}\n${weak}\n`],
  ])("%s for a new vault", async (_what, env, input) => {
    const installation = newInstallation();
    const options = input === undefined ? { env } : { env, input };
    const { status, stderr } = await installation.run(["generatemanagedwallet", "ETH"], options);
    expect(status).toBe(0);
    expect(stderr).toContain(`Warning: ${WEAK}`);
    expect(stderr).not.toContain(weak);
    const opened = await installation.run(["report"], { env: { TATUM_KMS_PASSWORD: weak } });
    expect({ status: opened.status, stderr: opened.stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("by migrate, which takes that of the original file", async () => {
    const installation = newInstallation();
    mkdirSync(dirname(installation.vaultPath), { recursive: true });
    copyFileSync(join(samples, "one-char-password.dat"), installation.vaultPath);
    const { status, stderr } = await installation.run(["migrate"], { env: { TATUM_KMS_PASSWORD: "x" } });
    expect(status).toBe(0);
    expect(stderr).toContain(`Warning: ${WEAK}`);
  });

  test("by vault slot add and vault change-password", async () => {
    const installation = newInstallation();
    await installation.run(["generatemanagedwallet", "ETH"]);
    for (const [args, TATUM_KMS_NEW_PASSWORD] of [
      [["vault", "slot", "add"], "1234"],
      [["vault", "change-password"], "geheim"],
    ] as const) {
      const { status, stderr } = await installation.run(args, { env: { TATUM_KMS_NEW_PASSWORD } });
      expect(status).toBe(0);
      expect(stderr).toContain(`Warning: ${WEAK}`);
    }
  });
});

describe("a password that opens the vault already", () => {
  test.each([[["vault", "change-password"]], [["vault", "slot", "add"]]])(
    "is refused by %j",
    async (args) => {
      const env = { TATUM_KMS_NEW_PASSWORD: withVault.password };
      expect(failureOf(await withVault.run(args, { env }))).toMatchObject({
        status: 65,
        code: "INVALID_INPUT",
        error: "The new password opens the vault already; nothing was changed.",
      });
      expect((await withVault.run(["vault", "slot", "list"])).stdout.match(/slotId/g)).toHaveLength(1);
    },
  );

  test("may be told from the variable that still holds the old one", async () => {
    const installation = newInstallation();
    await installation.run(["generatemanagedwallet", "ETH"]);
    const env = { TATUM_KMS_NEW_PASSWORD: strong };
    expect((await installation.run(["vault", "change-password"], { env })).stderr).toContain(
      "TATUM_KMS_PASSWORD (from environment) does not open the vault any more: change it as well.",
    );
  });
});
