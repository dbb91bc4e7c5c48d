/** Passwords and secrets through a pipe: one line for each question. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { executable, Installation, newVaultNote, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});

function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

/** Runs a line of bash in which "$KMS" is the executable; no password is in the environment. */
async function shell(installation: Installation, line: string): Promise<Run> {
  const child = Bun.spawn(["bash", "-c", line], {
    cwd: installation.home,
    env: { HOME: installation.home, PATH: "/usr/bin:/bin", KMS: executable },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, stdout, stderr };
}

describe("the password of an existing vault", () => {
  const installation = newInstallation();
  beforeAll(async () => {
    const run = await shell(installation, `printf 'geheim\\n' | "$KMS" generatemanagedwallet ETH`);
    expect(run.status).toBe(0);
  });

  test.each([
    ["a line", `printf 'geheim\\n' | "$KMS" report`],
    ["text without a line break", `printf geheim | "$KMS" report`],
    ["a line that ends in CRLF", `printf 'geheim\\r\\n' | "$KMS" report`],
    ["the first of several lines", `printf 'geheim\\nother\\n\\n' | "$KMS" report`],
    ["a line that comes in parts", `(printf ge; sleep 0.2; printf 'heim\\n') | "$KMS" report`],
    ["a file", `printf 'geheim\\n' > pw; "$KMS" report < pw`],
    ["a here document", `"$KMS" report <<< geheim`],
  ])("may be %s", async (_what, line) => {
    const run = await shell(installation, line);
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toHaveProperty("system.store.exists", true);
  });

  test("may come through a pipe that nobody closes", async () => {
    const child = Bun.spawn([executable, "report"], {
      env: { HOME: installation.home, PATH: "/usr/bin:/bin" },
      stdin: "pipe",
      stdout: "ignore",
    });
    child.stdin.write("geheim\n");
    child.stdin.flush();
    expect(await child.exited).toBe(0);
  });

  test.each([
    ["another", `echo falsch | "$KMS" report`],
    ["nothing but Enter", `echo | "$KMS" report`],
    ["one with a blank more", `echo 'geheim ' | "$KMS" report`],
  ])("is wrong when it is %s", async (_what, line) => {
    expect(failureOf(await shell(installation, line))).toEqual({
      status: 77,
      code: "WRONG_PASSWORD",
      error: "Wrong password.",
    });
  });

  test.each([
    ["is closed", `"$KMS" report <&-`],
    ["is at its end", `"$KMS" report </dev/null`],
    ["is an empty pipe", `printf '' | "$KMS" report`],
    ["is a folder", `"$KMS" report </tmp`],
  ])("is missed when standard input %s", async (_what, line) => {
    const failure = failureOf(await shell(installation, line));
    expect(failure).toMatchObject({
      status: 78,
      code: "NO_ANSWER",
      error: 'Nobody answered the question "Enter password to decrypt wallet store".',
    });
    expect(failure.hint).toContain("TATUM_KMS_PASSWORD");
  });

  test("is refused when it has no end", async () => {
    const failure = failureOf(await shell(installation, `head -c 200000 /dev/zero | "$KMS" report`));
    expect(failure).toMatchObject({ status: 65, code: "INVALID_INPUT" });
  });

  test("is not asked for when the vault or the request is wrong anyway", async () => {
    for (const args of ["report 1,2,3,4 5", "getaddress id x", "generatewallet NOPE"]) {
      expect(failureOf(await shell(installation, `"$KMS" ${args} <&-`)).code).toBe("USAGE");
    }
    expect(failureOf(await shell(installation, `"$KMS" export --path=missing <&-`)).code).toBe(
      "NO_WALLET_FILE",
    );
  });

  test("counts from the environment before one from a pipe", async () => {
    const line = `echo falsch | TATUM_KMS_PASSWORD=geheim "$KMS" report`;
    expect((await shell(installation, line)).status).toBe(0);
  });
});

describe("the password of a new vault", () => {
  test.each([
    ["one line", "'geheim-Zeichen\\n'"],
    ["the same line twice", "'geheim-Zeichen\\ngeheim-Zeichen\\n'"],
  ])("is taken from %s", async (_what, lines) => {
    const installation = newInstallation();
    const made = await shell(installation, `printf ${lines} | "$KMS" generatemanagedwallet ETH`);
    expect(made.status).toBe(0);
    expect(made.stderr).toMatch(newVaultNote(installation.vaultPath));
    expect((await shell(installation, `echo geheim-Zeichen | "$KMS" report`)).status).toBe(0);
  });

  test.each([
    ["the second line differs", "'geheim\\ngehiem\\n'", 65, "The two passwords differ; nothing was written."],
    ["it is empty", "'\\n\\n'", 65, "The password for the vault is empty."],
    [
      "there is no line",
      "''",
      78,
      'Nobody answered the question "Enter a password for the new wallet store".',
    ],
  ])("is refused when %s, and nothing is made", async (_what, lines, status, error) => {
    const installation = newInstallation();
    const run = await shell(installation, `printf ${lines} | "$KMS" generatemanagedwallet ETH`);
    expect(failureOf(run)).toMatchObject({ status, error });
    expect(existsSync(installation.vaultPath)).toBe(false);
  });
});

describe("a mnemonic or private key", () => {
  const words = `${"abandon ".repeat(11)}about`;

  test("comes before the password", async () => {
    const installation = newInstallation();
    const stored = await shell(
      installation,
      `printf '%s\\n' '${words}' geheim geheim | "$KMS" storemanagedwallet ETH`,
    );
    expect(stored.status).toBe(0);
    const key = "0x".padEnd(66, "1");
    const second = await shell(
      installation,
      `printf '%s\\n' ${key} geheim | "$KMS" storemanagedprivatekey ETH`,
    );
    expect(second.status).toBe(0);
    const exported = await shell(installation, `echo geheim | "$KMS" export`);
    expect(Object.values(JSON.parse(exported.stdout) as object)).toMatchObject([
      { privateKey: key },
      { mnemonic: words },
    ]);
  });

  test("that is not valid is refused before the password is asked for", async () => {
    const installation = newInstallation();
    for (const command of ["storemanagedwallet", "storemanagedprivatekey"]) {
      const run = await shell(installation, `echo 'not a valid one' | "$KMS" ${command} ETH`);
      expect(failureOf(run)).toMatchObject({ status: 65, code: "INVALID_INPUT" });
    }
    expect(existsSync(installation.vaultPath)).toBe(false);
  });

  test("that nobody gives is missed", async () => {
    const installation = newInstallation();
    const failure = failureOf(await shell(installation, `"$KMS" storemanagedwallet ETH <&-`));
    expect(failure).toMatchObject({
      status: 78,
      error: 'Nobody answered the question "Enter mnemonic to store".',
    });
  });
});

describe("changing the password", () => {
  test("asks for the old one and for the new one", async () => {
    const installation = newInstallation();
    await shell(installation, `echo old | "$KMS" generatemanagedwallet ETH`);
    const before = readFileSync(installation.vaultPath);
    const refused = await shell(installation, `printf 'old\\nnew\\nnwe\\n' | "$KMS" vault change-password`);
    expect(failureOf(refused)).toMatchObject({ status: 65, code: "INVALID_INPUT" });
    expect(readFileSync(installation.vaultPath).equals(before)).toBe(true);

    const changed = await shell(installation, `printf 'old\\nnew\\nnew\\n' | "$KMS" vault change-password`);
    expect(changed).toMatchObject({ status: 0, stdout: "" });
    expect(failureOf(await shell(installation, `echo old | "$KMS" report`)).status).toBe(77);
    expect((await shell(installation, `echo new | "$KMS" report`)).status).toBe(0);
  });
});
