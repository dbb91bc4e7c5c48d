import { describe, expect, test } from "bun:test";
import {
  columnsOf,
  paintFor,
  terminalColumns,
  widthOf,
  wrapWords,
} from "../../../../src/cli/terminal/text-layout.ts";

describe("the columns of a text", () => {
  test.each([
    ["those of the terminal", { columns: 53 }, {}, 53],
    ["those that the environment tells", {}, { COLUMNS: "61" }, 61],
    ["80 where nobody tells", {}, {}, 80],
    ["80 where what is told is none", {}, { COLUMNS: "wide" }, 80],
    ["80 for a terminal that knows none", { columns: 0 }, {}, 80],
    ["at most 100, which can still be read", { columns: 300 }, {}, 100],
    ["at least 30", { columns: 4 }, {}, 30],
  ])("are %s", (_what, stream, environment, columns) => {
    expect(columnsOf(stream, environment)).toBe(columns);
  });

  test("are for a table all that the terminal has", () => {
    expect(terminalColumns({ columns: 300 }, {})).toBe(300);
    expect(terminalColumns({ columns: 0 }, {})).toBe(80);
  });
});

describe("lines of words", () => {
  test("break between words", () => {
    expect(wrapWords("one two three", 7)).toEqual(["one two", "three"]);
  });

  test("begin with blanks after the first, where that is wanted", () => {
    expect(wrapWords("one two three", 7, 2)).toEqual(["one two", "  three"]);
  });

  test("hold a word that is longer than a line", () => {
    expect(wrapWords("a longest b", 4)).toEqual(["a", "longest", "b"]);
    expect(wrapWords("longest", 4, 2)).toEqual(["longest"]);
  });

  test("count no colours, and wide letters twice", () => {
    const paint = paintFor(true);
    expect(widthOf(paint("red", "four"))).toBe(4);
    expect(wrapWords(`${paint("red", "one")} two`, 7)).toHaveLength(1);
    expect(widthOf("中")).toBe(2);
  });
});

test("without colours a text stays as it is", () => {
  expect(paintFor(false)("red", "text")).toBe("text");
  expect(paintFor(true)("red", "text")).toBe("\u001b[31mtext\u001b[39m");
});
