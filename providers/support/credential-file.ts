import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { ProviderError } from "../error.ts";

/** Far more than any key, token or chain of certificates has. */
export const MAXIMUM_CREDENTIAL_FILE_BYTES = 1024 * 1024;

/** Up to `MAXIMUM_CREDENTIAL_FILE_BYTES + 1` bytes of a regular file; `undefined` when it is none. */
function readBounded(path: string): Uint8Array | undefined {
  // Without O_NONBLOCK the opening of a named pipe waits until somebody writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const bytes = new Uint8Array(MAXIMUM_CREDENTIAL_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function decode(origin: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ProviderError("NOT_CONFIGURED", `The file that ${origin} names is not text in UTF-8.`);
  }
}

/**
 * The text of a file with credentials that another program put there: a key file, a token. White space around it does
 * not count. Errors show neither the content nor the path: people have put the content where the path belongs.
 *
 * @param origin what names the file, as in "the file that <origin> names"
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function readCredentialFile(origin: string, path: string): string {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readBounded(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ProviderError("NOT_CONFIGURED", `The file that ${origin} names cannot be read (${code}).`);
  }
  if (bytes === undefined) {
    throw new ProviderError("NOT_CONFIGURED", `What ${origin} names is not a regular file.`);
  }
  if (bytes.length > MAXIMUM_CREDENTIAL_FILE_BYTES) {
    throw new ProviderError("NOT_CONFIGURED", `The file that ${origin} names is larger than 1 MiB.`);
  }
  const text = decode(origin, bytes).trim();
  if (text !== "") return text;
  throw new ProviderError("NOT_CONFIGURED", `The file that ${origin} names is empty.`);
}
