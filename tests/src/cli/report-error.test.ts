import { describe, expect, test } from "bun:test";
import { ChainError } from "../../../chains/error.ts";
import { ProviderError } from "../../../providers/error.ts";
import { OutputClosed } from "../../../src/cli/output.ts";
import { describeError, type ErrorLayout, errorText } from "../../../src/cli/report-error.ts";
import { paintFor, widthOf } from "../../../src/cli/terminal/text-layout.ts";
import { KmsError } from "../../../src/errors.ts";

function report(error: unknown) {
  const { line, status } = describeError(error);
  return { status, ...(line !== undefined && (JSON.parse(line) as Record<string, unknown>)) };
}

describe("an error that ends a command is told in one line of JSON", () => {
  test.each([
    [
      new KmsError("NO_WALLET_FILE", "a", { hint: "b" }),
      { status: 66, error: "a.", code: "NO_WALLET_FILE", hint: "b" },
    ],
    [new KmsError("WRONG_PASSWORD", "a"), { status: 77, error: "a.", code: "WRONG_PASSWORD" }],
    [new ChainError("INVALID_KEY", "a"), { status: 65, error: "a.", code: "INVALID_INPUT" }],
    [new ProviderError("NO_ANSWER", "a", "b"), { status: 78, error: "a.", code: "NO_ANSWER", hint: "b" }],
    [new ProviderError("UNUSABLE", "a"), { status: 65, error: "a.", code: "INVALID_INPUT" }],
    [new ProviderError("NOT_CONFIGURED", "a"), { status: 78, error: "a.", code: "CONFIGURATION" }],
  ])("number %#", (error, told) => {
    expect(report(error)).toEqual(told);
  });

  test("with one full stop at the end, whatever the error had", () => {
    for (const text of ["a", "a.", "a..", "a...", "a. "]) {
      expect(report(new KmsError("USAGE", text))).toMatchObject({ error: "a." });
    }
    expect(report(new KmsError("USAGE", "a?"))).toMatchObject({ error: "a?" });
  });

  test("even when its text has several", () => {
    expect(describeError(new KmsError("USAGE", "a\nb\u2028c")).line).not.toContain("\n");
  });
});

describe("an error that nobody foresaw", () => {
  test("is one of the program, and asks to be reported", () => {
    expect(report(new TypeError("x is not a function"))).toMatchObject({
      status: 70,
      code: "INTERNAL",
      error: "Internal error: TypeError: x is not a function.",
    });
  });

  test.each([new SyntaxError("canary"), new RangeError("canary"), new Error("canary"), "canary", undefined])(
    "does not tell a text that may quote a secret: number %#",
    (error) => {
      expect(describeError(error).line).not.toContain("canary");
      expect(describeError(error).status).toBe(70);
    },
  );
});

test("a reader that went away is told nothing", () => {
  expect(report(new OutputClosed())).toEqual({ status: 74 });
});

describe("an error at a terminal", () => {
  const plain: ErrorLayout = { columns: 40, paint: paintFor(false), mark: "\u2717" };

  function textOf(error: unknown, layout = plain): string {
    const { told } = describeError(error);
    if (told === undefined) throw new Error("Nothing is told.");
    return errorText(told, layout);
  }

  test("is a text with a mark, the code, and below it what to do", () => {
    expect(textOf(new KmsError("USAGE", "Unknown option --pth", { hint: "Did you mean --path?" }))).toBe(
      "\u2717 Unknown option --pth. (USAGE)\n  Did you mean --path?\n",
    );
    expect(textOf(new KmsError("USAGE", "a"), { ...plain, mark: "Error:" })).toBe("Error: a. (USAGE)\n");
  });

  test("has its mark in red, where there are colours", () => {
    expect(textOf(new KmsError("USAGE", "a"), { ...plain, paint: paintFor(true) })).toBe(
      "\u001b[31m\u2717\u001b[39m a. (USAGE)\n",
    );
  });

  test("fits the columns", () => {
    const text = textOf(new KmsError("USAGE", "word ".repeat(40), { hint: "more ".repeat(40) }));
    for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(40);
  });

  test("moves no cursor and turns no writing direction, whatever it quotes", () => {
    const text = textOf(new KmsError("NETWORK", "a\u001b[2Jb\r\u202ec\nd\u2028e", { hint: "f\u0007" }));
    expect(text).toBe("\u2717 a [2Jb c d e. (NETWORK)\n  f \n");
  });
});
