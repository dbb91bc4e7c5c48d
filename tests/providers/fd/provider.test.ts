import { afterEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { fdProvider, readDescriptor } from "../../../providers/fd/provider.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { contextWith, refused } from "../local-context.ts";

const path = useTemporaryFolder();
let opened: number[] = [];
afterEach(() => {
  for (const descriptor of opened) closeSync(descriptor);
  opened = [];
});

function open(place: string, flags = "r"): number {
  const descriptor = openSync(place, flags);
  opened.push(descriptor);
  return descriptor;
}

function fileWith(content: string): number {
  writeFileSync(path("secret"), content);
  return open(path("secret"));
}

describe("the secret from a file descriptor", () => {
  test.each([
    ["the first line", "geheim\nmore\n", "geheim"],
    ["a line of Windows", "geheim\r\nmore", "geheim"],
    ["everything when there is no line break", " geheim ", " geheim "],
  ])("is %s", async (_what, content, secret) => {
    const context = contextWith({ TATUM_KMS_PASSWORD_FD: String(fileWith(content)) });
    expect((await fdProvider.secret(context, "unlock")).reveal()).toBe(secret);
  });

  test.each([
    ["nothing", ""],
    ["an empty line", "\ncanary"],
    ["a NUL character", "can\0ary\n"],
    ["no end", "x".repeat(70_000)],
  ])("is refused when there is %s", async (_what, content) => {
    expect((await refused(() => readDescriptor(fileWith(content)))).code).toBe("UNUSABLE");
  });

  test("is missed when nobody opened it", async () => {
    expect(await refused(() => readDescriptor(54_321))).toMatchObject({
      code: "NOT_FOUND",
      message: "File descriptor 54321 is not open.",
    });
  });

  test("is not read from what no caller hands over", async () => {
    expect((await refused(() => readDescriptor(open("/dev/zero")))).code).toBe("UNUSABLE");
    expect((await refused(() => readDescriptor(open(path())))).code).toBe("UNUSABLE");
  });

  test("needs a descriptor for reading", async () => {
    const error = await refused(() => readDescriptor(open(path("written"), "w")));
    expect(error).toMatchObject({ code: "UNREACHABLE", hint: "Was it opened for reading?" });
  });
});

describe("the variable of a file descriptor", () => {
  test.each(["0", "1", "2", "-3", "03", "3.5", "3 ", "three", "9999999"])("is no %j", async (text) => {
    const error = await refused(() => fdProvider.describe(contextWith({ TATUM_KMS_PASSWORD_FD: text })));
    expect(error.code).toBe("NOT_CONFIGURED");
    expect(error.hint).toContain("--provider=stdin");
  });

  test("has to be set", async () => {
    const error = await refused(() => fdProvider.secret(contextWith({}), "unlock"));
    expect(error.message).toContain("TATUM_KMS_PASSWORD_FD");
  });

  test("tells where the secret would come from", () => {
    expect(fdProvider.describe(contextWith({ TATUM_KMS_PASSWORD_FD: "12" }))).toBe("file descriptor 12");
  });
});
