/** The password from each place of this machine, as services and scripts hand it over. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, Installation, newVaultNote, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
const { home } = installation;
const newVaults: Installation[] = [];
afterAll(() => {
  for (const each of [installation, ...newVaults]) each.remove();
});

/** Runs a line of bash in which "$KMS" is the executable and $FILE holds the password. */
async function shell(line: string, where: Installation = installation): Promise<Run> {
  const child = Bun.spawn(["bash", "-c", line], {
    cwd: where.home,
    env: { HOME: where.home, PATH: "/usr/bin:/bin", KMS: executable, FILE: join(home, "password") },
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

beforeAll(async () => {
  writeFileSync(join(home, "password"), "geheim-Zeichen\n", { mode: 0o600 });
  writeFileSync(join(home, "tatum-kms-password"), "geheim-Zeichen", { mode: 0o400 });
  writeFileSync(join(home, "get password"), '#!/bin/sh\necho "geheim-Zeichen"\n');
  chmodSync(join(home, "get password"), 0o700);
  mkdirSync(join(home, "..data"));
  writeFileSync(join(home, "..data", "kms"), "geheim-Zeichen", { mode: 0o400 });
  symlinkSync("..data/kms", join(home, "kubernetes"));
  expect((await shell('TATUM_KMS_PASSWORD=geheim-Zeichen "$KMS" generatemanagedwallet ETH')).status).toBe(0);
});

const ways: readonly (readonly [what: string, line: string])[] = [
  ["a file", 'TATUM_KMS_PASSWORD_FILE="$FILE" "$KMS"'],
  ["a file of Kubernetes", `TATUM_KMS_PASSWORD_FILE="${home}/kubernetes" "$KMS"`],
  ["the pipe of a process substitution", 'TATUM_KMS_PASSWORD_FILE=<(sleep 0.2; cat "$FILE") "$KMS"'],
  ["standard input as a file", 'cat "$FILE" | TATUM_KMS_PASSWORD_FILE=/dev/stdin "$KMS"'],
  ["a credential of systemd", `CREDENTIALS_DIRECTORY=${home} "$KMS" --provider=systemd`],
  [
    "a named credential of systemd",
    `CREDENTIALS_DIRECTORY=${home} TATUM_KMS_SYSTEMD_CREDENTIAL=password "$KMS" --provider=systemd`,
  ],
  ["a descriptor of a pipe", 'exec 5< <(sleep 0.2; cat "$FILE"); TATUM_KMS_PASSWORD_FD=5 "$KMS"'],
  ["a descriptor that stays open", 'exec 3< <(cat "$FILE"; sleep 3); TATUM_KMS_PASSWORD_FD=3 "$KMS"'],
  ["a descriptor of a file", 'exec 3<"$FILE"; TATUM_KMS_PASSWORD_FD=3 "$KMS"'],
  ["standard input", 'cat "$FILE" | "$KMS" --provider=stdin'],
  ["standard input that is a file", '<"$FILE" "$KMS" --provider=stdin'],
  ["a program", `TATUM_KMS_PASSWORD_COMMAND="${home}/get password" "$KMS"`],
  ["a command", `TATUM_KMS_PASSWORD_COMMAND='["cat","${home}/password"]' "$KMS"`],
  ["a shell", `TATUM_KMS_PASSWORD_COMMAND='["sh","-c","head -1 <\\"$FILE\\""]' "$KMS"`],
];

describe("the password comes from", () => {
  test.each(ways)("%s", async (_what, line) => {
    const { status, stdout, stderr } = await shell(`${line} vault status`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ wallets: 1 });
  });

  test.each(ways)("%s for a new vault, without a second time", async (_what, line) => {
    const where = new Installation();
    newVaults.push(where);
    const made = await shell(`${line} generatemanagedwallet ETH`, where);
    expect(made.stderr).toMatch(newVaultNote(where.vaultPath));
    expect((await shell('TATUM_KMS_PASSWORD=geheim-Zeichen "$KMS" vault status', where)).status).toBe(0);
  });
});

describe("standard input", () => {
  const words = `${"abandon ".repeat(11)}about`;

  test("gives the password after what a command asks for first", async () => {
    const stored = await shell(
      `printf '%s\\n' '${words}' geheim-Zeichen | "$KMS" storemanagedwallet ETH --provider=stdin`,
    );
    expect(stored).toMatchObject({ status: 0, stderr: "" });
  });

  test("gives the old password before the new one", async () => {
    const where = new Installation();
    newVaults.push(where);
    await shell('TATUM_KMS_PASSWORD=old "$KMS" generatemanagedwallet ETH', where);
    const changed = await shell(
      `printf 'old\\nnew\\nnew\\n' | "$KMS" vault change-password --provider=stdin`,
      where,
    );
    expect(changed.status).toBe(0);
    expect((await shell('echo new | "$KMS" vault status --provider=stdin', where)).status).toBe(0);
  });

  test("is not read from a terminal", async () => {
    const run = new TerminalRun(installation, ["vault", "status", "--provider=stdin"]);
    expect(await run.ended()).toBe(78);
    expect(run.screen).toContain("--provider=prompt");
  });
});

describe("migrating", () => {
  function withOriginal(): Installation {
    const where = new Installation();
    newVaults.push(where);
    mkdirSync(join(where.home, ".tatumrc"), { mode: 0o700 });
    const original = join(import.meta.dir, "../../vectors/legacy-wallet-dat/one-char-password.dat");
    writeFileSync(where.vaultPath, readFileSync(original), { mode: 0o600 });
    return where;
  }

  test("takes a line of standard input as the file's password and the vault's", async () => {
    const where = withOriginal();
    expect((await shell('echo x | "$KMS" migrate --provider=stdin', where)).status).toBe(0);
    expect((await shell('TATUM_KMS_PASSWORD=x "$KMS" vault status', where)).status).toBe(0);
  });

  test("has the file's password typed, which becomes the vault's, although a variable holds one", async () => {
    const where = withOriginal();
    const env = { TATUM_KMS_PASSWORD: "canary" };
    const run = new TerminalRun(where, ["migrate", "--provider=prompt"], { env });
    await run.answer("Enter password of the wallet file to migrate: ", "x");
    expect(await run.ended()).toBe(0);
    expect((await shell('TATUM_KMS_PASSWORD=x "$KMS" vault status', where)).status).toBe(0);
  });
});

describe("prompt", () => {
  test("asks at a terminal although a variable holds a password", async () => {
    const run = new TerminalRun(installation, ["vault", "status", "--provider=prompt"], {
      env: { TATUM_KMS_PASSWORD: "canary" },
    });
    await run.answer("Enter password to decrypt wallet store: ", "geheim-Zeichen");
    expect(await run.ended()).toBe(0);
    expect(run.screen).not.toContain("geheim-Zeichen");
  });
});

describe("the password is missed", () => {
  test.concurrent.each([
    ["without the file", "TATUM_KMS_PASSWORD_FILE=none", "", 66, "SECRET_NOT_FOUND"],
    ["when the file is a folder", "TATUM_KMS_PASSWORD_FILE=.", "", 65, "INVALID_INPUT"],
    ["when the file does not end", "TATUM_KMS_PASSWORD_FILE=/dev/zero", "", 65, "INVALID_INPUT"],
    ["without the credential", "CREDENTIALS_DIRECTORY=/none", "--provider=systemd", 66, "SECRET_NOT_FOUND"],
    ["outside a service", ":;", "--provider=systemd", 78, "CONFIGURATION"],
    ["when nobody opened the descriptor", "TATUM_KMS_PASSWORD_FD=77", "", 66, "SECRET_NOT_FOUND"],
    ["when the descriptor is standard input", "TATUM_KMS_PASSWORD_FD=0", "", 78, "CONFIGURATION"],
    ["when standard input is empty", ":;", "--provider=stdin </dev/null", 78, "NO_ANSWER"],
    ["when there is no such program", "TATUM_KMS_PASSWORD_COMMAND=/none", "", 78, "CONFIGURATION"],
    ["when the command fails", "TATUM_KMS_PASSWORD_COMMAND=false", "", 69, "NETWORK"],
    ["when the command writes nothing", "TATUM_KMS_PASSWORD_COMMAND=true", "", 65, "INVALID_INPUT"],
    ["when the command does not end to write", "TATUM_KMS_PASSWORD_COMMAND=yes", "", 65, "INVALID_INPUT"],
  ])("%s", async (_what, before, after, status, code) => {
    expect(failureOf(await shell(`${before} "$KMS" vault status ${after}`))).toMatchObject({ status, code });
  });

  test.concurrent.each([
    ["the named pipe", "mkfifo pipe; TATUM_KMS_PASSWORD_FILE=pipe"],
    ["the descriptor", "exec 3< <(exec sleep 20 2>&-); TATUM_KMS_PASSWORD_FD=3"],
  ])("when nothing comes through %s, after ten seconds", async (_what, before) => {
    const start = performance.now();
    const failed = await shell(`${before} "$KMS" vault status`);
    expect(failureOf(failed)).toMatchObject({ status: 69, code: "NETWORK" });
    expect(performance.now() - start).toBeWithin(9_900, 19_000);
  });
});

describe("the command", () => {
  test("does not get this program's variables and not its standard input", async () => {
    const line = `TATUM_API_KEY=canary TATUM_KMS_NEW_PASSWORD=canary OTHER=other \
      TATUM_KMS_PASSWORD_COMMAND='["sh","-c","env >seen; cat >>seen; echo geheim-Zeichen"]' "$KMS" vault status`;
    expect((await shell(`echo canary | ${line}`)).status).toBe(0);
    const seen = readFileSync(join(home, "seen"), "utf8");
    expect(seen).toContain("OTHER=other");
    expect(seen).not.toContain("canary");
    expect(seen).not.toContain("TATUM_");
  });

  test.each(["INT", "TERM", "HUP"] as const)("ends with this program on SIG%s", async (signal) => {
    const pids = join(home, `pids-${signal}`);
    const child = Bun.spawn([executable, "vault", "status"], {
      env: {
        HOME: home,
        PATH: "/usr/bin:/bin",
        PIDS: pids,
        TATUM_KMS_PASSWORD_COMMAND: '["sh","-c","sleep 300 & echo $! > $PIDS.new; mv $PIDS.new $PIDS; wait"]',
      },
      stdout: "ignore",
      stderr: "ignore",
    });
    while (!existsSync(pids)) await Bun.sleep(10);
    child.kill(`SIG${signal}`);
    await child.exited;
    expect(child.signalCode).toBe(`SIG${signal}`);
    const sleeper = `/proc/${readFileSync(pids, "utf8").trim()}/stat`;
    for (let tries = 0; existsSync(sleeper) && !/\) Z/.test(readFileSync(sleeper, "utf8")); tries++) {
      expect(tries).toBeLessThan(500);
      await Bun.sleep(10);
    }
  });
});

// Only root can run a program as somebody else.
test.skipIf(process.getuid?.() !== 0)("a file that this user may not read says so", async () => {
  const run = await shell(`d=$(mktemp -d); chmod 755 $d; cp "$KMS" $d/kms; chmod 755 $d/kms
    echo canary > $d/password; chmod 400 $d/password; cd $d
    HOME=$d TATUM_KMS_PASSWORD_FILE=password setpriv --reuid=65534 --clear-groups ./kms provider test
    status=$?; rm -rf $d; exit $status`);
  expect({ status: run.status, ...JSON.parse(run.stderr) }).toMatchObject({
    status: 77,
    code: "SECRET_NOT_ALLOWED",
    error: expect.stringMatching(/^The file \/.*\/password may not be read by this user\.$/),
  });
});
