import type { WorkerFailure } from "./messages.ts";
import { endWithParent, keepMemoryOutOfCoreDumps, leaveSignalsToParent } from "./own-process.ts";

const notAvailable: WorkerFailure = {
  code: "NOT_AVAILABLE",
  message: "This executable has no PKCS#11: it was built for a platform, or on one, without it.",
  hint: "Use an executable with PKCS#11, or unlock with a password.",
};

/** Makes this process the one that holds a vendor's module. */
export async function startPkcs11Process(): Promise<void> {
  leaveSignalsToParent();
  keepMemoryOutOfCoreDumps();
  endWithParent();
  try {
    const { servePkcs11 } = await import("./serve.ts");
    servePkcs11();
  } catch {
    // The native addon is not in this executable.
    process.on("message", () => process.send?.({ number: 0, failure: notAvailable }));
    process.on("disconnect", () => process.exit(0));
  }
}
