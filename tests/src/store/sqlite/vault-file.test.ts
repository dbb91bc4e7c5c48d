import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileKindAt, inspectVaultFile } from "../../../../src/store/sqlite/vault-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";

const path = useTemporaryFolder();
const vaultStart = "SQLite format 3\0";

function file(content: string | Uint8Array, mode = 0o600): string {
  writeFileSync(path("file"), content);
  chmodSync(path("file"), mode);
  return path("file");
}

describe("by its first bytes, a file is", () => {
  test.each([
    ["empty", ""],
    ["vault", `${vaultStart}...`],
    ["original", "U2FsdGVkX1+abc"],
    ["original", "\ufeff U2FsdGVkX1+abc"],
    ["original", "\r\n\tU2FsdGVkX1+abc\r\n"],
    ["foreign", "U2FsdGVk"],
    ["foreign", "x U2FsdGVkX1+abc"],
    ["foreign", "SQLite format 3"],
    ["foreign", "{}"],
    ["foreign", " "],
  ] as const)("%s: %j", async (kind, content) => {
    expect(await fileKindAt(file(content))).toBe(kind);
  });

  test("missing when there is none", async () => {
    expect(await fileKindAt(path("no", "such"))).toBe("missing");
    expect(await fileKindAt(join(file("x"), "below-a-file"))).toBe("missing");
  });

  test("foreign when it is a directory or a pipe", async () => {
    expect(await fileKindAt(path())).toBe("foreign");
    Bun.spawnSync(["mkfifo", path("pipe")]);
    expect(await fileKindAt(path("pipe"))).toBe("foreign");
  });
});

