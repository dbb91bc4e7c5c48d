/**
 * What systemd is told of the daemon, where a unit is of `Type=notify`: that it is ready, that it lives, and that it stops
 * (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html). A datagram on a socket of the file system or of the
 * abstract names of Linux; Bun has none of these, so that the C library sends it.
 */
import { dlopen, ptr } from "bun:ffi";
import type { Log } from "./log.ts";

/** `unix(7)`, `socket(2)`; the same on x64 and arm64. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
/** Bytes of a path in `struct sockaddr_un`, behind the two of the family. */
const PATH_BYTES = 108;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error for a path that the kernel has no room for, or no path of a socket at all */
function socketAddress(path: string): Buffer {
  const name = Buffer.from(path);
  if (!/^[/@]/.test(path) || name.length >= PATH_BYTES) throw new Error("no such address");
  // An abstract name begins with a zero byte.
  if (name[0] === "@".charCodeAt(0)) name[0] = 0;
  const family = Buffer.alloc(2);
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = AF_UNIX;
  // A path ends with a zero byte; in an abstract name each byte counts.
  return Buffer.concat([family, name, ...(path.startsWith("/") ? [Buffer.of(0)] : [])]);
}

function openLibrary() {
  return dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
  }).symbols;
}

/** @throws Error when it cannot be sent */
function send(path: string, text: string): void {
  const address = socketAddress(path);
  const library = openLibrary();
  const socket = library.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw new Error("no socket");
  try {
    const message = Buffer.from(text);
    const sent = library.sendto(socket, ptr(message), message.length, 0, ptr(address), address.length);
    if (Number(sent) !== message.length) throw new Error("the socket does not take it");
  } finally {
    library.close(socket);
  }
}

/** Milliseconds between two signs of life: half the time that systemd waits for one. `undefined` when it waits for none. */
function watchdogPeriod({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | undefined {
  const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const period = Number(WATCHDOG_USEC) / 2000;
  return isMeant && period >= 1 ? period : undefined;
}

/**
 * Tells systemd that the daemon is ready, as often as it wants that it lives, and once it stops; nothing where no systemd asks.
 * It lives as long as its event loop turns: what waits for the network does not count as dead.
 *
 * @returns ends it
 */
export function notifySystemd(
  stopping: AbortSignal,
  log: Log,
  environment: Environment = process.env,
): () => void {
  const path = environment["NOTIFY_SOCKET"];
  if (path === undefined || path === "" || process.platform !== "linux") return () => undefined;
  const period = watchdogPeriod(environment);
  const tell = (state: string): void => {
    try {
      send(path, state);
    } catch (failure) {
      const why = failure instanceof Error ? failure.message : "unknown";
      log.warn(`systemd cannot be told ${state} at ${path} (${why}).`, { action: "systemd-failed" });
    }
  };
  const stop = (): void => tell("STOPPING=1");
  tell("READY=1");
  stopping.addEventListener("abort", stop);
  const timer = period === undefined ? undefined : setInterval(() => tell("WATCHDOG=1"), period);
  return () => {
    clearInterval(timer);
    stopping.removeEventListener("abort", stop);
  };
}
