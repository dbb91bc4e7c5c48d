/** What a benchmark is: rows, each with what was measured at several sizes and the limit that was measured beside it. */

/** One measurement of a row. */
export interface Figure {
  /** How much work it was, such as the number of wallets. */
  readonly size: number;
  /** In the unit of the row. */
  readonly value: number;
  /** What nobody could do better than, measured in the same run; in the unit of the row. */
  readonly limit: number;
  /** Whether the goal is reached; absent where the size has none. */
  readonly isReached?: boolean;
  /** What else was seen, such as processor time or memory; for people. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** How much is done for a figure. */
export interface Effort {
  /** Of which the middle one counts. */
  readonly runs: number;
  /** Seconds between polls. */
  readonly period: number;
}

const efforts = { usual: { runs: 5, period: 2 }, short: { runs: 1, period: 0.1 } } as const;

export interface Row {
  /** As `--row` takes it. */
  readonly name: string;
  /** The work, as a person would say it. */
  readonly what: string;
  readonly unit: string;
  /** What the sizes count. */
  readonly sizeOf: string;
  readonly goal: string;
  readonly limit: string;
  /** 1x, 10x, 100x, where that makes sense. */
  readonly sizes: readonly number[];
  /** The size at which it is only seen that the row works. */
  readonly smallest: number;
  readonly measure: (size: number, effort: Effort) => Promise<Figure>;
}

export interface MeasuredRow extends Omit<Row, "sizes" | "smallest" | "measure"> {
  readonly figures: readonly Figure[];
}

/** @param isShort only to see that it works, with no word about times */
export async function measureRow(row: Row, isShort: boolean): Promise<MeasuredRow> {
  const { sizes, smallest, measure, ...described } = row;
  const figures: Figure[] = [];
  const effort = isShort ? efforts.short : efforts.usual;
  for (const size of isShort ? [smallest] : sizes) figures.push(await measure(size, effort));
  return { ...described, figures };
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** A number with three digits that count, and a comma between thousands. */
export function shown(number: number): string {
  return number >= 1000 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(3)));
}

function besideText({ beside = {} }: Figure): string {
  return Object.entries(beside)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

const verdicts = new Map<boolean | undefined, string>([
  [true, "reached"],
  [false, "**missed**"],
  [undefined, ""],
]);

/** A table in Markdown. */
export function tableOf(rows: readonly MeasuredRow[]): string {
  const heading = ["work", "size", "measured", "limit", "share", "goal", "", "beside it"];
  const lines = rows.flatMap((row) =>
    row.figures.map((figure, at) => [
      at === 0 ? row.what : "",
      `${figure.size.toLocaleString("en")} ${row.sizeOf}`,
      `${shown(figure.value)} ${row.unit}`,
      `${shown(figure.limit)} ${at === 0 ? `(${row.limit})` : ""}`.trim(),
      shown(figure.value / figure.limit),
      figure.isReached === undefined ? "" : row.goal,
      verdicts.get(figure.isReached) ?? "",
      besideText(figure),
    ]),
  );
  return [heading, heading.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
