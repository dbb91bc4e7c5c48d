/** The beginning of the process that holds a vendor's module: what it does about itself, then serving its parent. */
import { endWithParent, keepMemoryOutOfCoreDumps, leaveSignalsToParent } from "./own-process.ts";

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
