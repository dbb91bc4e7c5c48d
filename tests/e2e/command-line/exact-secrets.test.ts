/** Secrets that are no UTF-8: read as text, two different ones would open the same vault. All ways in refuse them. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());
writeFileSync(join(installation.home, "secret"), Buffer.from("S\u00fccret\u00ff and more", "latin1"), {
  mode: 0o600,
});

/** Runs a line of bash in which "$KMS" is the executable, and `secret` a file with bytes that are no UTF-8. */
async function shell(line: string) {
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

const make = '"$KMS" generatemanagedwallet ETH';
const exec = `TATUM_KMS_PASSWORD_COMMAND='["/bin/cat","secret"]'`;

describe("a password that is no UTF-8 makes no vault when it comes", () => {
  test.each([
    [
      "from a variable",
      `TATUM_KMS_PASSWORD="$(cat secret)" ${make}`,
      "TATUM_KMS_PASSWORD (from environment)",
    ],
    ["through a pipe", `cat secret | ${make}`, "The line on standard input"],
    ["from standard input", `${make} --provider=stdin < secret`, "The line on standard input"],
    ["from a file", `TATUM_KMS_PASSWORD_FILE="$PWD/secret" ${make}`, "The file"],
    ["from a file descriptor", `TATUM_KMS_PASSWORD_FD=3 ${make} 3< secret`, "File descriptor 3"],
    ["from a command", `${exec} ${make}`, "The output of the command"],
    [
      "from systemd",
      `CREDENTIALS_DIRECTORY="$PWD" TATUM_KMS_SYSTEMD_CREDENTIAL=secret ${make} --provider=systemd`,
      "The systemd credential",
    ],
    ["from an env file", `(printf TATUM_KMS_PASSWORD=; cat secret) > env; ${make} --env-file=env`, ""],
  ])("%s", async (_what, line, source) => {
    const failure = failureOf(await shell(line));
    expect(failure.error).toStartWith(source);
    expect(failure.error).toContain("UTF-8");
    expect(existsSync(installation.vaultPath)).toBe(false);
  });
});

describe("another secret that is no UTF-8 is refused when it comes", () => {
  test.each([
    ["as an API key in a variable", 'TATUM_API_KEY="$(cat secret)" "$KMS" daemon --testnet --run-once'],
    ["as an option", '"$KMS" daemon --testnet --run-once --api-key="$(cat secret)"'],
    ["as a mnemonic", 'cat secret | "$KMS" storemanagedwallet ETH'],
    ["as a private key", 'cat secret | "$KMS" storemanagedprivatekey ETH'],
    [
      "as the password of a file to import",
      `TATUM_KMS_IMPORT_PASSWORD="$(cat secret)" "$KMS" import ${join(import.meta.dir, "../../vectors/legacy-wallet-dat/one-char-password.dat")}`,
    ],
  ])("%s", async (_what, line) => {
    const failure = failureOf(await shell(`export TATUM_KMS_PASSWORD=pass; ${line}`));
    expect(failure.error).toContain("UTF-8");
  });
});
