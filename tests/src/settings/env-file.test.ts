import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { KmsError } from "../../../src/errors.ts";
import { type EnvFile, readEnvFile } from "../../../src/settings/env-file.ts";
import { isRoot, SOMEBODY } from "../../as-user.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";

const path = useTemporaryFolder();

function write(content: string | Uint8Array, mode = 0o600): string {
  writeFileSync(path("kms.env"), content);
  chmodSync(path("kms.env"), mode);
  return path("kms.env");
}

function read(content: string | Uint8Array): Readonly<Record<string, string>> {
  return (readEnvFile(write(content), true) as EnvFile).variables;
}

function refusal(work: () => unknown): KmsError {
  try {
    work();
  } catch (error) {
    if (error instanceof KmsError) return error;
    throw error;
  }
  throw new Error("It was read.");
}

describe("a line of an env file", () => {
  test.each([
    ["A=1", "1"],
    ["A = 1 \t", "1"],
    [" \texport  A=1", "1"],
    ["A: 1", "1"],
    ["A=", ""],
    ["A= # nothing", ""],
    ["A=1 # one # more", "1"],
    ["A=1 2", "1 2"],
    ["A=eu=1", "eu=1"],
    ["A=it's", "it's"],
    ['A=a"b"', 'a"b"'],
    ["A=$HOME", "$HOME"],
    ["A=C:\\new", "C:\\new"],
    ["A=grüße", "grüße"],
    ["A='a # $b \\n'", "a # $b \\n"],
    ["A=' 1 ' # one", " 1 "],
    ['A="it\'s"#one', "it's"],
    ['A="a\\nb\\rc\\td"', "a\nb\rc\\td"],
    ["A=`'\"`", "'\""],
    ["A=''", ""],
    ['A="a\nb\n"', "a\nb\n"],
    ["A='\n# no comment\n'", "\n# no comment\n"],
    ["A=1\r", "1"],
    ["A='1\r\n2'\r\n", "1\n2"],
    ["\ufeffA=1", "1"],
    ["\n# A=2\n   \n\tA=1\n", "1"],
  ])("%j", (content, value) => {
    expect(read(content)).toEqual({ A: value });
  });

  test("of any name gives a variable, and nothing else", () => {
    expect(read("__proto__=1\na.b-C_9=2\nconstructor=3")).toEqual(
      Object.fromEntries([
        ["__proto__", "1"],
        ["a.b-C_9", "2"],
        ["constructor", "3"],
      ]),
    );
    expect(read("# nothing\n")).toEqual({});
    expect(read("")).toEqual({});
  });
});

describe("of env files, refused with its line and without its content is", () => {
  test.each([
    [
      "text after a closed quotation mark",
      "X=1\nA='it's-a-canary'",
      2,
      "has text after the closing quotation mark (')",
    ],
    ["two quoted texts", "A='canary' 'canary'", 1, "has text after the closing quotation mark (')"],
    ["an escaped quotation mark", 'A="can\\"ary"', 1, "has a backslash before a quotation mark"],
    ["a backslash at the end of a quoted text", 'A="canary\\"', 1, "has a backslash before a quotation mark"],
    [
      "a doubled backslash between quotation marks",
      'A="can\\\\nary"',
      1,
      "has a backslash before a quotation mark",
    ],
    [
      "a quotation mark that is not closed",
      "# x\n\nA='canary\nB=1",
      3,
      "has a quotation mark (') that is not closed",
    ],
    [
      "a quotation mark that another line closes",
      "A='canary\nB='1'",
      2,
      "has text after the closing quotation mark (')",
    ],
    ["a # in a value", "A=can#ary", 1, "has a # right after other characters"],
    ["a # at the begin of a value", "A=#canary", 1, "has a # right after other characters"],
    ["a line without =", "X='1\n2'\ncanary", 3, "is neither NAME=value nor a comment"],
    ["a name that is none", "my canary=1", 1, "is neither NAME=value nor a comment"],
    ["no name", "=canary", 1, "is neither NAME=value nor a comment"],
    [
      "a private key without quotation marks",
      "A=-----BEGIN\ncanary+/\n",
      2,
      "is neither NAME=value nor a comment",
    ],
    [
      "an unusual white space at the end",
      "A=canary\u00a0",
      1,
      "has an unusual white space at an end of the value",
    ],
    ["a carriage return amid", "X=1\nA=can\rary", 2, "has a carriage return that ends no line"],
    ["a NUL character", "X=1\nA=can\0ary", 2, "holds a NUL character"],
    ["UTF-16", Buffer.from("\ufeffA=canary", "utf16le"), 1, "is UTF-16, not UTF-8"],
    [
      "UTF-16 of the other order",
      Buffer.from("\ufeffA=canary", "utf16le").swap16(),
      1,
      "is UTF-16, not UTF-8",
    ],
    ["UTF-16 without a mark", Buffer.from("A=canary", "utf16le"), 1, "is UTF-16, not UTF-8"],
    ["Latin-1", Buffer.from("X=1\nA=canar\xff", "latin1"), 2, "is no text in UTF-8"],
  ])("%s", (_what, content, line, reason) => {
    const error = refusal(() => read(content));
    expect(error.code).toBe("CONFIGURATION");
    expect(error.message).toStartWith(`Line ${line} of the env file ${path("kms.env")} ${reason}`);
    expect(error.hint).toMatch(/\S/);
    expect(`${error.message}${error.hint}`).not.toContain("canary");
  });
});

