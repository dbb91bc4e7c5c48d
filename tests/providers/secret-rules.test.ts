/** One secret is the same secret wherever it comes from, or it is refused. */
import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { execProvider } from "../../providers/exec/provider.ts";
import { readDescriptor } from "../../providers/fd/provider.ts";
import { fileProvider } from "../../providers/file/provider.ts";
import { passwordProvider } from "../../providers/password/provider.ts";
import { promptProvider } from "../../providers/prompt/provider.ts";
import type { Secret } from "../../providers/secret.ts";
import { stdinProvider } from "../../providers/stdin/provider.ts";
import { fetchedSecret } from "../../providers/support/fetched-secret.ts";
import { systemdProvider } from "../../providers/systemd/provider.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";
import { contextWith, refused } from "./local-context.ts";

const path = useTemporaryFolder();
const opened: number[] = [];
afterAll(() => opened.forEach(closeSync));

function file(content: string): string {
  writeFileSync(path("secret"), content, { mode: 0o600 });
  return path("secret");
}

type Source = (content: string, told: string[]) => Promise<Secret>;

/** Places whose content is text, with a line break at its end or without. */
const texts: readonly [string, Source][] = [
  [
    "a variable",
    (content, told) =>
      passwordProvider.secret(contextWith({ TATUM_KMS_PASSWORD: content }, "", told), "unlock"),
  ],
  [
    "a file",
    (content, told) =>
      fileProvider.secret(contextWith({ TATUM_KMS_PASSWORD_FILE: file(content) }, "", told), "unlock"),
  ],
  [
    "a credential of systemd",
    (content, told) => {
      file(content);
      const variables = { CREDENTIALS_DIRECTORY: path(), TATUM_KMS_SYSTEMD_CREDENTIAL: "secret" };
      return systemdProvider.secret(contextWith(variables, "", told), "unlock");
    },
  ],
  [
    "a file descriptor",
    (content) => {
      const descriptor = openSync(file(content), "r");
      opened.push(descriptor);
      return readDescriptor(descriptor);
    },
  ],
  [
    "a command",
    (content, told) => {
      const command = JSON.stringify(["/bin/cat", file(content)]);
      return execProvider.secret(contextWith({ TATUM_KMS_PASSWORD_COMMAND: command }, "", told), "unlock");
    },
  ],
  ["standard input", (content, told) => stdinProvider.secret(contextWith({}, content, told), "unlock")],
  [
    "a person, through a pipe",
    (content, told) => promptProvider.secret(contextWith({}, content, told), "unlock"),
  ],
];

describe.each(texts)("%s", (name, secretFrom) => {
  test.each(["geheim", "geheim\n", "geheim\r\n"])("that holds %j gives geheim", async (content) => {
    const told: string[] = [];
    expect((await secretFrom(content, told)).reveal()).toBe("geheim");
    const isUnexpected = name === "a variable" && content !== "geheim";
    expect(told).toEqual(isUnexpected ? [expect.stringContaining("ends with a line break")] : []);
  });
});

const service: Source = async (content, told) =>
  fetchedSecret("The service", "the secret", content, (text) => told.push(text));

describe.each([...texts, ["a service", service] as [string, Source]])("%s", (_name, secretFrom) => {
  test("that begins with a byte order mark is refused, and why", async () => {
    const error = await refused(() => secretFrom("\ufeffcanary\n", []));
    expect(error).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining("byte order mark") });
    expect(`${error.message}${error.hint}`).not.toContain("canary");
  });

  test("that holds a NUL character is refused", async () => {
    expect(await refused(() => secretFrom("can\0ary\n", []))).toMatchObject({ code: "UNUSABLE" });
  });
});
