/** The entry point of the executable: the version, the process that holds a PKCS#11 module, or the command line. */
import { writeSync } from "node:fs";
import { pkcs11ProcessWord } from "./cli/pkcs11-process-word.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  // The one question that scripts ask again and again is answered before anything else is loaded.
  try {
    writeSync(1, `${version}\n`);
  } catch {
    // Nobody reads it: the status of an input or output error (sysexits.h).
    process.exitCode = 74;
  }
} else if (argv.length === 1 && argv[0] === pkcs11ProcessWord) {
  const { assertSafeEnvironment } = await import("./operations/environment-guard.ts");
  const { hardenProcess } = await import("./operations/hardening.ts");
  const { describeError } = await import("./cli/report-error.ts");
  try {
    assertSafeEnvironment(process.env);
    // It knows the PIN. What cannot be done is told by the process that started it.
    hardenProcess({ words: [], variables: [] });
    const { startPkcs11Process } = await import("../providers/pkcs11/worker/start.ts");
    await startPkcs11Process();
  } catch (error) {
    const { line, status } = describeError(error);
    writeSync(2, `${line}\n`);
    process.exit(status);
  }
} else {
  const { runCommandLine } = await import("./cli/run.ts");
  const status = await runCommandLine(argv);
  // A pipe on standard input that nobody closes would keep the process alive.
  process.exit(status);
}
