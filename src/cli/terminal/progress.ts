/**
 * How far long work has come, with its rate and the time that is left, on standard error: a bar at a terminal, a line every ten
 * seconds in a file, nothing for work that is short.
 */
import type { OnProgress } from "../../vault/contents.ts";
import { drawLine, printNote } from "../output.ts";
import { isTerminal, terminalColumns } from "./text-layout.ts";

/** Milliseconds of work that is short. */
const SHORT = 1000;
/** Milliseconds between two pictures of the bar, and between two lines in a file. */
const BETWEEN_PICTURES = 100;
const BETWEEN_LINES = 10_000;

/** Characters of the bar, and of a narrower one, where the text would not fit beside it. */
const BAR = 20;
const NARROW_BAR = 10;

function barText(part: number, width: number): string {
  const filled = Math.round(part * width);
  return `[${"#".repeat(filled)}${" ".repeat(width - filled)}]`;
}

/** Whole seconds, minutes or hours that are left. */
function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

export interface Reached {
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the work began. */
  readonly elapsed: number;
}

/**
 * What is told of work, as long as fits.
 * @param what is done, as in `keys stored`
 * @param columns `undefined` for a line in a file
 */
export function progressText(what: string, { done, total, elapsed }: Reached, columns?: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const percent = `${Math.floor(part * 100)} %`;
  const perSecond = done / (elapsed / 1000);
  const left = `${timeText((total - done) / perSecond)} left`;
  const rate = perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
  const number = `${done} of ${total}`;
  const full = `${number} ${what}, ${rate} a second, ${left}`;
  if (columns === undefined) return `${percent}: ${full}`;
  const texts = [
    `${barText(part, BAR)} ${percent}  ${full}`,
    `${barText(part, NARROW_BAR)} ${percent}  ${full}`,
    `${barText(part, BAR)} ${percent}  ${left}`,
    `${percent}  ${left}`,
    percent,
  ];
  return texts.find((text) => text.length < columns) ?? "";
}

/** Where progress is told, and by what clock. */
export interface ProgressPlace {
  readonly isTerminal: boolean;
  readonly columns: () => number;
  /** Replaces the line that was drawn before; nothing takes it away. */
  readonly draw: (line: string) => void;
  readonly print: (line: string) => void;
  /** Milliseconds of a clock that only ever goes forward. */
  readonly now: () => number;
}

const standardError: ProgressPlace = {
  get isTerminal() {
    return isTerminal(2) && process.env["TERM"] !== "dumb";
  },
  columns: () => terminalColumns(process.stderr, process.env),
  draw: drawLine,
  print: printNote,
  now: () => performance.now(),
};

/** Tells how far a step of long work is: `done` of `total` of what is done, as in `keys stored`. */
export type OnStep = (what: string, done: number, total: number) => void;

/** Work of several steps, each told with its own rate and time left. */
export async function whileTellingSteps<Result>(
  work: (onStep: OnStep) => Promise<Result>,
  place: ProgressPlace = standardError,
): Promise<Result> {
  const { isTerminal: isBar, columns, draw, print, now } = place;
  let step = { what: "", begun: now(), done: 0 };
  let next = step.begun + (isBar ? SHORT : BETWEEN_LINES);
  const onStep: OnStep = (what, done, total) => {
    const time = now();
    if (step.what === "") step.what = what;
    const isNew = what !== step.what || done < step.done;
    step = isNew ? { what, begun: time, done } : { ...step, done };
    if (isNew || time < next) return;
    const reached = { done, total, elapsed: time - step.begun };
    if (isBar) draw(progressText(what, reached, columns()));
    else print(`${progressText(what, reached)}.`);
    next = time + (isBar ? BETWEEN_PICTURES : BETWEEN_LINES);
  };
  try {
    return await work(onStep);
  } finally {
    if (isBar) draw("");
  }
}

/**
 * Work during which it is told how far it is.
 * @param what is done, as in `keys stored`
 */
export function whileTelling<Result>(
  what: string,
  work: (onProgress: OnProgress) => Promise<Result>,
  place: ProgressPlace = standardError,
): Promise<Result> {
  return whileTellingSteps((onStep) => work((done, total) => onStep(what, done, total)), place);
}
