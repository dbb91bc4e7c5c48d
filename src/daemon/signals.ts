/** What signals mean to the daemon: two end it after what is in flight, the others it outlives, and says so. */
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import type { Log } from "../operations/log.ts";
import type { StopSignals } from "../tatum/settings.ts";

/**
 * After a signal, what may be on its way gets so many milliseconds to end. In a database another node may wait, which sends the same
 * bytes again: the chains are handed over within two seconds.
 */
const GRACE = { file: 8_000, database: 1_500 } as const;

/** `signal(7)`: the first bit of the masks in `/proc/<pid>/status`. */
const SIGHUP_BIT = 1n;

/** Would end the process by themselves; log rotation, monitoring and habits send them to daemons. */
const outlived = ["SIGUSR1", "SIGUSR2", "SIGALRM"] as const;

/** Whether there is a terminal that belongs to this process, and it has not been closed. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", constants.O_RDWR | constants.O_NOCTTY));
    return true;
  } catch {
    return false;
  }
}

/** Whether the process was started to outlive its terminal, as by `nohup`. */
function ignoresHangup(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & SIGHUP_BIT) !== 0n;
  } catch {
    return false;
  }
}

/**
 * Listens for signals until `release` is called. SIGTERM and SIGINT stop the daemon, and so does the end of the terminal that it
 * was started at (SIGHUP), unless it was started with `nohup`; else SIGHUP has the
 * settings read anew. No other signal that is commonly sent to daemons ends it.
 */
export function handleSignals(
  log: Log,
  store: keyof typeof GRACE,
  reload: () => Promise<void>,
): StopSignals & { release(): void } {
  const stopping = new AbortController();
  const deadline = new AbortController();
  const grace = GRACE[store];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopFor = (what: string): void => {
    if (stopping.signal.aborted) {
      log.info(`${what}: still finishing what is in flight, which takes at most ${grace / 1000} s.`, {
        action: "daemon-stopping",
      });
      return;
    }
    log.info(`${what}: finishing what is in flight.`, { action: "daemon-stopping" });
    stopping.abort();
    timer = setTimeout(() => deadline.abort(), grace);
  };
  const stop = (signal: NodeJS.Signals): void => stopFor(`${signal} received`);
  const outlive = (signal: NodeJS.Signals): void =>
    log.warn(`${signal} received: it has no meaning here, the daemon goes on.`, {
      action: "signal-received",
    });
  const endsWithTerminal = !ignoresHangup() && hasTerminal();
  const hangUp = (): void => {
    if (endsWithTerminal && !hasTerminal()) stopFor("SIGHUP received, the terminal is closed");
    else void reload();
  };
  const handlers = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>([
    ["SIGTERM", stop],
    ["SIGINT", stop],
    ["SIGHUP", hangUp],
    ...outlived.map((signal) => [signal, outlive] as const),
  ]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    stopping: stopping.signal,
    deadline: deadline.signal,
    release() {
      clearTimeout(timer);
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
