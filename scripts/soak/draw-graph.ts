/**
 * The samples of a soak as a picture (SVG 1.1: https://www.w3.org/TR/SVG11/): one panel for each figure, one above the
 * other.
 */
import type { Sample } from "../../tests/e2e/soak/sample.ts";

const WIDTH = 900;
const PANEL_HEIGHT = 120;
const GAP = 40;
const LEFT = 70;
const RIGHT = 20;
const TOP = 50;
/** Points in a line; samples between them are averaged. */
const POINTS = 300;

interface Point {
  readonly minutes: number;
  readonly value: number;
}

interface Panel {
  readonly title: string;
  readonly color: string;
  readonly points: readonly Point[];
}

/** At most {@link POINTS} points, each the mean of the samples beside it. */
function thinOut(points: readonly Point[]): Point[] {
  const size = Math.max(1, Math.ceil(points.length / POINTS));
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) => {
    const part = points.slice(index * size, (index + 1) * size);
    return { minutes: mean(part.map(({ minutes }) => minutes)), value: mean(part.map(({ value }) => value)) };
  });
}

/** The next number of the form 1, 2 or 5 times a power of ten. */
function roundUp(number: number): number {
  if (number <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(number));
  return ([1, 2, 5, 10].find((factor) => factor * power >= number) ?? 10) * power;
}

function text(x: number, y: number, anchor: "start" | "middle" | "end", content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;
}

function drawPanel({ title, color, points }: Panel, index: number, minutes: number): string {
  const top = TOP + index * (PANEL_HEIGHT + GAP);
  const bottom = top + PANEL_HEIGHT;
  const width = WIDTH - LEFT - RIGHT;
  const drawn = thinOut(points);
  const highest = roundUp(Math.max(...drawn.map(({ value }) => value)));
  const x = (at: number): number => LEFT + (at / minutes) * width;
  const y = (value: number): number => bottom - (value / highest) * PANEL_HEIGHT;
  const rules = [0, 0.5, 1].flatMap((share) => [
    line(LEFT, y(share * highest), WIDTH - RIGHT, y(share * highest)),
    text(LEFT - 8, y(share * highest) + 4, "end", String(Number((share * highest).toPrecision(3)))),
  ]);
  const path = drawn.map(({ minutes: at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  return [
    `<text x="${LEFT}" y="${top - 8}" font-weight="bold">${title}</text>`,
    ...rules,
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${path.join(" ")}"/>`,
  ].join("\n");
}

function drawTimeAxis(panels: number, minutes: number): string {
  const y = TOP + panels * (PANEL_HEIGHT + GAP) - GAP + 18;
  const step = roundUp(minutes / 10);
  const ticks = Array.from({ length: Math.floor(minutes / step) + 1 }, (_, index) => index * step);
  return ticks
    .map((tick) =>
      text(
        LEFT + (tick / minutes) * (WIDTH - LEFT - RIGHT),
        y,
        "middle",
        `${Number(tick.toPrecision(3))} min`,
      ),
    )
    .join("\n");
}

/** Jobs finished a second, from one sample to the next. */
function rates(samples: readonly Sample[]): Point[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? sample;
    return {
      minutes: sample.seconds / 60,
      value: (sample.done - before.done) / (sample.seconds - before.seconds),
    };
  });
}

/** @returns an SVG document */
export function drawGraph(samples: readonly Sample[], title: string): string {
  const of = (value: (sample: Sample) => number): Point[] =>
    samples.map((sample) => ({ minutes: sample.seconds / 60, value: value(sample) }));
  const panels: readonly Panel[] = [
    { title: "Resident memory (MiB)", color: "#0b6e4f", points: of(({ memory }) => memory) },
    { title: "Open descriptors", color: "#8d3b72", points: of(({ descriptors }) => descriptors) },
    { title: "Threads", color: "#6c757d", points: of(({ threads }) => threads) },
    { title: "Jobs done a second", color: "#1d5fa8", points: rates(samples) },
    { title: "Seconds between polls", color: "#b5651d", points: of(({ pollInterval }) => pollInterval) },
    { title: "Seconds from listed to done", color: "#a4161a", points: of(({ latency }) => latency) },
  ];
  const minutes = (samples.at(-1)?.seconds ?? 60) / 60;
  const height = TOP + panels.length * (PANEL_HEIGHT + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    ' font-family="sans-serif" font-size="12" fill="#333">',
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${title}</text>`,
    ...panels.map((panel, index) => drawPanel(panel, index, minutes)),
    drawTimeAxis(panels.length, minutes),
    "</svg>\n",
  ].join("\n");
}
