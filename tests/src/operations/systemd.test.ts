/** The protocol of sd_notify(3), against a socket as systemd has one. */

import { dlopen, ptr } from "bun:ffi";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../../src/operations/log.ts";
import { notifySystemd } from "../../../src/operations/systemd.ts";

const { symbols } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
});
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;

/** A socket of datagrams at a path, or at an abstract name that begins with a zero byte. */
class NotifySocket {
  readonly #socket = symbols.socket(AF_UNIX, SOCK_DGRAM, 0);

  constructor(name: string) {
    const address = Buffer.from(`\u0001\u0000${name}`, "latin1");
    expect(symbols.bind(this.#socket, ptr(address), address.length)).toBe(0);
  }

  /** What has come since the last time. */
  received(): string[] {
    const buffer = Buffer.alloc(4096);
    const messages: string[] = [];
    for (;;) {
      const length = Number(symbols.recv(this.#socket, ptr(buffer), buffer.length, MSG_DONTWAIT));
      if (length < 0) return messages;
      messages.push(buffer.toString("utf8", 0, length));
    }
  }

  close(): void {
    symbols.close(this.#socket);
  }
}

let folder: string;
let warnings: string[];
let stopping: AbortController;
const ignore = (): void => undefined;
const log: Log = { info: ignore, error: ignore, debug: ignore, warn: (text) => void warnings.push(text) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "systemd-"));
  warnings = [];
  stopping = new AbortController();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const socketPath = (): string => join(folder, "notify");

describe("systemd", () => {
  test("is told that the daemon is ready, and that it stops", () => {
    const socket = new NotifySocket(socketPath());
    const end = notifySystemd(stopping.signal, log, { NOTIFY_SOCKET: socketPath() });
    expect(socket.received()).toEqual(["READY=1"]);
    stopping.abort();
    expect(socket.received()).toEqual(["STOPPING=1"]);
    end();
    socket.close();
    expect(warnings).toEqual([]);
  });

  test("is told at an abstract name too", () => {
    const name = `tatum-kms-${process.pid}`;
    const socket = new NotifySocket(`\u0000${name}`);
    notifySystemd(stopping.signal, log, { NOTIFY_SOCKET: `@${name}` })();
    expect(socket.received()).toEqual(["READY=1"]);
    socket.close();
  });

  test("is told of life twice in the time that it waits, until the end", async () => {
    const socket = new NotifySocket(socketPath());
    const environment = {
      NOTIFY_SOCKET: socketPath(),
      WATCHDOG_USEC: "100000",
      WATCHDOG_PID: `${process.pid}`,
    };
    const end = notifySystemd(stopping.signal, log, environment);
    await Bun.sleep(400);
    end();
    const lives = socket.received().filter((message) => message === "WATCHDOG=1");
    expect(lives.length).toBeGreaterThanOrEqual(2);
    await Bun.sleep(150);
    expect(socket.received()).toEqual([]);
    socket.close();
  });

  test("is told no signs of life that another process owes", async () => {
    const socket = new NotifySocket(socketPath());
    const environment = { NOTIFY_SOCKET: socketPath(), WATCHDOG_USEC: "20000", WATCHDOG_PID: "1" };
    const end = notifySystemd(stopping.signal, log, environment);
    await Bun.sleep(100);
    end();
    expect(socket.received()).toEqual(["READY=1"]);
    socket.close();
  });

  test("that does not ask is told nothing", () => {
    notifySystemd(stopping.signal, log, {})();
    notifySystemd(stopping.signal, log, { NOTIFY_SOCKET: "" })();
    expect(warnings).toEqual([]);
  });

  test.each(["/nowhere/notify", "relative", `/${"x".repeat(200)}`])(
    "that cannot be told at %s is warned of",
    (path) => {
      notifySystemd(stopping.signal, log, { NOTIFY_SOCKET: path })();
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("systemd cannot be told READY=1");
    },
  );
});
