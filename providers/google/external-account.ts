/**
 * Workload identity federation: the token that another platform gave to this program, exchanged for one of Google's:
 * https://google.aip.dev/auth/4117, https://www.rfc-editor.org/rfc/rfc8693.
 */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ProviderContext, Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { accessToken, bearer, formPost, requestToken, tokenRefusal } from "../support/access-token.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import type { HttpSender } from "../support/http-sender.ts";
import { isSuccess, parseAnswer } from "../support/service-answer.ts";
import { CREDENTIALS, type ExternalAccount } from "./credentials-file.ts";
import { SCOPE, TOKEN_SERVICE } from "./service-account.ts";

const SOURCE = `credential_source of ${CREDENTIALS}`;

function subjectToken({ credential_source: { file, format } }: ExternalAccount, warn: Warn): string {
  const text = readCredentialFile(SOURCE, file, warn);
  if (format.type === "text") return text;
  const field = format.subject_token_field_name;
  const schema = v.pipe(v.string(), v.parseJson(), v.object({ [field]: v.pipe(v.string(), v.nonEmpty()) }));
  const token = v.safeParse(schema, text);
  if (token.success && token.output[field] !== undefined) return token.output[field];
  throw new ProviderError("NOT_CONFIGURED", `The file that ${SOURCE} names holds no token in its field.`);
}

/** The answer of `generateAccessToken` of Google's "Service Account Credentials API". */
const impersonationAnswer = v.object({ accessToken });

async function impersonate(http: HttpSender, url: URL, token: Secret): Promise<Secret> {
  const answer = await http.send({
    method: "POST",
    url,
    headers: { ...bearer(token), "content-type": "application/json" },
    body: JSON.stringify({ scope: [SCOPE] }),
  });
  if (isSuccess(answer)) {
    return parseAnswer(TOKEN_SERVICE, "an access token", impersonationAnswer, answer).accessToken;
  }
  throw tokenRefusal(
    TOKEN_SERVICE,
    answer,
    "The federated identity needs the role Workload Identity User for the service account.",
  );
}

/** @throws ProviderError */
export async function externalAccountToken(
  { http, warn }: ProviderContext,
  account: ExternalAccount,
): Promise<Secret> {
  const request = formPost(account.token_url, {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: account.audience,
    scope: SCOPE,
    subject_token_type: account.subject_token_type,
    subject_token: subjectToken(account, warn),
  });
  const hint = "Check the workload identity pool and that the token in the file is of this moment.";
  const token = await requestToken(http, TOKEN_SERVICE, request, hint);
  const url = account.service_account_impersonation_url;
  return url === undefined ? token : impersonate(http, url, token);
}
