/**
 * The name of a process in the lease. It tells enough for another process beside it to see that its owner is dead, so that
 * nobody waits for a lease that cannot be renewed any more. On other systems than Linux it is just random.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

/** In bytes: the boot and PID namespace, the process id, the start of the process. */
const PLACE_LENGTH = 8;
const PROCESS_LENGTH = 4;
const START_LENGTH = 4;

/** Fields of `/proc/<pid>/stat` after the name (`proc_pid_stat(5)`): state, and start in clock ticks since boot. */
const STATE = 0;
const START = 19;
/** Zombie and dead: such a process does nothing any more. */
const ENDED = ["Z", "X", "x"];

function digest(text: string, length: number): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, length);
}

/** Process ids mean the same only for processes of one boot of one machine and one PID namespace. */
function thisPlace(): Buffer {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return digest(`${boot} ${readlinkSync("/proc/self/ns/pid")}`, PLACE_LENGTH);
}

function startOf(status: readonly string[]): Buffer {
  return digest(status[START] ?? "", START_LENGTH);
}

/** @throws the system's error `ENOENT` when there is no such process */
function statusOf(processId: number | "self"): string[] {
  const status = readFileSync(`/proc/${processId}/stat`, "utf8");
  return status.slice(status.lastIndexOf(")") + 2).split(" ");
}

/** 16 bytes that name this process. */
export function nameOfThisProcess(): Uint8Array {
  try {
    const processId = Buffer.alloc(PROCESS_LENGTH);
    processId.writeUInt32BE(process.pid);
    return Buffer.concat([thisPlace(), processId, startOf(statusOf("self"))]);
  } catch {
    return randomBytes(PLACE_LENGTH + PROCESS_LENGTH + START_LENGTH);
  }
}

/** Whether a named process is surely dead; of one that cannot be seen from here that is never said. */
export function isSurelyDead(holder: Uint8Array): boolean {
  const name = Buffer.from(holder);
  try {
    if (!name.subarray(0, PLACE_LENGTH).equals(thisPlace())) return false;
    // Or everything would look dead.
    statusOf("self");
  } catch {
    return false;
  }
  try {
    const status = statusOf(name.readUInt32BE(PLACE_LENGTH));
    const isSame = name.subarray(PLACE_LENGTH + PROCESS_LENGTH).equals(startOf(status));
    return !isSame || ENDED.includes(status[STATE] ?? "");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
