/** The beginning of the process that holds a vendor's module: what it does about itself, then serving its parent. */
import { dlopen } from "bun:ffi";
import { writeFileSync } from "node:fs";

/** `prctl(2)` */
const PR_SET_PDEATHSIG = 1;
/** `signal(7)` */
const SIGKILL = 9;

/**
 * A signal to the process group, such as that of Ctrl-C, is for the parent: it may want to finish a signature, and ends this
 * process itself.
 */
function leaveSignalsToParent(): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
}

/** The PIN is in this memory, and vendors' modules crash (`core(5)`, coredump_filter). */
function keepMemoryOutOfCoreDumps(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // Systems without /proc; the limits of the parent hold here as well.
  }
}

/** Without this, a module that hangs while the parent is killed would hang for ever: it does not see the channel close. */
function endWithParent(): void {
  if (process.platform !== "linux") return;
  try {
    // The C library that the process runs with: musl takes this name for its own as well.
    const { symbols } = dlopen("libc.so.6", {
      prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    });
    symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  } catch {
    // The closed channel ends every process whose module does not hang.
  }
}

/** Makes this process the one that holds a vendor's module. */
export async function startPkcs11Process(): Promise<void> {
  // A person started it: there is nobody to serve.
  if (process.send === undefined) return;
  leaveSignalsToParent();
  keepMemoryOutOfCoreDumps();
  endWithParent();
  const { servePkcs11 } = await import("./serve.ts");
  servePkcs11();
}
