/**
 * Login to Azure: access tokens for Key Vault by client secret, workload identity (RFC 7523:
 * https://www.rfc-editor.org/rfc/rfc7523), or the managed identity of a machine or an app, from the local services that Azure has
 * there: https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
 */

import { ProviderError } from "../error.ts";
import type { ProviderContext, Warn } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { requestToken } from "../support/access-token.ts";
import { readCredentialFile } from "../support/credential-file.ts";
import type { HttpSender, ServiceRequest } from "../support/http-sender.ts";
import { urlBelow } from "../support/service-url.ts";
import { checkAuthority, clientCredentialsRequest } from "./authority.ts";
import type { Challenge } from "./challenge.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  FEDERATED_TOKEN_FILE,
  type LoginMethod,
  TENANT_ID,
} from "./login-method.ts";

type ManagedIdentity = Extract<LoginMethod, { readonly kind: "app-service" | "virtual-machine" }>;

const IDENTITY_HINT = `Give this machine or app a managed identity; where it has several, name one in ${CLIENT_ID}.`;

/** Source: Microsoft's "How to use managed identities for App Service and Azure Functions". */
function appServiceRequest(identity: Extract<ManagedIdentity, { kind: "app-service" }>): ServiceRequest {
  const url = new URL(identity.endpoint);
  url.searchParams.set("api-version", "2019-08-01");
  return { method: "GET", url, headers: { "x-identity-header": identity.header.reveal() } };
}

/** Source: Microsoft's "How to use managed identities on an Azure VM to acquire an access token". */
function virtualMachineRequest({
  host,
}: Extract<ManagedIdentity, { kind: "virtual-machine" }>): ServiceRequest {
  const url = urlBelow(host, "metadata", "identity", "oauth2", "token");
  url.searchParams.set("api-version", "2018-02-01");
  return { method: "GET", url, headers: { metadata: "true" } };
}

/**
 * A token of the managed identity.
 *
 * @param resource as in `https://vault.azure.net`
 * @throws ProviderError `NOT_ALLOWED`, `UNREACHABLE`, `BAD_ANSWER`
 */
async function managedIdentityToken(
  http: HttpSender,
  identity: ManagedIdentity,
  resource: string,
): Promise<Secret> {
  const request =
    identity.kind === "app-service" ? appServiceRequest(identity) : virtualMachineRequest(identity);
  request.url.searchParams.set("resource", resource);
  if (identity.clientId !== undefined) request.url.searchParams.set("client_id", identity.clientId);
  try {
    return await requestToken(http, "The managed identity service", request, IDENTITY_HINT);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "UNREACHABLE") throw error;
    throw new ProviderError(
      "UNREACHABLE",
      error.message,
      `Managed identities exist on machines in Azure only. Elsewhere set ${CLIENT_SECRET} or ${FEDERATED_TOKEN_FILE}.`,
    );
  }
}

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
