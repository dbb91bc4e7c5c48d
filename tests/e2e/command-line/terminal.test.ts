/** Passwords and secrets typed at a terminal. */
import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { executable, Installation } from "../executable.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const BACKSPACE = "\u007f";

const NEW_PASSWORD = "Enter a password for the new wallet store: ";
const NEW_PASSWORD_AGAIN = "Enter a password for the new wallet store (again): ";
const PASSWORD = "Enter password to decrypt wallet store: ";

/** Prints the modes of the terminal that a prompt changes. */
const terminalModes = `stty -a | grep -oE -- '-?(echo|icanon|isig) '`;
const normalModes = /isig\s+icanon\s+echo\s+$/;

const withVault = new Installation();
let empty = new Installation();
const installations = [withVault, empty];
afterAll(() => {
  for (const installation of installations) installation.remove();
});
beforeEach(() => {
  if (!existsSync(empty.vaultPath)) return;
  empty = new Installation();
  installations.push(empty);
});

async function makeVault(): Promise<void> {
  if (!existsSync(withVault.vaultPath)) await withVault.run(["generatemanagedwallet", "ETH"]);
}

describe("making a vault", () => {
  test("asks for the password twice and shows none of it", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_PASSWORD, "geheim-Zeichen");
    await run.answer(NEW_PASSWORD_AGAIN, "geheim-Zeichen");
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain("signatureId");
    expect(run.screen).not.toContain("geheim");
    expect(run.screen).not.toContain("*");
    expect((await empty.run(["report"], { env: { TATUM_KMS_PASSWORD: "geheim-Zeichen" } })).status).toBe(0);
  });

  test("asks again when the second entry differs, and ends when that does not help", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    for (let tries = 1; tries <= 3; tries++) {
      await run.answer(NEW_PASSWORD, "geheim-Zeichen");
      await run.answer(NEW_PASSWORD_AGAIN, "gehiem-Zeichen");
      await run.shows("The two passwords differ; nothing was written.");
    }
    expect(await run.ended()).toBe(65);
    expect(existsSync(empty.vaultPath)).toBe(false);
  });

  test("takes the pair that is typed after one that differed", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_PASSWORD, "geheim-Zeichen");
    await run.answer(NEW_PASSWORD_AGAIN, "gehiem-Zeichen");
    await run.answer(NEW_PASSWORD, "geheim-Zeichen");
    await run.answer(NEW_PASSWORD_AGAIN, "geheim-Zeichen");
    expect(await run.ended()).toBe(0);
    expect((await empty.run(["report"], { env: { TATUM_KMS_PASSWORD: "geheim-Zeichen" } })).status).toBe(0);
  });

  test("is refused when there is no second entry: the first may be mistyped", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_PASSWORD, "geheim-Zeichen");
    await run.shows(NEW_PASSWORD_AGAIN);
    run.type(CTRL_D);
    expect(await run.ended()).toBe(78);
    expect(existsSync(empty.vaultPath)).toBe(false);
  });

  test("is refused with an empty password", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_PASSWORD, "");
    await run.answer(NEW_PASSWORD_AGAIN, "");
    expect(await run.ended()).toBe(65);
    expect(run.screen).toContain("The password for the vault is empty.");
    expect(existsSync(empty.vaultPath)).toBe(false);
  });

  test("takes both entries when they were typed ahead in one go", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.shows(NEW_PASSWORD);
    run.type("geheim-Zeichen\rgeheim-Zeichen\r");
    expect(await run.ended()).toBe(0);
    expect((await empty.run(["report"], { env: { TATUM_KMS_PASSWORD: "geheim-Zeichen" } })).status).toBe(0);
  });

  test("refuses two that differ when they were typed ahead in one go", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.shows(NEW_PASSWORD);
    run.type("geheim-Zeichen\rgehiem-Zeichen\r");
    await run.shows("The two passwords differ; nothing was written.");
    run.type(CTRL_C);
    expect(await run.ended()).toBe("SIGINT");
    expect(existsSync(empty.vaultPath)).toBe(false);
  });

  test("works within script of util-linux, fed by a pipe", async () => {
    const child = Bun.spawn(
      [
        "bash",
        "-c",
        `printf 'geheim-Zeichen\\ngeheim-Zeichen\\n' | script -qec '${executable} generatemanagedwallet ETH' /dev/null`,
      ],
      {
        env: { HOME: empty.home, PATH: "/usr/bin:/bin" },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const screen = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(screen).toContain("signatureId");
    expect((await empty.run(["report"], { env: { TATUM_KMS_PASSWORD: "geheim-Zeichen" } })).status).toBe(0);
  });
});

