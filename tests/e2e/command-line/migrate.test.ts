/** `migrate`, and what the other commands say to a wallet.dat of the original. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { encryptOriginalFile } from "../../src/vault/encrypt-original-file.ts";
import { Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const passwords = (await Bun.file(join(samples, "passwords.json")).json()) as Record<string, string>;
const bytesOf = (name: string): Buffer => readFileSync(join(samples, `${name}.dat`));
const contentOf = (name: string): string => readFileSync(join(samples, `${name}.json`), "utf8");

const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});

/** As the original leaves it: a file and a folder that everybody can read. */
function withOriginal(name: string, path?: string): Installation {
  const installation = new Installation();
  installations.push(installation);
  const file = path === undefined ? installation.vaultPath : join(installation.home, path);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(samples, `${name}.dat`), file);
  chmodSync(file, 0o644);
  chmodSync(dirname(file), 0o755);
  return installation;
}

const filePassword = (name: string) => ({ TATUM_KMS_PASSWORD: passwords[name] as string });
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("migrate", () => {
  test("puts a vault in the place of the file and keeps the file, each for its owner alone", async () => {
    const installation = withOriginal("mixed-chains");
    const env = filePassword("mixed-chains");
    const { status, stdout } = await installation.run(["migrate"], { env });
    const backup = `${installation.vaultPath}.original`;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      imported: 6,
      skipped: 0,
      perChain: expect.any(Object) as object,
      backup,
    });
    expect(readdirSync(dirname(backup)).sort()).toEqual(["wallet.dat", "wallet.dat.original"]);
    expect(readFileSync(backup).equals(bytesOf("mixed-chains"))).toBe(true);
    expect([modeOf(backup), modeOf(installation.vaultPath)]).toEqual([0o600, 0o600]);
    expect((await installation.run(["export"], { env })).stdout).toBe(contentOf("mixed-chains"));

    expect(failureOf(await installation.run(["migrate"], { env }))).toMatchObject({
      status: 73,
      code: "FILE_EXISTS",
      error: `${installation.vaultPath} is a vault already: there is nothing to migrate.`,
    });
  });

  test("opens a file whose password the original took with its line break; the vault's is the same one as in a file", async () => {
    const installation = withOriginal("empty-password");
    writeFileSync(installation.vaultPath, encryptOriginalFile(contentOf("empty-password"), "geheim\n"));
    const run = await installation.run(["migrate"], { env: { TATUM_KMS_PASSWORD: "geheim\n" } });
    expect(run.status).toBe(0);
    expect(run.stderr).toContain(
      "The variable TATUM_KMS_PASSWORD ends with a line break, which was taken away",
    );
    const passwordFile = join(installation.home, "password");
    writeFileSync(passwordFile, "geheim\n", { mode: 0o600 });
    const env = { TATUM_KMS_PASSWORD: "", TATUM_KMS_PASSWORD_FILE: passwordFile };
    expect((await installation.run(["export"], { env })).stdout).toBe(contentOf("empty-password"));
  });

  test("works at --path, with a new password, and warns of odd values", async () => {
    const installation = withOriginal("imported", "elsewhere/old.dat");
    const path = join(installation.home, "elsewhere/old.dat");
    const env = { TATUM_KMS_IMPORT_PASSWORD: passwords["imported"] as string };
    writeFileSync(`${path}.original`, "of last year");
    const { status, stdout } = await installation.run(["migrate", "--path", path], { env });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 3, backup: `${path}.original-2` });
    expect(readFileSync(`${path}.original`, "utf8")).toBe("of last year");
    expect((await installation.run(["export", "--path", path])).stdout).toBe(contentOf("imported"));
  });

  test("asks at a terminal for the file's password, which becomes the vault's", async () => {
    const installation = withOriginal("one-char-password");
    const run = new TerminalRun(installation, ["migrate"]);
    await run.answer("Enter password of the wallet file to migrate: ", "x");
    expect(await run.ended()).toBe(0);
    expect((await installation.run(["export"], { env: filePassword("one-char-password") })).status).toBe(0);
  });

  test("asks for a new password when the file's is empty", async () => {
    const installation = withOriginal("empty-password");
    const input = "\nnew\nnew\n";
    const migrated = await installation.run(["migrate"], { env: { TATUM_KMS_PASSWORD: "" }, input });
    expect(migrated.status).toBe(0);
    expect((await installation.run(["export"], { env: { TATUM_KMS_PASSWORD: "new" } })).status).toBe(0);
  });

  test("makes an empty vault of a file of no bytes", async () => {
    const installation = withOriginal("zero-byte");
    expect(await installation.run(["migrate"])).toMatchObject({ status: 0 });
    expect((await installation.run(["export"])).stdout).toBe("{}\n");
  });

  test.each([
    ["a mistyped password", "mixed-chains", { TATUM_KMS_PASSWORD: "" }, "falsch\n"],
    [
      "a mistyped one, even with another one behind it",
      "one-char-password",
      { TATUM_KMS_PASSWORD: "" },
      "y\nx\n",
    ],
    ["a wrong password in the environment", "mixed-chains", {}, undefined],
    ["a wrong one for the file", "mixed-chains", { TATUM_KMS_IMPORT_PASSWORD: "falsch" }, undefined],
  ])("with %s leaves everything as it was", async (_what, name, env, input) => {
    const installation = withOriginal(name);
    const run = await installation.run(["migrate"], input === undefined ? { env } : { env, input });
    expect(failureOf(run)).toMatchObject({ status: 77, code: "IMPORT_UNREADABLE" });
    expect(readdirSync(dirname(installation.vaultPath))).toEqual(["wallet.dat"]);
    expect(readFileSync(installation.vaultPath).equals(bytesOf(name))).toBe(true);
    expect(modeOf(installation.vaultPath)).toBe(0o644);
  });

  test("refuses a file of another kind and a missing one", async () => {
    const installation = withOriginal("zero-byte");
    writeFileSync(installation.vaultPath, "{}");
    expect(failureOf(await installation.run(["migrate"]))).toMatchObject({ status: 65, code: "NOT_A_VAULT" });
    expect(readFileSync(installation.vaultPath, "utf8")).toBe("{}");
    const missing = await installation.run(["migrate", "--path=missing"]);
    expect(failureOf(missing)).toMatchObject({ status: 66, error: "No such wallet file." });
  });

  test("refuses a folder in which everybody can replace the file", async () => {
    const installation = withOriginal("one-char-password");
    chmodSync(dirname(installation.vaultPath), 0o777);
    const run = await installation.run(["migrate"], { env: filePassword("one-char-password") });
    expect(failureOf(run)).toMatchObject({ status: 77, code: "VAULT_PERMISSIONS" });
    expect(readFileSync(installation.vaultPath).equals(bytesOf("one-char-password"))).toBe(true);
  });
});

