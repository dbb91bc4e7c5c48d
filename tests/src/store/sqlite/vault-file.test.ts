import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileKindAt, inspectVaultFile } from "../../../../src/store/sqlite/vault-file.ts";
import { caught } from "../../vault/caught.ts";
import { useTemporaryFolder } from "../../vault/temporary-folder.ts";

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

  test("links are followed to the real file", async () => {
    const target = file(vaultStart);
    symlinkSync(target, path("link"));
    expect(await inspectVaultFile(path("link"))).toBe(target);
  });
});

describe("permissions", () => {
  test.each([0o600, 0o400, 0o700])("mode %o is accepted", async (mode) => {
    expect(await inspectVaultFile(file(vaultStart, mode))).toBe(path("file"));
  });

  test.each([0o640, 0o604, 0o660, 0o610, 0o602, 0o644])(
    "mode %o is refused, with the mode wanted",
    async (mode) => {
      const error = await caught(() => inspectVaultFile(file(vaultStart, mode)));
      expect([error.code, error.exitStatus, error.hint]).toEqual([
        "VAULT_PERMISSIONS",
        77,
        `Run: chmod 600 ${path("file")}`,
      ]);
      expect(error.message).toContain(mode.toString(8));
    },
  );

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
