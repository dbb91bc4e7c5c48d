/**
 * The managed identity that Azure gives to a machine or an app, and the local services that hand out its tokens:
 * https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
 */

import { ProviderError } from "../error.ts";
import type { Secret } from "../secret.ts";
import { requestToken } from "../support/access-token.ts";
import type { HttpRequest, HttpSender } from "../support/http-sender.ts";
import { urlBelow } from "../support/service-url.ts";
import { CLIENT_ID, CLIENT_SECRET, FEDERATED_TOKEN_FILE, type LoginMethod } from "./login-method.ts";

export type ManagedIdentity = Extract<LoginMethod, { readonly kind: "app-service" | "virtual-machine" }>;

const HINT = `Give this machine or app a managed identity; where it has several, name one in ${CLIENT_ID}.`;

/** Source: Microsoft's "How to use managed identities for App Service and Azure Functions". */
function appServiceRequest(identity: Extract<ManagedIdentity, { kind: "app-service" }>): HttpRequest {
  const url = new URL(identity.endpoint);
  url.searchParams.set("api-version", "2019-08-01");
  return { method: "GET", url, headers: { "x-identity-header": identity.header.reveal() } };
}

/** Source: Microsoft's "How to use managed identities on an Azure VM to acquire an access token". */
function virtualMachineRequest({ host }: Extract<ManagedIdentity, { kind: "virtual-machine" }>): HttpRequest {
  const url = urlBelow(host, "metadata", "identity", "oauth2", "token");
  url.searchParams.set("api-version", "2018-02-01");
  return { method: "GET", url, headers: { metadata: "true" } };
}

/**
 * @param resource as in `https://vault.azure.net`
 * @throws ProviderError `NOT_ALLOWED`, `UNREACHABLE`, `BAD_ANSWER`
 */
export async function managedIdentityToken(
  http: HttpSender,
  identity: ManagedIdentity,
  resource: string,
): Promise<Secret> {
  const request =
    identity.kind === "app-service" ? appServiceRequest(identity) : virtualMachineRequest(identity);
  request.url.searchParams.set("resource", resource);
  if (identity.clientId !== undefined) request.url.searchParams.set("client_id", identity.clientId);
  try {
    return await requestToken(http, "The managed identity service", request, HINT);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "UNREACHABLE") throw error;
    throw new ProviderError(
      "UNREACHABLE",
      error.message,
      `Managed identities exist on machines in Azure only. Elsewhere set ${CLIENT_SECRET} or ${FEDERATED_TOKEN_FILE}.`,
    );
  }
}
