/** The program's log: one line an event on standard error, beginning with the time as the original has it. */
import { createConsola, type LogObject } from "consola/core";
import { Recent } from "../../chains/codec/recent.ts";

export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  debug(text: string): void;
}

const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]+/gu;

/** Text from outside may hold line breaks or terminal commands; a log line holds neither. */
function oneLine(text: string): string {
  return text.replace(CONTROL_CHARACTERS, " ");
}

function format({ date, type, args }: LogObject): string {
  const severity = type === "info" ? "" : `${type.toUpperCase()}: `;
  return `${date.toISOString()} - ${severity}${oneLine(args.map(String).join(" "))}\n`;
}

/** A log that writes lines with `write`; `debug` events only when asked for. */
export function createLog(options: { debug: boolean; write?: (line: string) => void }): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  return createConsola({
    level: options.debug ? 4 : 3,
    throttle: 0,
    reporters: [{ log: (event) => write(format(event)) }],
  });
}

/** The same error is told again after a minute, in milliseconds. */
const REPEAT_AFTER = 60_000;

/** Lines that are remembered, the latest. */
const MAXIMUM_REMEMBERED = 1000;

/**
 * A log that tells the same error at most once a minute: what fails in every round would fill the disk.
 * @param now milliseconds of a clock that only ever goes forward
 */
export function withoutRepetition(log: Log, now: () => number = () => performance.now()): Log {
  const toldAt = new Recent<number>(MAXIMUM_REMEMBERED);
  const error = (text: string): void => {
    const before = toldAt.get(text);
    if (before !== undefined && now() - before < REPEAT_AFTER) return;
    toldAt.set(text, now());
    log.error(text);
  };
  return {
    info: (text) => log.info(text),
    warn: (text) => log.warn(text),
    debug: (text) => log.debug(text),
    error,
  };
}
