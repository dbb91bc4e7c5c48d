/** Answers through a pipe; tests/e2e/command-line/terminal.test.ts has those typed at a terminal. */
import { describe, expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { ProviderError } from "../../../providers/error.ts";
import { Prompt, type TakeLines } from "../../../providers/prompt/prompt.ts";

/** A prompt whose pipe brings these chunks, and what it writes. */
function piped(...chunks: (string | Uint8Array)[]) {
  const input = new PassThrough();
  const questions = new PassThrough();
  for (const chunk of chunks) input.write(chunk);
  input.end();
  const prompt = new Prompt(
    input as unknown as NodeJS.ReadStream,
    questions as unknown as NodeJS.WriteStream,
  );
  return { prompt, questions };
}

async function refused(answer: Promise<unknown>): Promise<ProviderError> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProviderError) return error;
  }
  throw new Error("It was answered.");
}

describe("an answer to a prompt", () => {
  test.each([
    ["a line", ["geheim\n"], "geheim"],
    ["text without an end of line", ["geheim"], "geheim"],
    ["a line of Windows", ["geheim\r\n"], "geheim"],
    ["a line with blanks", [" ge heim \n"], " ge heim "],
    ["a line in parts", ["ge", "heim", "\n"], "geheim"],
    ["characters in parts", [Buffer.from("🔐").subarray(0, 2), Buffer.from("🔐").subarray(2), "\n"], "🔐"],
    ["an empty line", ["\nx"], ""],
  ])("is %s", async (_what, chunks, answer) => {
    expect((await piped(...chunks).prompt.ask("Question")).reveal()).toBe(answer);
  });

  test("each is a line", async () => {
    const { prompt } = piped("one\ntwo\nthr", "ee");
    const answers = [await prompt.ask("1"), await prompt.ask("2"), await prompt.ask("3")];
    expect(answers.map((answer) => answer.reveal())).toEqual(["one", "two", "three"]);
  });

  test("is missed when there is none, with the ways to give one", async () => {
    expect(await refused(piped().prompt.ask("Question", "VARIABLE"))).toMatchObject({
      code: "NO_ANSWER",
      message: 'Nobody answered the question "Question".',
      hint: "Run it in a terminal, send the answer through a pipe, or set VARIABLE.",
    });
    expect((await refused(piped().prompt.ask("Question"))).hint).toBe(
      "Run it in a terminal, or send the answer through a pipe.",
    );
  });

  test("has an end", async () => {
    const error = await refused(piped("x".repeat(70_000)).prompt.ask("Question"));
    expect(error.code).toBe("UNUSABLE");
  });

  test.each([
    ["no UTF-8", Buffer.from([0x53, 0xfc, 0x63, 0x0a])],
    ["half a character", Buffer.from([0x61, 0xf0, 0x9f, 0x0a])],
    ["a NUL character", Buffer.from("a\0b\n")],
    ["a byte order mark", Buffer.from("\ufeffa\n")],
  ])("is refused when there is %s, without showing it", async (_what, bytes) => {
    const error = await refused(piped(bytes).prompt.ask("Question"));
    expect(error.code).toBe("UNUSABLE");
    expect(error.message).toStartWith("The line on standard input ");
  });

  test("keeps a U+FFFD that was given", async () => {
    expect((await piped("a\ufffd\n").prompt.ask("Question")).reveal()).toBe("a\ufffd");
  });

  test("needs no question that nobody sees", async () => {
    const { prompt, questions } = piped("geheim\n");
    await prompt.ask("Question");
    expect(questions.read()).toBeNull();
  });
});

describe("an answer of several lines to a prompt", () => {
  const untilDot: TakeLines = (lines, isAll) => {
    const dot = lines.indexOf(".");
    return dot === -1 ? (isAll ? lines.length : undefined) : dot + 1;
  };

  test("takes its lines and leaves the others", async () => {
    const { prompt } = piped("a\nb\n.\nnext\n");
    expect((await prompt.askLines("Question", untilDot)).reveal()).toBe("a\nb\n.");
    expect((await prompt.ask("Question")).reveal()).toBe("next");
  });

  test("puts back what was only looked at", async () => {
    const { prompt } = piped("a\nb\nc\n");
    const first: TakeLines = (lines, isAll) => (lines.length === 3 || isAll ? 1 : undefined);
    expect((await prompt.askLines("Question", first)).reveal()).toBe("a");
    expect((await prompt.ask("Question")).reveal()).toBe("b");
    expect((await prompt.ask("Question")).reveal()).toBe("c");
  });

  test("is what there is when the input ends", async () => {
    expect((await piped("a\nb").prompt.askLines("Question", untilDot)).reveal()).toBe("a\nb");
  });

  test("has an end", async () => {
    const lines = Array.from({ length: 2000 }, () => `${"x".repeat(60)}\n`);
    expect((await refused(piped(...lines).prompt.askLines("Question", untilDot))).code).toBe("UNUSABLE");
  });

  test("does not wait for ever for a pipe that nobody closes, and loses nothing of what comes later", async () => {
    const input = new PassThrough();
    const prompt = new Prompt(input as unknown as NodeJS.ReadStream, new PassThrough() as never);
    input.write("a\n");
    expect((await prompt.askLines("Question", untilDot)).reveal()).toBe("a");
    input.write("late\n");
    expect((await prompt.ask("Question")).reveal()).toBe("late");
  });
});

describe("a new password", () => {
  test.each([[["a\na\n"]], [["a\n"]], [["a"]]])("is taken from %j", async (chunks) => {
    expect((await piped(...chunks).prompt.askNew("Question")).reveal()).toBe("a");
  });

  test.each([["a\nb\n"], ["a\n\n"], ["a\nA"]])("is refused from %j", async (text) => {
    const error = await refused(piped(text).prompt.askNew("Question"));
    expect(error).toMatchObject({
      code: "UNUSABLE",
      message: "The two passwords differ; nothing was written.",
    });
  });
});
