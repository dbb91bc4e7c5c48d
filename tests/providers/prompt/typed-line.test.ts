import { describe, expect, test } from "bun:test";
import { TypedLine } from "../../../providers/prompt/typed-line.ts";

describe("keys that are typed", () => {
  test.each([
    ["abc\r", "abc"],
    ["abc\n", "abc"],
    ["\r", ""],
    ["p ä 密 🔐\t!\r", "p ä 密 🔐\t!"],
    ["abX\u007fc\r", "abc"],
    ["abX\bc\r", "abc"],
    // One key erases one character, also of those that are two code units.
    ["a🔐\u007fb\r", "ab"],
    ["\u007f\u007fab\r", "ab"],
    ["wrong\u0015right\r", "right"],
    // Cursor keys, function keys, pasting.
    ["a\u001b[D\u001b[1;5Cb\u001bOPc\u001b[200~d\u001b[201~\r", "abcd"],
    ["a\u0000\u0001\u001ab\r", "ab"],
    // Ctrl-D within a line.
    ["ab\u0004c\r", "abc"],
  ])("%j make the line %j", (keys, text) => {
    const line = new TypedLine();
    expect(line.take(keys)).toEqual({ kind: "enter", rest: "" });
    expect(line.text).toBe(text);
  });

  test("may come one by one", () => {
    const line = new TypedLine();
    for (const key of ["a", "b", "\u007f", "c"]) expect(line.take(key)).toBeUndefined();
    expect(line.take("\r")).toEqual({ kind: "enter", rest: "" });
    expect(line.text).toBe("ac");
  });

  test.each([
    ["a\rb\r", "b\r"],
    ["a\r\nb\r\n", "b\r\n"],
    ["a\n\nb", "\nb"],
    ["a\r\r", "\r"],
  ])("behind the end of the line are kept for the next: %j", (keys, rest) => {
    expect(new TypedLine().take(keys)).toEqual({ kind: "enter", rest });
  });

  test("between the marks of a paste may be line breaks, which end no line", () => {
    const line = new TypedLine();
    expect(line.take("a\u001b[200~b\r\nc\rd\ne\u001b[201~")).toBeUndefined();
    expect(line.take("\r")).toEqual({ kind: "enter", rest: "" });
    expect(line.text).toBe("ab\nc\nd\ne");
  });

  test.each([
    ["the mark of a paste", ["\u001b", "[20", "0~a\rb", "\u001b[201", "~\r"], "a\nb"],
    ["a cursor key", ["a\u001b[", "D\r"], "a"],
  ])("may bring %s in parts", (_what, parts, text) => {
    const line = new TypedLine();
    expect(parts.map((keys) => line.take(keys)).at(-1)).toEqual({ kind: "enter", rest: "" });
    expect(line.text).toBe(text);
  });

  test("after Escape alone are typed once it is settled that nothing belongs to it", () => {
    const line = new TypedLine();
    line.take("a\u001b");
    line.settle();
    line.take("b\r");
    expect(line.text).toBe("ab");
  });

  test("of a paste neither erase nor end the input", () => {
    const line = new TypedLine();
    line.take("\u001b[200~\u0004ab\u007f\u0015c\u001b[201~\r");
    expect(line.text).toBe("abc");
  });

  test("Ctrl-C interrupts", () => {
    expect(new TypedLine().take("ab\u0003")).toEqual({ kind: "interrupt", rest: "" });
  });

  test("Ctrl-D on an empty line ends the input", () => {
    expect(new TypedLine().take("\u0004")).toEqual({ kind: "end-of-input", rest: "" });
    expect(new TypedLine().take("a\u007f\u0004")).toEqual({ kind: "end-of-input", rest: "" });
  });
});
