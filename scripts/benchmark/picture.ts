/** The curves of a benchmark as a picture (SVG 1.1: https://www.w3.org/TR/SVG11/): a panel a row, both axes logarithmic. */
import { type MeasuredRow, shown } from "./row.ts";

const [WIDTH, HEIGHT, GAP, COLUMNS] = [340, 150, 70, 2];

interface Span {
  readonly least: number;
  readonly most: number;
}

function spanOf(numbers: readonly number[]): Span {
  const least = 10 ** Math.floor(Math.log10(Math.min(...numbers)));
  const most = 10 ** Math.ceil(Math.log10(Math.max(...numbers)));
  return { least, most: most > least ? most : least * 10 };
}

/** From 0 at the least to 1 at the most. */
function place({ least, most }: Span, number: number): number {
  return Math.log(number / least) / Math.log(most / least);
}

function text(x: number, y: number, words: string, more = ""): string {
  const safe = words.replaceAll("`", "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(0)}" y="${y.toFixed(0)}" ${more}>${safe}</text>`;
}

function curve(points: readonly (readonly [number, number])[], color: string): string {
  const at = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const dots = points.map(
    ([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${color}"/>`,
  );
  return `<polyline fill="none" stroke="${color}" stroke-width="2" points="${at.join(" ")}"/>${dots.join("")}`;
}

function panel({ what, unit, sizeOf, figures }: MeasuredRow, index: number): string {
  const left = 60 + (index % COLUMNS) * (WIDTH + 2 * GAP);
  const top = 60 + Math.floor(index / COLUMNS) * (HEIGHT + 1.4 * GAP);
  const across = spanOf(figures.map(({ size }) => size));
  const up = spanOf(figures.flatMap(({ value, limit }) => [value, limit].filter((number) => number > 0)));
  const x = (size: number): number => left + place(across, size) * WIDTH;
  const y = (value: number): number => top + HEIGHT - place(up, Math.max(value, up.least)) * HEIGHT;
  const small = 'font-size="10" fill="#666"';
  return [
    `<rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#ccc"/>`,
    text(left, top - 8, `${what} (${unit})`, 'font-weight="bold"'),
    text(left - 6, top + 8, shown(up.most), `${small} text-anchor="end"`),
    text(left - 6, top + HEIGHT, shown(up.least), `${small} text-anchor="end"`),
    ...figures.map(({ size }) =>
      text(x(size), top + HEIGHT + 14, size.toLocaleString("en"), `${small} text-anchor="middle"`),
    ),
    text(left + WIDTH, top + HEIGHT + 28, sizeOf, `${small} text-anchor="end"`),
    curve(
      figures.map(({ size, limit }) => [x(size), y(limit)]),
      "#b0b0b0",
    ),
    curve(
      figures.map(({ size, value }) => [x(size), y(value)]),
      "#1d5fa8",
    ),
  ].join("\n");
}

/** @returns an SVG document with the rows that were measured at several sizes */
export function pictureOf(rows: readonly MeasuredRow[], title: string): string {
  const drawn = rows.filter(({ figures }) => figures.length > 1);
  const [width, height] = [
    COLUMNS * (WIDTH + 2 * GAP),
    60 + Math.ceil(drawn.length / COLUMNS) * (HEIGHT + 1.4 * GAP),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(60, 24, `${title}. Blue: measured. Grey: the limit, measured in the same run.`, 'font-size="14"'),
    ...drawn.map(panel),
    "</svg>\n",
  ].join("\n");
}
