/**
 * The entry point of the executable: the version, help, a process for code that is not ours, a thread that makes keys or signs, or the
 * command line.
 */
import { writeSync } from "node:fs";
import { workerWords } from "./cli/worker-words.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);

/** Tells whether the words asked for help, and it was printed. */
async function answersHelp(): Promise<boolean> {
  if (argv.length > 0 && !argv.some((word) => ["--help", "-h", "help"].includes(word))) return false;
  const { answerHelp } = await import("./cli/manual/answer-help.ts");
  try {
    return await answerHelp(argv);
  } catch {
    // It cannot be written: the long way tells why.
    return false;
  }
}

if (!Bun.isMainThread) {
  const { workerData: shared } = await import("node:worker_threads");
  if (shared instanceof SharedArrayBuffer)
    (await import("./signing/signing-thread.ts")).serveSignatures(shared);
  else (await import("./wallets/key-threads.ts")).serveKeyOrders();
} else if (argv.length === 1 && argv[0] === "--version") {
  // The one question that scripts ask again and again is answered before anything else is loaded.
  try {
    writeSync(1, `${version}\n`);
  } catch {
    // Nobody reads it: the status of an input or output error (sysexits.h).
    process.exitCode = 74;
  }
} else if (argv.length === 1 && Object.values<string | undefined>(workerWords).includes(argv[0])) {
  const { runWorker } = await import("./cli/run-worker.ts");
  await runWorker(argv[0] ?? "");
} else if (!(await answersHelp())) {
  const { runCommandLine } = await import("./cli/run.ts");
  const status = await runCommandLine(argv);
  // A pipe on standard input that nobody closes would keep the process alive.
  process.exit(status);
}
