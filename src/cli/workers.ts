/** How this program starts itself for code that is not ours, in a process of its own: a PKCS#11 module, the SDK of AWS. */
import type { ProviderContext } from "../../providers/provider.ts";
import { WorkerProcess } from "../../providers/worker/worker-process.ts";
import { createProviderHttp, type ProviderPatience } from "../http/provider-http.ts";
import { workerWords } from "./worker-words.ts";

/** The executable alone, or Bun with the file it was given. */
export function workerCommand(name: keyof typeof workerWords): [string, ...string[]] {
  const isExecutable = import.meta.url.includes("$bunfs");
  const word = workerWords[name];
  return isExecutable
    ? [process.execPath, word]
    : [process.execPath, new URL("../main.ts", import.meta.url).pathname, word];
}

/** The environment of this process without the variables whose names match. */
export function environmentWithout(hidden: RegExp): Record<string, string> {
  const visible = Object.entries(process.env).filter(([name]) => !hidden.test(name));
  return Object.fromEntries(visible.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Variables of this program: they hold its secrets. Whose files may be trusted, only the environment says. */
const OWN_VARIABLE = /^TATUM_(?!KMS_TRUSTED_OWNER$)/;

/** Milliseconds: more than all tries together take, and than the search for credentials. */
const TIME_LIMIT = 300_000;

/** What a provider may use beside settings and a person: services over HTTP, and processes for code that is not ours. */
export function providerServices(patience: ProviderPatience): Pick<ProviderContext, "http" | "askWorker"> {
  return {
    http: createProviderHttp(patience),
    async askWorker(name, request) {
      const worker = new WorkerProcess({
        command: workerCommand(name),
        environment: environmentWithout(OWN_VARIABLE),
        timeLimit: TIME_LIMIT,
      });
      try {
        return await worker.ask({ patience, request });
      } finally {
        worker.end();
      }
    },
  };
}
