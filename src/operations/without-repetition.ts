import type { Log } from "./log.ts";

/** The same error is told again after a minute, in milliseconds. */
const REPEAT_AFTER = 60_000;

/** Lines that are remembered, the latest. */
const MAXIMUM_REMEMBERED = 1000;

/**
 * A log that tells the same error at most once a minute: what fails in every round would fill the disk.
 * @param now milliseconds of a clock that only ever goes forward
 */
export function withoutRepetition(log: Log, now: () => number = () => performance.now()): Log {
  const toldAt = new Map<string, number>();
  const error = (text: string): void => {
    const before = toldAt.get(text);
    if (before !== undefined && now() - before < REPEAT_AFTER) return;
    toldAt.delete(text);
    toldAt.set(text, now());
    const [oldest] = toldAt.keys();
    if (toldAt.size > MAXIMUM_REMEMBERED && oldest !== undefined) toldAt.delete(oldest);
    log.error(text);
  };
  return {
    info: (text) => log.info(text),
    warn: (text) => log.warn(text),
    debug: (text) => log.debug(text),
    error,
  };
}
