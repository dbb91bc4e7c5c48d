/** What a look at one thing found: whether all is well, and what mends it where it is not. */
import { KmsError } from "../errors.ts";
import { explainProviderFailure } from "../failures.ts";

/** A change that is safe: it takes access away from others, or what no command uses any more. */
export interface Fix {
  /** As in `chmod 600 /home/kms/.tatumrc/wallet.dat`. */
  readonly command: string;
  apply(): void;
}

export interface Finding {
  /** What was looked at; a stable name. */
  readonly check: string;
  /** A failure keeps the daemon from its work or lets others in; a warning may do so one day. */
  readonly status: "ok" | "warning" | "failure";
  /** A sentence. */
  readonly message: string;
  readonly mend?: string | undefined;
  readonly fix?: Fix | undefined;
}

/** Makes findings about one thing. */
export function findings(check: string) {
  return {
    ok: (message: string): Finding => ({ check, status: "ok", message }),
    warning: (message: string, mend: string, fix?: Fix): Finding => ({
      check,
      status: "warning",
      message,
      mend,
      fix,
    }),
    failure: (message: string, mend?: string, fix?: Fix): Finding => ({
      check,
      status: "failure",
      message,
      mend,
      fix,
    }),
  };
}

/** What a failed check says, where it is an error that tells what to do. */
export function failureOf(check: string, error: unknown): Finding {
  const known = explainProviderFailure(error);
  if (known instanceof KmsError) return findings(check).failure(known.message, known.hint);
  // Other messages could quote a secret.
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return findings(check).failure(`It could not be looked at (${code}).`);
}

/** Looks at one thing; an error of the look is a finding as well. */
export async function examine(
  check: string,
  look: () => Finding | Finding[] | Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    return [failureOf(check, error)];
  }
}
