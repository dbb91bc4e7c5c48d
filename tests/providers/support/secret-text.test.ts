import { describe, expect, test } from "bun:test";
import { secretOfBytes } from "../../../providers/support/secret-text.ts";
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
    ["keeps a byte order mark", "\ufeffgeheim", "\ufeffgeheim"],
    ["may be of any language", "пароль🔐\n", "пароль🔐"],
    ["may be as long as any password", `${"x".repeat(65_535)}\n`, "x".repeat(65_535)],
  ])("%s", (_what, text, secret) => {
    expect(secretOfBytes("The file", bytes(text)).reveal()).toBe(secret);
  });

  test.each([
    ["nothing", bytes(""), "The file is empty."],
    ["a line break alone", bytes("\r\n"), "The file is empty."],
    ["a NUL character", bytes("canary\0"), "The file holds a NUL character: it is no text."],
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