describe("the original file that migrate kept", () => {
  const name = "mixed-chains";
  const env = filePassword(name);
  const weakness = "encrypted so weakly (MD5, one round)";

  async function migrated(): Promise<{ installation: Installation; kept: string; stderr: string }> {
    const installation = withOriginal(name);
    const { status, stderr } = await installation.run(["migrate"], { env });
    expect(status, stderr).toBe(0);
    return { installation, kept: `${installation.vaultPath}.original`, stderr };
  }

  test("is told with what it means, what to do with it, and that its password is the vault's", async () => {
    const { installation, kept, stderr } = await migrated();
    expect(stderr).toContain(`Warning: ${kept} holds wallets of this vault, ${weakness}`);
    expect(stderr).toContain(`tatum-kms migrate --delete-original --path=${installation.vaultPath}`);
    expect(stderr).toContain("move the funds to new addresses");
    expect(stderr).toContain("The vault has the password of that file");
  });

  test("does not have the vault's password where another one was set", async () => {
    const installation = withOriginal(name);
    const { stderr } = await installation.run(["migrate"], {
      env: { TATUM_KMS_IMPORT_PASSWORD: passwords[name] as string },
    });
    expect(stderr).toContain(weakness);
    expect(stderr).not.toContain("The vault has the password");
  });

  test("is told by vault status, vault verify and the daemon, in one line", async () => {
    const { installation, kept } = await migrated();
    for (const args of [
      ["vault", "status"],
      ["vault", "verify"],
      ["daemon", "--testnet", "--run-once", "--api-key=key", "--chain=BTC"],
    ]) {
      const api = { TATUM_API_URL: "http://127.0.0.1:1", TATUM_RETRIES: "0" };
      const { stderr } = await installation.run(args, { env: { ...env, ...api } });
      // Those of the daemon are lines of its log.
      const start = args[0] === "daemon" ? "WARN: " : "Warning: ";
      const isTold = (line: string): boolean =>
        line.replace(/^\S+Z - /, "").startsWith(`${start}${kept} holds`);
      expect(stderr.split("\n").filter(isTold)).toHaveLength(1);
    }
  });

  test("is deleted when the vault holds all of it, and the vault stays as it was", async () => {
    const { installation, kept } = await migrated();
    const before = (await installation.run(["export"], { env })).stdout;
    const { status, stdout, stderr } = await installation.run(["migrate", "--delete-original"], { env });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ deleted: [kept] });
    expect(stderr).toContain("holds all 6 wallets of what was deleted");
    expect(existsSync(kept)).toBe(false);
    expect((await installation.run(["export"], { env })).stdout).toBe(before);
    expect((await installation.run(["vault", "status"], { env })).stderr).toBe("");
    expect(failureOf(await installation.run(["migrate", "--delete-original"], { env }))).toMatchObject({
      status: 66,
      error: `There is no original wallet file beside ${installation.vaultPath} to delete.`,
    });
  });

  test("is deleted after the password of the vault was changed, with its own password", async () => {
    const { installation, kept } = await migrated();
    const TATUM_KMS_NEW_PASSWORD = installation.password;
    await installation.run(["vault", "change-password"], { env: { ...env, TATUM_KMS_NEW_PASSWORD } });
    const asked = await installation.run(["migrate", "--delete-original"]);
    expect(failureOf(asked)).toMatchObject({ code: "IMPORT_UNREADABLE" });
    expect(existsSync(kept)).toBe(true);
    const importEnv = { TATUM_KMS_IMPORT_PASSWORD: passwords[name] as string };
    const run = await installation.run(["migrate", "--delete-original"], { env: importEnv });
    expect(run.status, run.stderr).toBe(0);
    expect(existsSync(kept)).toBe(false);
  });

  test("is deleted in the same step as it is migrated", async () => {
    const installation = withOriginal(name);
    const run = await installation.run(["migrate", "--deleteOriginal"], { env });
    expect(run.status, run.stderr).toBe(0);
    const backup = `${installation.vaultPath}.original`;
    expect(JSON.parse(run.stdout)).toMatchObject({ imported: 6, backup, deleted: [backup] });
    expect(readdirSync(dirname(backup))).toEqual(["wallet.dat"]);
    expect((await installation.run(["export"], { env })).stdout).toBe(contentOf(name));
  });

  test("stays when the vault lacks a wallet of it", async () => {
    const { installation, kept } = await migrated();
    const [id = ""] = Object.keys(JSON.parse(contentOf(name)) as object);
    await installation.run(["removewallet", id], { env });
    const failure = failureOf(await installation.run(["migrate", "--delete-original"], { env }));
    expect(failure).toMatchObject({ status: 65, code: "IMPORT_CONFLICT" });
    expect(failure.error).toStartWith(
      `Nothing was deleted: of ${kept}, the vault does not hold the wallets ${id}`,
    );
    expect(existsSync(kept)).toBe(true);
  });

  test("stays, with all others, when one of them does not open", async () => {
    const { installation, kept } = await migrated();
    copyFileSync(join(samples, "one-char-password.dat"), `${kept}-2`);
    chmodSync(`${kept}-2`, 0o600);
    const failure = failureOf(await installation.run(["migrate", "--delete-original"], { env }));
    expect(failure).toMatchObject({ code: "IMPORT_UNREADABLE" });
    expect([existsSync(kept), existsSync(`${kept}-2`)]).toEqual([true, true]);
  });

  test("stays when it is a link to another place, and when the vault does not open", async () => {
    const { installation, kept } = await migrated();
    const wrong = await installation.run(["migrate", "--delete-original"]);
    expect(failureOf(wrong)).toMatchObject({ code: "WRONG_PASSWORD" });
    renameSync(kept, join(installation.home, "elsewhere"));
    symlinkSync(join(installation.home, "elsewhere"), kept);
    const failure = failureOf(await installation.run(["migrate", "--delete-original"], { env }));
    expect(failure).toMatchObject({ code: "IMPORT_CONFLICT" });
    expect(existsSync(join(installation.home, "elsewhere"))).toBe(true);
  });

  test("is not meant by a file of another kind that has such a name", async () => {
    const { installation, kept } = await migrated();
    writeFileSync(`${kept}-2`, "notes");
    const run = await installation.run(["migrate", "--delete-original"], { env });
    expect(JSON.parse(run.stdout)).toEqual({ deleted: [kept] });
    expect(readFileSync(`${kept}-2`, "utf8")).toBe("notes");
  });
});

