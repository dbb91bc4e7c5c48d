/**
 * The duty of process 1, as in a container: processes whose parent ended become its children, and stay in the table of processes
 * until it asks for their end (https://man7.org/linux/man-pages/man2/wait.2.html, "NOTES"). The runtime asks for that of the
 * processes that it started itself, at once; what is still there a while later are others' children.
 */
import { dlopen } from "bun:ffi";
import { readdirSync, readFileSync } from "node:fs";

/** Milliseconds between two looks. What is there at two of them is nobody's. */
const PERIOD = 10_000;

/** `wait(2)` */
const WNOHANG = 1;

/** Whether a process has ended and waits for its parent, which is this one (`proc_pid_stat(5)`). */
function isOwnZombie(id: string): boolean {
  try {
    const status = readFileSync(`/proc/${id}/stat`, "utf8");
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && parent === String(process.pid);
  } catch {
    // It is gone.
    return false;
  }
}

function zombies(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOwnZombie(name));
}

/** Buries what other processes left behind, as long as this program is process 1. */
export function buryOrphans(period = PERIOD): void {
  if (process.pid !== 1 || process.platform !== "linux") return;
  const { waitpid } = dlopen("libc.so.6", {
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  }).symbols;
  let seen: readonly string[] = [];
  const look = (): void => {
    const found = zombies();
    for (const id of found.filter((one) => seen.includes(one))) waitpid(Number(id), null, WNOHANG);
    seen = found;
  };
  setInterval(look, period).unref();
}
