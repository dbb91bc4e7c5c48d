import { createConsola, type LogObject } from "consola/core";

/** The program's log: one line an event on standard error, beginning with the time as the original has it. */
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
