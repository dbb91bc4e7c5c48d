/** Results for a person at a terminal: tables that fit its width, and whether there is such a person. */
import { isatty } from "node:tty";
import { wrapWords } from "./text-layout.ts";

const STANDARD_OUTPUT = 1;
const GAP = 2;
const ELLIPSIS = "…";

/** Whether results are for a person: standard output is a terminal, and nobody asked for JSON. */
export function isForPerson({ json }: { readonly json?: boolean | undefined }): boolean {
  return json !== true && isatty(STANDARD_OUTPUT);
}

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** The fewest characters it may be shortened to; without them it is never shortened. */
  readonly atLeast?: number;
  /** Where the characters that do not fit are left out; at the end where nothing is said. */
  readonly cutIn?: "middle" | "end";
  /** Left out where the table does not fit otherwise, the highest number first; without one it stays. */
  readonly leaveOut?: number;
}

/** A text in at most so many columns of a terminal. */
export function shortened(text: string, width: number, cutIn: "middle" | "end" = "end"): string {
  if (Bun.stringWidth(text) <= width) return text;
  const characters = [...text];
  const tail = cutIn === "middle" ? Math.floor((width - 1) / 2) : 0;
  const end = tail === 0 ? "" : characters.slice(-tail).join("");
  let head = characters.length - tail - 1;
  const joined = (): string => characters.slice(0, head).join("") + ELLIPSIS + end;
  while (head > 0 && Bun.stringWidth(joined()) > width) head -= 1;
  return joined();
}

/** What comes from outside may hold line breaks or terminal commands; a cell holds neither. */
function cellOf(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}

interface Layout<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  width: number;
}

const total = (layouts: readonly { readonly width: number }[]): number =>
  layouts.reduce((sum, { width }) => sum + width, GAP * Math.max(0, layouts.length - 1));

/** Narrows the columns that may be, the widest first, until all fit. */
function narrow<Row>(layouts: readonly Layout<Row>[], width: number): void {
  while (total(layouts) > width) {
    const wide = layouts
      .filter((layout) => layout.width > (layout.column.atLeast ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => b.width - a.width)[0];
    if (wide === undefined) return;
    wide.width -= 1;
  }
}

/** The columns that fit: as many as may stay, each at least as wide as it may become. */
function layOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): Layout<Row>[] {
  let layouts = columns.map((column): Layout<Row> => {
    const cells = rows.map((row) => cellOf(column.text(row)));
    return {
      column,
      cells,
      width: Math.max(...[column.title, ...cells].map((text) => Bun.stringWidth(text))),
    };
  });
  const least = (): number =>
    total(layouts.map(({ column, width: full }) => ({ width: Math.min(full, column.atLeast ?? full) })));
  while (least() > width) {
    const [first] = layouts
      .filter(({ column }) => column.leaveOut !== undefined)
      .sort((a, b) => (b.column.leaveOut ?? 0) - (a.column.leaveOut ?? 0));
    if (first === undefined) break;
    layouts = layouts.filter((layout) => layout !== first);
  }
  narrow(layouts, width);
  return layouts;
}

/** A table with a line of titles, each line ended, no line wider than `width` where the columns allow it. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): string {
  const layouts = layOut(columns, rows, width);
  const line = (texts: readonly string[]): string =>
    `${texts
      .map((text, at) => {
        const { column, width: room = 0 } = layouts[at] ?? {};
        const shown = shortened(text, room, column?.cutIn);
        return shown + " ".repeat(room - Bun.stringWidth(shown));
      })
      .join(" ".repeat(GAP))
      .trimEnd()}\n`;
  const titles = line(layouts.map(({ column }) => column.title));
  return titles + rows.map((_, at) => line(layouts.map(({ cells }) => cells[at] ?? ""))).join("");
}

/** Columns beside the names that values need at least, the 36 of a signature ID among them. */
const BESIDE = 40;

/**
 * Names and values, the values under each other; in a narrow terminal each under its name. A value that is wider than its room
 * goes on in the next line, and a word of it that is stays whole.
 */
export function renderFields(
  fields: readonly (readonly [name: string, value: string])[],
  width: number,
): string {
  const column = Math.max(0, ...fields.map(([name]) => name.length)) + GAP;
  const indent = width - column < BESIDE ? GAP : column;
  const lines = fields.flatMap(([name, value]) => {
    const [first = "", ...more] = wrapWords(cellOf(value), width - indent);
    const start = indent === column ? [name.padEnd(column) + first] : [name, " ".repeat(indent) + first];
    return [...start, ...more.map((line) => " ".repeat(indent) + line)];
  });
  return lines.map((line) => `${line}\n`).join("");
}
