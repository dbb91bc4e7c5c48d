/**
 * A clock that runs fast. It is built into the program under test and used by what stands around it, so that all of them agree
 * what time it is; the released program does not hold it. How long an HTTP call or a lock of the vault's file may take stays as
 * it is: the machine is not faster.
 */

/** `speed;origin`: seconds of this clock in one real second, and when it showed the real time (milliseconds since 1970). */
export const CLOCK_VARIABLE = "KMS_TEST_CLOCK";

/** An hour is a minute. */
const SPEED = 60;

const realNow = Date.now;
const realSetTimeout = globalThis.setTimeout;

export class FastClock {
  readonly #speed: number;
  readonly #origin: number;

  constructor(speed: number, origin: number) {
    this.#speed = speed;
    this.#origin = origin;
  }

  /** Milliseconds since 1970, by this clock. */
  now(): number {
    return this.#origin + (realNow() - this.#origin) * this.#speed;
  }

  /** Waits so many milliseconds of this clock. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((done) => realSetTimeout(done, this.real(milliseconds)));
  }

  /** How many milliseconds of this clock so many real ones are. */
  passed(milliseconds: number): number {
    return milliseconds * this.#speed;
  }

  /** How many real milliseconds so many of this clock are. */
  real(milliseconds: number): number {
    return milliseconds / this.#speed;
  }

  /** What a program needs in its environment to have this clock. */
  get environment(): Record<string, string> {
    return { [CLOCK_VARIABLE]: `${this.#speed};${this.#origin}` };
  }
}

/** @throws Error when the text names no clock */
export function readClock(text: string | undefined): FastClock {
  const [, speed, origin] = /^(\d{1,4});(\d{13})$/.exec(text ?? "") ?? [];
  if (speed === undefined || origin === undefined) throw new Error(`${CLOCK_VARIABLE} is not set.`);
  return new FastClock(Number(speed), Number(origin));
}

/** A clock that shows the real time now. */
export function startClock(speed = SPEED): FastClock {
  return new FastClock(speed, realNow());
}
