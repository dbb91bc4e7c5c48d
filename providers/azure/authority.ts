/**
 * Microsoft's identity platform, which gives tokens to applications that show a secret or another platform's token:
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
 */

import { ProviderError } from "../error.ts";
import type { ProviderContext } from "../provider.ts";
import { formPost } from "../support/access-token.ts";
import type { ServiceRequest } from "../support/http-sender.ts";
import { serviceUrl, urlBelow } from "../support/service-url.ts";
import type { Challenge } from "./challenge.ts";
import { defaultAuthority, isSameAuthority } from "./cloud.ts";
import { type Application, TENANT_ID } from "./login-method.ts";

export const AUTHORITY_HOST = "AZURE_AUTHORITY_HOST";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Where credentials are shown: to the host that the operator named, else to the one of the vault's cloud.
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function authorityOf({ setting }: ProviderContext, vault: URL): URL {
  const configured = setting(AUTHORITY_HOST);
  return configured === undefined ? defaultAuthority(vault.hostname) : serviceUrl(AUTHORITY_HOST, configured);
}

/**
 * Makes sure that the vault trusts the tokens of this authority and tenant. Credentials go to the authority in any case,
 * never to a host that only a challenge names.
 *
 * @throws ProviderError `BAD_ANSWER`, `NOT_CONFIGURED`
 */
export function checkAuthority(challenge: Challenge, authority: URL, { tenant }: Application): void {
  if (!isSameAuthority(challenge.authority, authority)) {
    throw new ProviderError(
      "BAD_ANSWER",
      `The vault asks for a login at another host than ${authority.host}. Nothing was sent to that host.`,
      `Check the vault's URL, and set ${AUTHORITY_HOST} for a cloud of your own.`,
    );
  }
  const areIds = challenge.tenant !== undefined && [challenge.tenant, tenant].every((id) => GUID.test(id));
  if (areIds && challenge.tenant?.toLowerCase() !== tenant.toLowerCase()) {
    throw new ProviderError("NOT_CONFIGURED", `The vault belongs to another tenant than ${TENANT_ID}.`);
  }
}

/**
 * The request for a token by the client credentials grant.
 * Source: Microsoft's "OAuth 2.0 client credentials flow on the Microsoft identity platform".
 *
 * @param credential the fields that prove that it is the application that asks
 */
export function clientCredentialsRequest(
  authority: URL,
  { tenant, clientId }: Application,
  resource: string,
  credential: Readonly<Record<string, string>>,
): ServiceRequest {
  return formPost(urlBelow(authority, tenant, "oauth2", "v2.0", "token"), {
    grant_type: "client_credentials",
    client_id: clientId,
    scope: `${resource}/.default`,
    ...credential,
  });
}
