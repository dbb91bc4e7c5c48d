/** Credentials that another program put into a file, such as the key of an account or a token. */
import { ProviderError } from "../error.ts";
import type { Warn } from "../provider.ts";
import { exposure, orProviderError, readTrustedFile } from "./trusted-file.ts";

/** Far more than any key, token or chain of certificates has. */
export const MAXIMUM_CREDENTIAL_FILE_BYTES = 1024 * 1024;

function decode(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ProviderError("NOT_CONFIGURED", `${source} is not text in UTF-8.`);
  }
}

/**
 * The text of a file with credentials that another program put there: a key file, a token. White space around it does
 * not count. Errors show nothing of the content, and the path only when there is a file: people have put the content where
 * the path belongs.
 *
 * @param origin what names the file, as in "the file that <origin> names"
 * @param warn is told when other users can read the file; without it the file holds no secret
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function readCredentialFile(origin: string, path: string, warn?: Warn): string {
  const source = `The file that ${origin} names`;
  const { bytes, status } = orProviderError("NOT_CONFIGURED", () =>
    readTrustedFile(path, { source, maximumBytes: MAXIMUM_CREDENTIAL_FILE_BYTES, regularOnly: true }),
  );
  const exposed = exposure(source, path, status);
  if (exposed !== undefined) warn?.(exposed);
  const text = decode(source, bytes).trim();
  if (text !== "") return text;
  throw new ProviderError("NOT_CONFIGURED", `${source} is empty.`);
}
