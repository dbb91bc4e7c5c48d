/**
 * The challenge of Azure Key Vault: a request without a token is answered with 401 and says which resource a token has to be
 * for, and who gives it: https://learn.microsoft.com/en-us/azure/key-vault/general/authentication-requests-and-responses.
 */
import { ProviderError } from "../error.ts";
import { cloudOfVault } from "./cloud.ts";
import { KEY_VAULT, VAULT_URL } from "./vault-secret.ts";

export const RESOURCE = "TATUM_KMS_AZURE_RESOURCE";

export interface Challenge {
  /** As in `https://vault.azure.net`. */
  readonly resource: string;
  readonly authority: URL;
  /** The vault's tenant, where the challenge names one. */
  readonly tenant: string | undefined;
}

const MAXIMUM_LENGTH = 4096;

function unreadable(): ProviderError {
  return new ProviderError(
    "BAD_ANSWER",
    `${KEY_VAULT} did not say how to log in to it.`,
    `Check that ${VAULT_URL} is a key vault, and not a proxy in front of it.`,
  );
}

/** The parameters of the Bearer challenge among those of a `WWW-Authenticate` header (RFC 9110, 11.6.1). */
function bearerParameters(header: string): ReadonlyMap<string, string> {
  const challenges = header.slice(0, MAXIMUM_LENGTH).split(/,\s*(?=[A-Za-z]+\s+[A-Za-z_]+=)/);
  const bearer = challenges.find((challenge) => /^\s*bearer\s/i.test(challenge)) ?? "";
  return new Map(
    [...bearer.matchAll(/([A-Za-z_]+)=(?:"([^"]*)"|([^\s",]+))/g)].map(([, name = "", quoted, plain]) => [
      name.toLowerCase(),
      quoted ?? plain ?? "",
    ]),
  );
}

/**
 * @param header `WWW-Authenticate`
 * @throws ProviderError `BAD_ANSWER` when there is no challenge as Key Vault sends it
 */
export function parseChallenge(header: string | null): Challenge {
  const parameters = bearerParameters(header ?? "");
  const resource = (parameters.get("resource") ?? parameters.get("scope"))?.replace(/\/(?:\.default)?$/, "");
  const authorization = parameters.get("authorization") ?? parameters.get("authorization_uri");
  if (resource === undefined || !URL.canParse(resource)) throw unreadable();
  if (authorization === undefined || !URL.canParse(authorization)) throw unreadable();
  const authority = new URL(authorization);
  return { resource, authority, tenant: authority.pathname.split("/")[1] || undefined };
}

/**
 * Whether a token for a resource may be sent to a vault. A vault in one of Microsoft's clouds is only for the resource
 * of its cloud. Any other host (a private cloud, a stand-in on this machine) is for its own name or a domain it is in:
 * never for a resource that real vaults elsewhere accept.
 */
function mayBeSentTo(vault: URL, resource: URL): boolean {
  if (resource.protocol !== "https:" || resource.pathname !== "/" || resource.search !== "") return false;
  const cloud = cloudOfVault(vault.hostname);
  if (cloud !== undefined) return resource.host === cloud.vaultDomain;
  return vault.hostname === resource.hostname || vault.hostname.endsWith(`.${resource.hostname}`);
}

/**
 * Makes sure that a vault asks for a token that is meant for it: a token for all vaults, sent to a host that only claims
 * to be one, opens the real ones to it (https://aka.ms/azsdk/blog/vault-uri).
 *
 * @param configured the resource that the operator named, which then is the only right one
 * @throws ProviderError `BAD_ANSWER`
 */
export function checkResource({ resource }: Challenge, vault: URL, configured: string | undefined): void {
  const isRight =
    configured === undefined
      ? mayBeSentTo(vault, new URL(resource))
      : resource === configured.replace(/\/$/, "");
  if (isRight) return;
  throw new ProviderError(
    "BAD_ANSWER",
    `The vault at ${vault.host} asks for an access token that is not for its own domain. No token was sent to it.`,
    `Check ${VAULT_URL}. If that is right for your private cloud, name the resource in ${RESOURCE}.`,
  );
}
