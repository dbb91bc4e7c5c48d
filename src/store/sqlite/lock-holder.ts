/** Which process keeps a SQLite file locked (https://sqlite.org/lockingv3.html), as Linux tells in /proc/locks. */
import { readFileSync, statSync } from "node:fs";

/** The bytes of a file that SQLite locks: the pending, the reserved and 510 shared ones. */
const FIRST_LOCK_BYTE = 0x4000_0000;
const LOCK_BYTES = 512;

/** A lock that is held, `proc_locks(5)`; those that are waited for have an arrow. */
const HELD = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+(READ|WRITE) (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) (\d+) /;

/** Of a device number as the system's C library packs it, `makedev(3)`. */
const majorOf = (device: bigint): bigint => ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
const minorOf = (device: bigint): bigint => (device & 0xffn) | ((device >> 12n) & ~0xffn);

export interface LockHolder {
  readonly processId: number;
  /** As the system calls it, without whatever could be taken for something else. */
  readonly name: string;
  /** Whether it was halted (SIGSTOP, a debugger), and does not go on by itself. */
  readonly isStopped: boolean;
}

/** The process, or of several one that writes; `undefined` where it cannot be told. Opens no file that is locked. */
export function lockHolder(path: string): LockHolder | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    const own = `${majorOf(dev)}:${minorOf(dev)}:${ino}`;
    const held = readFileSync("/proc/locks", "utf8")
      .split("\n")
      .flatMap((line) => {
        const [, kind, processId, major, minor, inode, start] = HELD.exec(line) ?? [];
        const file = `${Number(`0x${major}`)}:${Number(`0x${minor}`)}:${inode}`;
        const offset = Number(start) - FIRST_LOCK_BYTE;
        const isOurs = file === own && offset >= 0 && offset < LOCK_BYTES;
        return isOurs && Number(processId) !== process.pid ? [{ kind, processId: Number(processId) }] : [];
      });
    const found = held.find(({ kind }) => kind === "WRITE") ?? held[0];
    return found && found.processId > 0 ? describe(found.processId) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws the system's error when there is no such process any more */
function describe(processId: number): LockHolder {
  const status = readFileSync(`/proc/${processId}/stat`, "utf8");
  const end = status.lastIndexOf(")");
  const name = status.slice(status.indexOf("(") + 1, end).replace(/[^\w. -]/g, "?");
  return { processId, name, isStopped: /^[Tt]$/.test(status.slice(end + 2, end + 3)) };
}

/** What is said of it, and what can be done. */
export function adviseOn({ processId, name, isStopped }: LockHolder): {
  readonly what: string;
  readonly hint: string;
} {
  const what = `process ${processId} (${name})`;
  if (!isStopped)
    return { what, hint: `Try again when process ${processId} is done; one that hangs has to be ended.` };
  return {
    what: `${what}, which is stopped`,
    hint: `Let it go on (kill -CONT ${processId}) or end it (kill -KILL ${processId}): what it has committed stays, the rest is undone.`,
  };
}