test("of a name that is set twice in an env file the last value counts, which is told where they differ", () => {
  const file = write("A=1\nB=x\nB=x\nA=2\n");
  expect(readEnvFile(file, true)).toEqual({
    variables: { A: "2", B: "x" },
    lines: { A: 4, B: 3 },
    warnings: [`The env file ${file} sets A in line 1 and again in line 4; the last one counts.`],
  });
});

describe("an env file", () => {
  test("that was named has to be there, another one has not", () => {
    expect(refusal(() => readEnvFile(path("none"), true))).toMatchObject({
      code: "CONFIGURATION",
      message: `The env file ${path("none")} cannot be read.`,
      hint: `The env file ${path("none")} does not exist. Check --env-file and the file's permissions.`,
    });
    expect(readEnvFile(path("none"), false)).toBeUndefined();
  });

  test("that is a folder is none, as Python makes them, but was not meant when it was named", () => {
    mkdirSync(path(".env"));
    expect(readEnvFile(path(".env"), false)).toBeUndefined();
    expect(refusal(() => readEnvFile(path(".env"), true)).message).toContain("is no regular file");
  });

  test("of 3 GiB is not read", () => {
    truncateSync(write(""), 3 * 1024 ** 3);
    expect(refusal(() => readEnvFile(path("kms.env"), true)).message).toBe(
      `The env file ${path("kms.env")} is larger than 1 MiB.`,
    );
  });

  test("may be a pipe when it was named, and not otherwise", async () => {
    Bun.spawnSync(["mkfifo", "-m", "600", path("pipe")]);
    const writer = Bun.spawn(["sh", "-c", 'echo A=1 >"$1"', "sh", path("pipe")]);
    expect(readEnvFile(path("pipe"), true)?.variables).toEqual({ A: "1" });
    await writer.exited;
    const started = performance.now();
    expect(refusal(() => readEnvFile(path("pipe"), false)).message).toBe(
      `The env file ${path("pipe")} is no regular file.`,
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test.each([true, false])("that others can write is refused, named (%p) or not", (isNamed) => {
    const file = write("A=1", 0o664);
    expect(refusal(() => readEnvFile(file, isNamed))).toMatchObject({
      code: "CONFIGURATION",
      message: expect.stringContaining("can be written by its group (mode 0664)"),
      hint: expect.stringContaining(`chmod 600 ${file}`),
    });
  });

  test.skipIf(!isRoot)("of somebody else is refused, with a way out", () => {
    chownSync(write("A=1"), SOMEBODY, SOMEBODY);
    expect(refusal(() => readEnvFile(path("kms.env"), true))).toMatchObject({
      code: "CONFIGURATION",
      message: expect.stringContaining(`belongs to user ${SOMEBODY}`),
      hint: expect.stringContaining(`TATUM_KMS_TRUSTED_OWNER=${SOMEBODY}`),
    });
  });

  test("that others can read is told when it holds a secret", () => {
    expect(
      readEnvFile(write("TATUM_KMS_AWS_REGION=eu\nTATUM_KMS_PASSWORD=\n", 0o644), true)?.warnings,
    ).toEqual([]);
    const file = write("TATUM_KMS_PASSWORD=geheim", 0o644);
    expect(readEnvFile(file, true)?.warnings).toEqual([
      `The env file ${file} holds a secret, and other users can read it (mode 0644): chmod 600 ${file}`,
    ]);
    expect(readEnvFile(write("TATUM_KMS_PASSWORD=geheim"), true)?.warnings).toEqual([]);
  });
});
