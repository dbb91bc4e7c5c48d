/** How far long work has come: a bar that fits a terminal, a line every ten seconds in a file, nothing for what is short. */
import { expect, test } from "bun:test";
import { progressText, whileTelling, whileTellingSteps } from "../../../../src/cli/terminal/progress.ts";

const reached = { done: 450, total: 1000, elapsed: 9000 };

/** Work of so many steps of so many milliseconds each, and what is told of it. */
async function told(isTerminal: boolean, steps: number, stepTime: number, columns = 80): Promise<string[]> {
  const lines: string[] = [];
  let time = 5;
  const print = (line: string) => void lines.push(line);
  const place = { isTerminal, columns: () => columns, draw: print, print, now: () => time };
  await whileTelling(
    "keys stored",
    async (onProgress) => {
      for (let done = 1; done <= steps; done++) {
        time += stepTime;
        onProgress(done, steps);
      }
    },
    place,
  );
  return lines;
}

test.each([
  [undefined, "45 %: 450 of 1000 keys stored, 50 a second, 11 s left"],
  [80, "[#########           ] 45 %  450 of 1000 keys stored, 50 a second, 11 s left"],
  [40, "[#########           ] 45 %  11 s left"],
  [20, "45 %  11 s left"],
  [10, "45 %"],
  [3, ""],
] as const)("in %p columns it is told with rate and time left: %s", (columns, text) => {
  expect(progressText("keys stored", reached, columns)).toBe(text);
  expect(text.length).toBeLessThan(columns ?? 100);
});

test.each([
  [{ done: 1, total: 1000, elapsed: 1000 }, "0 %: 1 of 1000 keys stored, 1.0 a second, 17 min left"],
  [{ done: 1, total: 100_000, elapsed: 1000 }, "0 %: 1 of 100000 keys stored, 1.0 a second, 28 h left"],
  [{ done: 1000, total: 1000, elapsed: 1000 }, "100 %: 1000 of 1000 keys stored, 1000 a second, 0 s left"],
])("%o is %s", (numbers, text) => {
  expect(progressText("keys stored", numbers)).toBe(text);
});

test("the bar is narrower where large numbers leave it no room", () => {
  const many = { done: 450_000, total: 900_000, elapsed: 40_000 };
  const text = "[#####     ] 50 %  450000 of 900000 keys stored, 11250 a second, 40 s left";
  expect(progressText("keys stored", many, 80)).toBe(text);
});

test("a terminal shows nothing in the first second, ten pictures a second after it, and nothing at the end", async () => {
  expect(await told(true, 100, 9)).toEqual([""]);
  const pictures = await told(true, 300, 10);
  expect(pictures).toHaveLength(22);
  expect(pictures[0]).toStartWith("[#######             ] 33 %  100 of 300");
  expect(pictures.at(-1)).toBe("");
});

test("a file gets a line every ten seconds, and none for shorter work", async () => {
  expect(await told(false, 99, 100)).toEqual([]);
  expect(await told(false, 250, 100)).toEqual([
    "40 %: 100 of 250 keys stored, 10 a second, 15 s left.",
    "80 %: 200 of 250 keys stored, 10 a second, 5 s left.",
  ]);
});

test("each step is told with its own rate, also where it begins again with the same words", async () => {
  const lines: string[] = [];
  let time = 0;
  const print = (line: string) => void lines.push(line);
  const place = { isTerminal: false, columns: () => 80, draw: print, print, now: () => time };
  await whileTellingSteps(async (onStep) => {
    for (const [what, stepTime] of [
      ["wallets checked", 100],
      ["wallets checked", 200],
      ["records copied", 400],
    ] as const)
      for (let done = 1; done <= 100; done++) {
        time += stepTime;
        onStep(what, done, 100);
      }
  }, place);
  expect(lines).toEqual([
    "100 %: 100 of 100 wallets checked, 10 a second, 0 s left.",
    "50 %: 50 of 100 wallets checked, 5.1 a second, 10 s left.",
    "100 %: 100 of 100 wallets checked, 5.1 a second, 0 s left.",
    "25 %: 25 of 100 records copied, 2.6 a second, 29 s left.",
    "50 %: 50 of 100 records copied, 2.6 a second, 20 s left.",
    "75 %: 75 of 100 records copied, 2.5 a second, 10 s left.",
    "100 %: 100 of 100 records copied, 2.5 a second, 0 s left.",
  ]);
});

test("what the work throws is thrown on, and the bar is taken away", async () => {
  const lines: string[] = [];
  const place = {
    isTerminal: true,
    columns: () => 80,
    draw: (line: string) => void lines.push(line),
    print: () => undefined,
    now: () => 0,
  };
  await expect(whileTelling("x", () => Promise.reject(new Error("no")), place)).rejects.toThrow("no");
  expect(lines).toEqual([""]);
});