describe("where a vault is expected", () => {
  test.each([
    ["NOT_A_VAULT", "", /is empty \(0 bytes\)/],
    ["NOT_A_VAULT", "{}", /is not a vault/],
    ["VAULT_IS_ORIGINAL", "U2FsdGVkX1+abc", /tatum-kms 8/],
  ] as const)("%s for %j", async (code, content, message) => {
    const error = await caught(() => inspectVaultFile(file(content)));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("an original file is told how to be taken over", async () => {
    const error = await caught(() => inspectVaultFile(file("U2FsdGVkX1+abc")));
    expect(error.hint).toMatch(/tatum-kms migrate.*tatum-kms import/);
  });

  test("a missing one has the original's words", async () => {
    const error = await caught(() => inspectVaultFile(path("missing")));
    expect([error.code, error.message, error.exitStatus]).toEqual([
      "NO_WALLET_FILE",
      "No such wallet file.",
      66,
    ]);
  });

  test("a folder is called one, with the name that was meant", async () => {
    const error = await caught(() => inspectVaultFile(path()));
    expect([error.code, error.message]).toEqual([
      "NOT_A_VAULT",
      `${path()} is a folder; the vault is a file.`,
    ]);
    expect(error.hint).toContain(`--path=${path("wallet.dat")}`);
  });

  test("a pipe is called one and not waited for", async () => {
    Bun.spawnSync(["mkfifo", path("pipe")]);
    const error = await caught(() => inspectVaultFile(path("pipe")));
    expect([error.code, error.message]).toEqual(["NOT_A_VAULT", expect.stringContaining("is a pipe")]);
  });

  test("links are followed to the real file", async () => {
    const target = file(vaultStart);
    symlinkSync(target, path("link"));
    expect(await inspectVaultFile(path("link"))).toBe(target);
  });
});

describe("permissions of a vault file", () => {
  test.each([0o600, 0o400, 0o700])("mode %o is accepted", async (mode) => {
    expect(await inspectVaultFile(file(vaultStart, mode))).toBe(path("file"));
  });

  test.each([0o640, 0o604, 0o660, 0o610, 0o602, 0o644])(
    "mode %o is refused, with the mode wanted",
    async (mode) => {
      const error = await caught(() => inspectVaultFile(file(vaultStart, mode)));
      expect([error.code, error.exitStatus]).toEqual(["VAULT_PERMISSIONS", 77]);
      expect(error.hint).toStartWith(`Run: chmod 600 ${path("file")}`);
      expect(error.message).toContain(mode.toString(8));
    },
  );

  test.each([0o640, 0o660, 0o670])(
    "of the own group, as Kubernetes sets it (%o), only where allowed",
    async (mode) => {
      const error = await caught(() => inspectVaultFile(file(vaultStart, mode)));
      expect(error.message).toBe(
        `Group ${process.getgid?.()} can access the vault ${path("file")}: its mode is ${mode.toString(8)}.`,
      );
      expect(error.hint).toContain("--allow-group-access, or TATUM_KMS_ALLOW_GROUP_ACCESS=true");
      chmodSync(path(), 0o2770);
      expect(await inspectVaultFile(path("file"), { allowGroup: true })).toBe(path("file"));
    },
  );

  test.each([0o662, 0o604, 0o661])("of others too (%o) never", async (mode) => {
    const error = await caught(() => inspectVaultFile(file(vaultStart, mode), { allowGroup: true }));
    expect([error.code, error.hint]).toEqual(["VAULT_PERMISSIONS", `Run: chmod 600 ${path("file")}`]);
  });

  test.skipIf(process.getuid?.() !== 0)("of another group never", async () => {
    chownSync(file(vaultStart, 0o660), 0, 12345);
    const error = await caught(() => inspectVaultFile(path("file"), { allowGroup: true }));
    expect(error.message).toStartWith("Others can access the vault");
  });

  test("a directory above in which everybody can replace files is refused, also for a vault to be made", async () => {
    mkdirSync(path("above", "own"), { recursive: true });
    chmodSync(path("above"), 0o777);
    for (const name of ["missing", "vault"]) {
      const error = await caught(() => inspectVaultFile(path("above", "own", name)));
      expect([error.code, error.hint]).toEqual(["VAULT_PERMISSIONS", `Run: chmod go-w ${path("above")}`]);
      writeFileSync(path("above", "own", "vault"), vaultStart, { mode: 0o600 });
    }
  });

  test("a directory that a group can write into is refused, naming what allows it", async () => {
    file(vaultStart);
    chmodSync(path(), 0o770);
    const error = await caught(() => inspectVaultFile(path("file")));
    expect(error.code).toBe("VAULT_PERMISSIONS");
    expect(error.hint).toMatch(/^Run: chmod 700 .*--allow-group-access/);
    expect(await inspectVaultFile(path("file"), { allowGroup: true })).toBe(path("file"));
  });

  test("a directory in which everybody can replace the file is refused", async () => {
    file(vaultStart);
    chmodSync(path(), 0o777);
    const error = await caught(() => inspectVaultFile(path("file")));
    expect([error.code, error.hint]).toEqual(["VAULT_PERMISSIONS", `Run: chmod 700 ${path()}`]);
  });

  test("a directory such as /tmp, with the sticky bit, is accepted", async () => {
    file(vaultStart);
    chmodSync(path(), 0o1777);
    expect(await inspectVaultFile(path("file"))).toBe(path("file"));
  });

  test("the directory of the real file counts, not that of the link", async () => {
    mkdirSync(path("open"));
    writeFileSync(path("open", "file"), vaultStart, { mode: 0o600 });
    chmodSync(path("open"), 0o777);
    symlinkSync(path("open", "file"), path("link"));
    expect((await caught(() => inspectVaultFile(path("link")))).code).toBe("VAULT_PERMISSIONS");
  });

  // Only root can give a file away; the test machine runs as root.
  test.skipIf(process.getuid?.() !== 0)("a file of another user is refused", async () => {
    chownSync(file(vaultStart), 12345, 12345);
    const error = await caught(() => inspectVaultFile(path("file")));
    expect([error.code, error.message]).toEqual([
      "VAULT_PERMISSIONS",
      expect.stringContaining("belongs to user 12345"),
    ]);
  });
});