describe("opening a vault", () => {
  test("asks for the password once and leaves the terminal as it was", async () => {
    await makeVault();
    const run = new TerminalRun(withVault, ["report"], { afterwards: terminalModes });
    await run.answer(PASSWORD, withVault.password);
    await run.ended();
    expect(run.screen).toContain('"exists": true');
    expect(run.screen).not.toContain(withVault.password);
    expect(run.screen).toMatch(normalModes);
  });

  test.each(["xterm", "dumb"])("understands the editing keys of a terminal of type %s", async (type) => {
    await makeVault();
    const run = new TerminalRun(withVault, ["report"], { env: { TERM: type } });
    await run.answer(PASSWORD, `${withVault.password}xy${BACKSPACE}${BACKSPACE}`);
    expect(await run.ended()).toBe(0);
  });

  test("tells a wrong password from everything else", async () => {
    await makeVault();
    const run = new TerminalRun(withVault, ["report"]);
    await run.answer(PASSWORD, "falsch");
    expect(await run.ended()).toBe(77);
    expect(run.screen).toContain("Wrong password. (WRONG_PASSWORD)");
    expect(run.screen).not.toContain("falsch");
  });

  test("ends when the question is answered with the end of input", async () => {
    await makeVault();
    const run = new TerminalRun(withVault, ["report"]);
    await run.shows(PASSWORD);
    run.type(CTRL_D);
    expect(await run.ended()).toBe(78);
    expect(run.screen).toContain("Nobody answered");
  });
});

describe("Ctrl-C at a question", () => {
  test.each([
    ["the password", ["report"], PASSWORD],
    ["a mnemonic", ["storemanagedwallet", "ETH"], "Enter mnemonic to store: "],
    ["a private key", ["storemanagedprivatekey", "ETH"], "Enter private key to store: "],
  ])("for %s ends the program at once", async (_what, args, question) => {
    await makeVault();
    const run = new TerminalRun(withVault, args);
    await run.shows(question);
    run.type(`half typed${CTRL_C}`);
    expect(await run.ended()).toBe("SIGINT");
    expect(stripVTControlCharacters(run.screen).trimEnd()).toEndWith(question.trimEnd());
  });

  test("leaves the terminal as it was", async () => {
    const run = new TerminalRun(withVault, ["storemanagedwallet", "ETH"], {
      afterwards: `echo "status $?"; ${terminalModes}`,
    });
    await run.shows("Enter mnemonic to store: ");
    run.type(CTRL_C);
    await run.ended();
    expect(run.screen).toContain("status 130");
    expect(run.screen).toMatch(normalModes);
  });

  test("at the second entry of a new password makes no vault", async () => {
    const run = new TerminalRun(empty, ["generatemanagedwallet", "ETH"]);
    await run.answer(NEW_PASSWORD, "geheim-Zeichen");
    await run.shows(NEW_PASSWORD_AGAIN);
    run.type(CTRL_C);
    expect(await run.ended()).toBe("SIGINT");
    expect(existsSync(empty.vaultPath)).toBe(false);
  });
});

describe("storing", () => {
  const words = `${"abandon ".repeat(11)}about`;

  test("a mnemonic asks for it and then for the password, and shows neither", async () => {
    await makeVault();
    const run = new TerminalRun(withVault, ["storemanagedwallet", "ETH"]);
    await run.answer("Enter mnemonic to store: ", words);
    await run.answer(PASSWORD, withVault.password);
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain("signatureId");
    expect(run.screen).not.toContain("abandon");
  });

  test("an import asks for the password of the file", async () => {
    await makeVault();
    const file = `${import.meta.dir}/../../vectors/legacy-wallet-dat/one-char-password.dat`;
    const run = new TerminalRun(withVault, ["import", file], {
      env: { TATUM_KMS_PASSWORD: withVault.password },
    });
    await run.answer("Enter password of the file to import: ", "x");
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain('"imported": 1');
  });
});
