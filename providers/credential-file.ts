import { readFileSync, statSync } from "node:fs";
import { ProviderError } from "./provider-error.ts";

/** Far more than any token or chain of certificates. */
const MAXIMUM_BYTES = 1024 * 1024;

/**
 * What a file holds that a variable names: a token, a SecretID, certificates. White space around it does not count,
 * since most editors end a file with a line break.
 *
 * @param variable the one that names the file, or would name another, for the error
 * @throws ProviderError `NOT_CONFIGURED` when the file cannot be read, is no file, is empty or larger than 1 MiB
 */
export function readCredentialFile(variable: string, path: string): string {
  const fail = (problem: string): never => {
    throw new ProviderError("NOT_CONFIGURED", `The file ${path} (${variable}) ${problem}.`);
  };
  let text: string;
  try {
    const file = statSync(path);
    // A pipe could keep the program waiting for ever.
    if (!file.isFile()) return fail("is no regular file");
    if (file.size > MAXIMUM_BYTES) return fail("is larger than 1 MiB");
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    return fail(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return text === "" ? fail("is empty") : text;
}
