/** Tables for a terminal: no line is wider than the terminal, and nothing from outside commands it. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Column, renderFields, renderTable, shortened } from "../../../../src/cli/terminal/table.ts";

interface Row {
  readonly name: string;
  readonly address: string;
  readonly more: string;
}

const columns: readonly Column<Row>[] = [
  { title: "NAME", text: ({ name }) => name, atLeast: 4 },
  { title: "ADDRESS", text: ({ address }) => address, atLeast: 7, cutIn: "middle" },
  { title: "MORE", text: ({ more }) => more, leaveOut: 1 },
];
const rows: readonly Row[] = [
  { name: "first", address: "0123456789abcdef", more: "extra" },
  { name: "a much longer name", address: "short", more: "x" },
];

test("a table has its columns under each other, as wide as they have to be", () => {
  expect(renderTable(columns, rows, 80)).toBe(
    [
      "NAME                ADDRESS           MORE",
      "first               0123456789abcdef  extra",
      "a much longer name  short             x",
      "",
    ].join("\n"),
  );
});

test("the widest columns are shortened first, an address in its middle", () => {
  expect(renderTable(columns, rows, 33)).toBe(
    [
      "NAME          ADDRESS       MORE",
      "first         012345…bcdef  extra",
      "a much long…  short         x",
      "",
    ].join("\n"),
  );
});

test("a column that may be left out is, when nothing else helps", () => {
  expect(renderTable(columns, rows, 15).split("\n")[0]).toBe("NAME    ADDRESS");
});

test("no line is wider than the terminal, whatever the cells hold", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: cell, address: cell, more: cell })),
      fc.integer({ min: 13, max: 100 }),
      (some, width) => {
        const lines = renderTable(columns, some, width).split("\n");
        expect(lines).toHaveLength(some.length + 2);
        for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
      },
    ),
  );
});

describe("what comes from outside", () => {
  test("is shown without line breaks and terminal commands", () => {
    const [row] = rows;
    const table = renderTable(columns, [{ ...row!, name: "a\nb\u001b[31m\u202e" }], 80);
    expect(table.split("\n")).toHaveLength(3);
    expect(table).toContain("a?b?[31m?");
    expect(renderFields([["Label", "a\nb"]], 80)).toBe("Label  a?b\n");
  });
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdefg", 6, "abcde…"],
  ["日本語日本語", 5, "日本…"],
])("%s in %i columns is %s", (text, width, expected) => {
  expect(shortened(text, width)).toBe(expected);
});

describe("names and values", () => {
  const fields = [
    ["Label", "till"],
    ["Groups", "shop, tills, all that is sold in the street and on the market"],
  ] as const;

  test("stand beside each other where there is room, and go on under each other", () => {
    expect(renderFields(fields, 54)).toBe(
      "Label   till\nGroups  shop, tills, all that is sold in the street\n        and on the market\n",
    );
  });

  test("stand under each other in a narrow terminal", () => {
    expect(renderFields(fields, 40)).toBe(
      "Label\n  till\nGroups\n  shop, tills, all that is sold in the\n  street and on the market\n",
    );
  });
});
