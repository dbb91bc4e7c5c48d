import { beforeEach, describe, expect, test } from "bun:test";
import { secretOfBytes, secretOfVariable, storedSecret } from "../../../providers/support/secret-text.ts";
import { refused } from "../local-context.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the secret in bytes", () => {
  test.each([
    ["is the text", "geheim", "geheim"],
    ["loses one line break", "geheim\n", "geheim"],
    ["loses one line break of Windows", "geheim\r\n", "geheim"],
    ["keeps a second line break", "geheim\n\n", "geheim\n"],
    ["keeps a carriage return alone", "geheim\r", "geheim\r"],
    ["keeps blanks at both ends", " geheim \n", " geheim "],
    ["keeps lines", "ge\nheim\n", "ge\nheim"],
    ["keeps U+FEFF that is no byte order mark", "ge\ufeffheim", "ge\ufeffheim"],
    ["may be of any language", "пароль🔐\n", "пароль🔐"],
    ["may be as long as any password", `${"x".repeat(65_535)}\n`, "x".repeat(65_535)],
  ])("%s", (_what, text, secret) => {
    expect(secretOfBytes("The file", bytes(text)).reveal()).toBe(secret);
  });

  test.each([
    ["nothing", bytes(""), "The file is empty."],
    ["a line break alone", bytes("\r\n"), "The file is empty."],
    ["a NUL character", bytes("canary\0"), "The file holds a NUL character: it is no text."],
    [
      "a byte order mark",
      bytes("\ufeffcanary"),
      "The file begins with a byte order mark (U+FEFF), which nobody sees and no password has.",
    ],
    ["no UTF-8", Uint8Array.of(0x63, 0x61, 0xff), "The file is no text in UTF-8."],
    ["half a character", bytes("🔐").subarray(0, 3), "The file is no text in UTF-8."],
    ["too much", bytes("x".repeat(65_537)), "The file is longer than any password (more than 64 KiB)."],
  ])("is refused when there is %s", async (_what, content, message) => {
    expect(await refused(() => secretOfBytes("The file", content))).toMatchObject({
      code: "UNUSABLE",
      message,
    });
  });
});

test("the secret that a service stores is exactly what it stores, and a line break at its end is told", async () => {
  const told: string[] = [];
  const secretOf = (text: string) => storedSecret("The service", text, (line) => told.push(line)).reveal();
  expect(secretOf(" geheim ")).toBe(" geheim ");
  expect(told).toEqual([]);
  expect(secretOf("geheim\n")).toBe("geheim\n");
  expect(told).toEqual([
    "The service ends with a line break, which is part of the secret: at a prompt or from a file it would be another one.",
  ]);
  for (const text of ["", "\ufeffcanary", "can\0ary", "canary\ufffd", "x".repeat(65_537)]) {
    expect((await refused(() => secretOf(text))).code).toBe("UNUSABLE");
  }
});

describe("the secret in a variable", () => {
  const told: string[] = [];
  const secretOf = (text: string) => secretOfVariable("X", text, (line) => told.push(line));
  beforeEach(() => void told.splice(0));

  test.each([
    ["geheim", "geheim"],
    [" ge\nheim ", " ge\nheim "],
    ["geheim\r", "geheim\r"],
  ])("is the text: %j", (text, secret) => {
    expect(secretOf(text).reveal()).toBe(secret);
    expect(secretOf(text).asStored).toBeUndefined();
    expect(told).toEqual([]);
  });

  test.each(["geheim\n", "geheim\r\n"])(
    "is that of a file with the same content, and the difference is told: %j",
    (text) => {
      expect(secretOf(text).reveal()).toBe(secretOfBytes("The file", bytes(text)).reveal());
      expect(told).toEqual([
        "The variable X ends with a line break, which was taken away: as in a file, it is no part of the secret.",
      ]);
      expect(secretOf(text).asStored?.reveal()).toBe(text);
    },
  );

  test.each([
    ["a byte order mark", "\ufeffcanary", "The variable X begins with a byte order mark (U+FEFF)"],
    ["a line break alone", "\n", "The variable X is empty."],
    ["a NUL character", "can\0ary", "The variable X holds a NUL character: it is no text."],
    ["what was no UTF-8", "canary\ufffd", "The variable X is no text in UTF-8."],
    ["too much", "🔐".repeat(16_385), "The variable X is longer than any password (more than 64 KiB)."],
  ])("is refused when there is %s", async (_what, text, message) => {
    const error = await refused(() => secretOf(text));
    expect(error.code).toBe("UNUSABLE");
    expect(error.message).toStartWith(message);
    expect(error.message).not.toContain("canary");
  });
});