describe("a wallet.dat of the original", () => {
  const installation = withOriginal("one-char-password");
  const commands = [
    ["daemon", "--testnet", "--api-key=key"],
    ["generatemanagedwallet", "ETH"],
    ["generatemanagedprivatekeybatch", "ETH", "2"],
    ["getmanagedwallet", "id"],
    ["removewallet", "id"],
    ["getprivatekey", "id", "0"],
    ["getaddress", "id", "0"],
    ["export"],
    ["report"],
    ["import", join(samples, "zero-byte.dat")],
    ["vault", "status"],
    ["vault", "verify"],
    ["vault", "change-password"],
    ["vault", "backup", "copy"],
    ["job", "list"],
  ];
  test.each(commands.map((command) => [command]))(
    "is named by %j, with the command to run",
    async (command) => {
      const failure = failureOf(await installation.run(command, { env: { TATUM_KMS_PASSWORD: "" } }));
      expect(failure).toMatchObject({
        status: 78,
        code: "VAULT_IS_ORIGINAL",
        error: `The file ${installation.vaultPath} is a wallet file of tatum-kms 8 or older.`,
      });
      expect(failure.hint).toContain(`tatum-kms migrate --path=${installation.vaultPath}`);
    },
  );

  test.each([
    ["storemanagedwallet", `${"abandon ".repeat(11)}about`],
    ["storemanagedprivatekey", `0x${"1".repeat(64)}`],
  ])("is named by %s", async (command, input) => {
    const { status, stdout, stderr } = await installation.run([command, "ETH"], { input: `${input}\n` });
    expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
    expect(stderr).toContain("VAULT_IS_ORIGINAL");
  });

  test("was not touched by any of them", () => {
    expect(readFileSync(installation.vaultPath).equals(bytesOf("one-char-password"))).toBe(true);
    expect(existsSync(join(installation.home, "copy"))).toBe(false);
  });

  test("of no bytes is not taken for a vault without wallets", async () => {
    const empty = withOriginal("zero-byte");
    for (const command of [["export"], ["generatemanagedwallet", "ETH"]]) {
      expect(failureOf(await empty.run(command))).toMatchObject({
        status: 65,
        code: "NOT_A_VAULT",
        error: `The file ${empty.vaultPath} is empty (0 bytes): it is not a vault.`,
      });
    }
  });
});
