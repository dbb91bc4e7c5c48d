/** The guard of the environment: variables that would change what the program does are refused. */
import { KmsError } from "../errors.ts";

/**
 * Variables of the runtime and the dynamic linker that make a program load other code, open a debugger, write requests
 * with their keys into the log, or trust every TLS certificate. A key manager has no use for any of them. Everything that
 * begins with `BUN_` steers the runtime, and each version knows more of them; `JSC_` is its engine, `DYLD_` the dynamic linker of
 * macOS.
 */
const forbidden = /^(BUN_.*|JSC_.*|NODE_OPTIONS|NODE_TLS_REJECT_UNAUTHORIZED|LD_PRELOAD|LD_AUDIT|DYLD_.*)$/;

/** What Bun's installer and its container images set; it means nothing to an executable. */
const harmless = /^BUN_(INSTALL|INSTALL_BIN|RUNTIME_TRANSPILER_CACHE_PATH)$/;

/**
 * Refuses to work in an environment that could change what the program does.
 * @throws KmsError `CONFIGURATION` naming the variable
 */
export function assertSafeEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  const found = Object.keys(environment).find(
    (name) => forbidden.test(name) && !harmless.test(name) && environment[name] !== "",
  );
  if (found === undefined) return;
  throw new KmsError(
    "CONFIGURATION",
    `The variable ${found} is set: it could make this program run other code or trust anybody.`,
    {
      hint: `Start it without ${found}.`,
    },
  );
}
