import { KmsError } from "../errors.ts";

/**
 * Variables of the runtime that make a program load other code, open a debugger, or trust every TLS certificate. A key
 * manager has no use for any of them.
 */
const forbidden = /^(BUN_OPTIONS|BUN_BE_BUN|BUN_INSPECT.*|NODE_OPTIONS|NODE_TLS_REJECT_UNAUTHORIZED)$/;

/**
 * Refuses to work in an environment that could change what the program does.
 * @throws KmsError `CONFIGURATION` naming the variable
 */
export function assertSafeEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  const found = Object.keys(environment).find((name) => forbidden.test(name) && environment[name] !== "");
  if (found === undefined) return;
  throw new KmsError(
    "CONFIGURATION",
    `The variable ${found} is set: it could make this program run other code or trust anybody.`,
    {
      hint: `Start it without ${found}.`,
    },
  );
}
