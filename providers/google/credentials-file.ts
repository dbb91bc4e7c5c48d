/**
 * The credentials file that `GOOGLE_APPLICATION_CREDENTIALS` names:
 * https://cloud.google.com/docs/authentication/application-default-credentials.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { Warn } from "../provider.ts";
import { Secret } from "../secret.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { isLoopback } from "../support/service-url.ts";

export const CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS";

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** https, or plain http to this machine. */
const safeUrl = v.pipe(
  v.string(),
  v.transform(parseUrl),
  v.instance(URL),
  v.check(
    (url) =>
      url.username === "" && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))),
  ),
);

/** The tokens of other platforms are shown to Google only: such a file is often passed on, and is not secret itself. */
const googleUrl = v.pipe(
  safeUrl,
  v.check((url) => url.hostname.endsWith(".googleapis.com") || isLoopback(url)),
);

/** The key of a service account. */
const serviceAccount = v.object({
  type: v.literal("service_account"),
  client_email: v.pipe(v.string(), v.nonEmpty()),
  private_key: v.pipe(
    v.string(),
    v.transform((pem) => new Secret(pem)),
  ),
  private_key_id: v.optional(v.string()),
  token_uri: v.optional(safeUrl, "https://oauth2.googleapis.com/token"),
});

/** Workload identity federation (https://google.aip.dev/auth/4117), with the other platform's token in a file. */
const externalAccount = v.object({
  type: v.literal("external_account"),
  audience: v.pipe(v.string(), v.nonEmpty()),
  subject_token_type: v.pipe(v.string(), v.nonEmpty()),
  token_url: googleUrl,
  service_account_impersonation_url: v.optional(googleUrl),
  credential_source: v.object({
    file: v.pipe(v.string(), v.nonEmpty()),
    format: v.optional(
      v.variant("type", [
        v.object({ type: v.literal("text") }),
        v.object({ type: v.literal("json"), subject_token_field_name: v.string() }),
      ]),
      { type: "text" },
    ),
  }),
});

export type ServiceAccount = v.InferOutput<typeof serviceAccount>;
export type ExternalAccount = v.InferOutput<typeof externalAccount>;

const credentials = v.pipe(v.string(), v.parseJson(), v.variant("type", [serviceAccount, externalAccount]));

/**
 * @throws ProviderError `NOT_CONFIGURED`, with nothing of the content
 */
export function readCredentials(path: string, warn: Warn): ServiceAccount | ExternalAccount {
  const parsed = v.safeParse(credentials, readCredentialFile(CREDENTIALS, path, warn));
  if (parsed.success) return parsed.output;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `The file that ${CREDENTIALS} names is no credentials file of a supported kind.`,
    "Supported are the key of a service account (service_account), and workload identity federation whose token is in a file (external_account).",
  );
}
