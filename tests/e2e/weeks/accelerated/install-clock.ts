/** Gives the program under test its fast clock, before anything of it is loaded. */
import { setTimeout as sleep } from "node:timers/promises";
import { CLOCK_VARIABLE, readClock } from "./clock.ts";

const clock = readClock(process.env[CLOCK_VARIABLE]);

function faster<Timer extends typeof globalThis.setTimeout | typeof globalThis.setInterval>(timer: Timer) {
  return ((work: () => void, milliseconds = 0, ...rest: unknown[]) =>
    (timer as (...all: unknown[]) => unknown)(work, clock.real(milliseconds), ...rest)) as unknown as Timer;
}

const { performance } = globalThis;
const realNow = performance.now.bind(performance);
const machineTime = {
  performance: { now: realNow },
  setTimeout: globalThis.setTimeout,
  /** Waits so many real milliseconds, unless the program is being stopped. */
  pause: (milliseconds: number, signal?: AbortSignal) =>
    sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

Object.assign(globalThis, { machineTime });
performance.now = () => clock.passed(realNow());
Date.now = () => Math.floor(clock.now());
globalThis.setTimeout = faster(globalThis.setTimeout);
globalThis.setInterval = faster(globalThis.setInterval);
