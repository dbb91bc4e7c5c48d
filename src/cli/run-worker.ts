/** This process as one for code that is not ours: guarded and hardened before any of that code is in it. */
import { writeSync } from "node:fs";
import { becomeWorker } from "../../providers/worker/own-process.ts";
import { assertSafeEnvironment } from "../operations/environment-guard.ts";
import { hardenProcess } from "../operations/hardening.ts";
import { describeError } from "./report-error.ts";
import { workerWords } from "./worker-words.ts";

/** What each word serves; the code itself is loaded last. */
const services: Readonly<Record<string, () => Promise<void>>> = {
  [workerWords.pkcs11]: async () => {
    const { servePkcs11 } = await import("../../providers/pkcs11/worker/serve.ts");
    servePkcs11();
  },
  [workerWords.aws]: async () => {
    const { serveAws } = await import("../../providers/aws/worker.ts");
    const { createProviderHttp } = await import("../http/provider-http.ts");
    serveAws(createProviderHttp);
  },
};

/** Serves the process that started this one; for a person who started it, does nothing. */
export async function runWorker(word: string): Promise<void> {
  try {
    assertSafeEnvironment(process.env);
    // First: of a hardened process nobody but root may change what core dumps hold.
    const serves = becomeWorker();
    // It knows a PIN or credentials. What cannot be done is told by the process that started it.
    hardenProcess({ words: [], variables: [] });
    if (serves) await services[word]?.();
  } catch (error) {
    const { line, status } = describeError(error);
    writeSync(2, `${line}\n`);
    process.exit(status);
  }
}
