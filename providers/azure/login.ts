/**
 * Login to Azure: access tokens for Key Vault by client secret, workload identity (RFC 7523:
 * https://www.rfc-editor.org/rfc/rfc7523) or managed identity.
 */
import type { ProviderContext, Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { requestToken } from "../support/access-token.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import { checkAuthority, clientCredentialsRequest } from "./authority.ts";
import type { Challenge } from "./challenge.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  FEDERATED_TOKEN_FILE,
  type LoginMethod,
  TENANT_ID,
} from "./login-method.ts";
import { managedIdentityToken } from "./managed-identity.ts";

const IDENTITY_PLATFORM = "Microsoft's identity platform";

/** RFC 7523, 2.2. */
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

function credentialOf(
  method: Extract<LoginMethod, { readonly kind: "client-secret" | "workload-identity" }>,
  warn: Warn,
): Record<string, string> {
  if (method.kind === "client-secret") return { client_secret: method.clientSecret.reveal() };
  return {
    client_assertion_type: JWT_BEARER,
    client_assertion: readCredentialFile(FEDERATED_TOKEN_FILE, method.tokenFile, warn),
  };
}

/**
 * A token for what a vault asked for; the challenge has to be checked.
 *
 * @param authority where an application shows its credentials
 * @throws ProviderError
 */
export async function logIn(
  { http, warn }: ProviderContext,
  method: LoginMethod,
  challenge: Challenge,
  authority: URL,
): Promise<Secret> {
  const { resource } = challenge;
  if (method.kind === "app-service" || method.kind === "virtual-machine") {
    return managedIdentityToken(http, method, resource);
  }
  checkAuthority(challenge, authority, method);
  const request = clientCredentialsRequest(authority, method, resource, credentialOf(method, warn));
  const shown = method.kind === "client-secret" ? CLIENT_SECRET : FEDERATED_TOKEN_FILE;
  return requestToken(http, IDENTITY_PLATFORM, request, `Check ${TENANT_ID}, ${CLIENT_ID} and ${shown}.`);
}

/** For people, as in "logged in by <this>". */
export function describeLogin(method: LoginMethod, authority: URL): string {
  switch (method.kind) {
    case "client-secret":
      return `the client secret of an application, at ${authority.host}`;
    case "workload-identity":
      return `the workload identity of an application, at ${authority.host}`;
    case "app-service":
      return `the managed identity of this app, at ${method.endpoint.host}`;
    case "virtual-machine":
      return `the managed identity of this machine, at ${method.host.host}`;
  }
}
