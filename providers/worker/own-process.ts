/** The inside of a process for code that is not ours: what it does about itself before it loads the code, and how it serves. */
import { dlopen } from "bun:ffi";
import { writeFileSync } from "node:fs";
import * as v from "valibot";
import type { WorkerFailure } from "./worker-process.ts";

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

/** A PIN or credentials are in this memory, and foreign code crashes (`core(5)`, coredump_filter). */
function keepMemoryOutOfCoreDumps(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // Systems without /proc; the limits of the parent hold here as well.
  }
}

/** Without this, code that hangs while the parent is killed would hang for ever: it does not see the channel close. */
function endWithParent(): void {
  if (process.platform !== "linux") return;
  try {
    // The C library that the process runs with: musl takes this name for its own as well.
    const { symbols } = dlopen("libc.so.6", {
      prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    });
    symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  } catch {
    // The closed channel ends every process whose code does not hang.
  }
}

/**
 * Makes this process one that serves its parent, before any foreign code is in it.
 *
 * @returns false when a person started it: there is nobody to serve.
 */
export function becomeWorker(): boolean {
  if (process.send === undefined) return false;
  leaveSignalsToParent();
  keepMemoryOutOfCoreDumps();
  endWithParent();
  return true;
}

const questionSchema = v.strictObject({ number: v.number(), request: v.unknown() });

/** What the code in the process does with a question. */
export interface Service {
  /** @throws what `describeFailure` puts into words */
  answer(request: unknown): unknown;
  describeFailure(error: unknown): WorkerFailure;
}

/** Serves the parent process until it is gone. */
export function serveParent({ answer, describeFailure }: Service): void {
  process.on("message", async (message: unknown) => {
    const question = v.safeParse(questionSchema, message);
    const number = question.success ? question.output.number : 0;
    try {
      const { request } = v.parse(questionSchema, message);
      process.send?.({ number, result: await answer(request) });
    } catch (error) {
      process.send?.({ number, failure: describeFailure(error) });
    }
  });
  process.on("disconnect", () => process.exit(0));
}
