/**
 * The PIN from the place that the `pin-source` of a PKCS#11 URI names: https://www.rfc-editor.org/rfc/rfc7512#section-2.4.
 */
import { TokenError } from "../error.ts";
import { readSecretFile } from "../file/secret-file.ts";
import type { Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";

/**
 * The PIN from the place that a URI names: a file, as `file:/path` or as a plain path (RFC 7512, 2.4).
 * @throws TokenError `NOT_CONFIGURED` for any other place
 * @throws ProviderError as for a password in a file
 */
export async function readPinSource(pinSource: string, warn: Warn): Promise<Secret> {
  const path = pinSource.replace(/^file:(?:\/\/(?=\/))?/, "");
  // After two slashes stands the name of a host (RFC 8089).
  if (!path.startsWith("/") || path.startsWith("//")) {
    throw new TokenError(
      "NOT_CONFIGURED",
      "The pin-source of the PKCS#11 URI is not a file with an absolute path.",
      "Write it as pin-source=file:/run/secrets/pin; for a command use --provider=exec.",
    );
  }
  return readSecretFile(path, { source: `The PIN file ${path}`, warn });
}
