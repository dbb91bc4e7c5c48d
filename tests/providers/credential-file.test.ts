import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCredentialFile } from "../../providers/credential-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tatum-kms-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("a file gives what it holds, without white space around it", () => {
  expect(readCredentialFile("TOKEN_FILE", file("token", " a b\nc\r\n\n"))).toBe("a b\nc");
});

test("a link to a file will do: Kubernetes makes one", () => {
  symlinkSync(file("target", "token"), join(folder, "link"));
  expect(readCredentialFile("TOKEN_FILE", join(folder, "link"))).toBe("token");
});

test.each([
  ["cannot be read (ENOENT)", () => join(folder, "none")],
  ["is no regular file", () => folder],
  ["is no regular file", () => "/dev/zero"],
  [
    "is no regular file",
    () => {
      Bun.spawnSync(["mkfifo", join(folder, "pipe")]);
      return join(folder, "pipe");
    },
  ],
  ["is empty", () => file("empty", " \n")],
  ["is larger than 1 MiB", () => file("large", "x".repeat(1024 * 1024 + 1))],
])("a file that %s is told with its variable", (problem, make) => {
  const path = make();
  const message = `The file ${path} (TOKEN_FILE) ${problem}.`;
  expect(() => readCredentialFile("TOKEN_FILE", path)).toThrow(message);
});

test.skipIf(process.getuid?.() === 0)("a file that is not ours to read is told so", () => {
  const path = file("closed", "token");
  chmodSync(path, 0);
  expect(() => readCredentialFile("TOKEN_FILE", path)).toThrow("cannot be read (EACCES)");
});
