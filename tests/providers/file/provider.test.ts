import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileProvider } from "../../../providers/file/provider.ts";
import { readSecretFile } from "../../../providers/file/secret-file.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { contextWith, refused } from "../local-context.ts";

const path = useTemporaryFolder();

/** A file with this content and mode; the umask does not count. */
function file(content: string | Uint8Array, mode = 0o600): string {
  writeFileSync(path("secret"), content);
  chmodSync(path("secret"), mode);
  return path("secret");
}

async function secretFrom(place: string): Promise<string> {
  const secret = await fileProvider.secret(contextWith({ TATUM_KMS_PASSWORD_FILE: place }), "unlock");
  return secret.reveal();
}

describe("the secret in a file", () => {
  test("is its content without the last line break", async () => {
    expect(await secretFrom(file(" ge\nheim \r\n"))).toBe(" ge\nheim ");
  });

  test("may be readable for all, as Docker makes it", async () => {
    expect(await secretFrom(file("geheim\n", 0o444))).toBe("geheim");
  });

  test("may lie behind two symbolic links, as Kubernetes arranges it, and change", async () => {
    mkdirSync(path("..2026_01"));
    writeFileSync(path("..2026_01", "password"), "old");
    symlinkSync("..2026_01", path("..data"));
    symlinkSync("..data/password", path("password"));
    expect(await secretFrom(path("password"))).toBe("old");

    mkdirSync(path("..2026_02"));
    writeFileSync(path("..2026_02", "password"), "new");
    symlinkSync("..2026_02", path("..data_tmp"));
    renameSync(path("..data_tmp"), path("..data"));
    expect(await secretFrom(path("password"))).toBe("new");
  });

  test("may come through a named pipe", async () => {
    Bun.spawnSync(["mkfifo", "-m", "600", path("pipe")]);
    const writer = Bun.spawn(["sh", "-c", 'printf "geheim\\n" >"$1"', "sh", path("pipe")]);
    expect(await secretFrom(path("pipe"))).toBe("geheim");
    await writer.exited;
  });
});

describe("a file that holds the password is refused", () => {
  test.each([
    ["", "is empty."],
    ["\n", "is empty."],
    ["canary\0canary", "holds a NUL character: it is no text."],
    [Uint8Array.of(0xc3, 0x28), "is no text in UTF-8."],
    ["x".repeat(70_000), "is longer than any password (more than 64 KiB)."],
  ])("as unusable, case %#", async (content, what) => {
    const place = file(content);
    expect(await refused(() => secretFrom(place))).toMatchObject({
      code: "UNUSABLE",
      message: `The file ${place} ${what}`,
    });
  });

  test.each([0o602, 0o622, 0o666, 0o777])("when all can write it: mode %o", async (mode) => {
    const place = file("canary", mode);
    const error = await refused(() => secretFrom(place));
    expect(error).toMatchObject({ code: "NOT_ALLOWED" });
    expect(error.message).toContain(`can be written by every user (mode 0${mode.toString(8)})`);
    expect(error.hint).toContain("0400 or 0600");
  });

  test("when it is missing, or below a file", async () => {
    const place = file("geheim");
    for (const missing of [path("none"), `${place}/none`]) {
      const error = await refused(() => secretFrom(missing));
      expect(error.code).toBe("NOT_FOUND");
      expect(error.message).toStartWith(`The file ${missing} does not exist`);
    }
  });

  test("when the link to it leads nowhere or in a circle", async () => {
    symlinkSync(path("none"), path("broken"));
    expect((await refused(() => secretFrom(path("broken")))).code).toBe("NOT_FOUND");
    symlinkSync(path("circle"), path("circle"));
    expect((await refused(() => secretFrom(path("circle")))).code).toBe("UNUSABLE");
  });

  test("when it is a folder, a device or a socket", async () => {
    mkdirSync(path("folder"), { mode: 0o700 });
    const server = createServer().listen(path("socket"));
    for (const place of [path("folder"), "/dev/zero", "/dev/tty", path("socket")]) {
      const error = await refused(() => secretFrom(place));
      expect(["UNUSABLE", "NOT_ALLOWED"]).toContain(error.code);
    }
    server.close();
    expect(await refused(() => secretFrom(path("folder")))).toMatchObject({
      code: "UNUSABLE",
      message: `The file ${path("folder")} is no regular file and no named pipe.`,
    });
  });

  test("when it is a named pipe into which nobody writes", async () => {
    Bun.spawnSync(["mkfifo", "-m", "600", path("pipe")]);
    const error = await refused(() =>
      readSecretFile(path("pipe"), { source: "The pipe", timeLimit: 200, warn: () => undefined }),
    );
    expect(error).toMatchObject({ code: "UNREACHABLE" });
  });

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)("when this user may not read it", async () => {
    const place = file("geheim", 0o000);
    expect(await refused(() => secretFrom(place))).toMatchObject({
      code: "NOT_ALLOWED",
      message: `The file ${place} may not be read by this user.`,
    });
  });
});

describe("the variable of a file that holds the password", () => {
  test("has to be set", async () => {
    expect(await refused(() => fileProvider.secret(contextWith({}), "unlock"))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "A file needs the variable TATUM_KMS_PASSWORD_FILE, which is not set.",
    });
  });

  test("tells where the secret would come from", () => {
    expect(fileProvider.describe(contextWith({ TATUM_KMS_PASSWORD_FILE: "/run/secrets/kms" }))).toBe(
      "the file /run/secrets/kms",
    );
  });
});
