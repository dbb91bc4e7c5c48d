/** Azure credentials: the way in which the program shows who it is, told by the variables that are set. */

import { ProviderError } from "../error.ts";
import { type ProviderContext, secretSetting } from "../provider.ts";
import { Secret } from "../secret.ts";
import { metadataUrl } from "../support/service-url.ts";

export const TENANT_ID = "AZURE_TENANT_ID";
export const CLIENT_ID = "AZURE_CLIENT_ID";
export const CLIENT_SECRET = "AZURE_CLIENT_SECRET";
export const FEDERATED_TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";
export const IDENTITY_ENDPOINT = "IDENTITY_ENDPOINT";
export const IDENTITY_HEADER = "IDENTITY_HEADER";
export const IMDS_HOST = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/** The instance metadata service of virtual machines. */
const DEFAULT_IMDS_HOST = "http://169.254.169.254";

/** A tenant is a GUID or a domain. */
const TENANT = /^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$/;

/** An application that is registered in a tenant. */
export interface Application {
  readonly tenant: string;
  readonly clientId: string;
}

export type LoginMethod =
  | (Application & { readonly kind: "client-secret"; readonly clientSecret: Secret })
  | (Application & { readonly kind: "workload-identity"; readonly tokenFile: string })
  | {
      readonly kind: "app-service";
      readonly endpoint: URL;
      readonly header: Secret;
      readonly clientId: string | undefined;
    }
  | { readonly kind: "virtual-machine"; readonly host: URL; readonly clientId: string | undefined };

function halfSet(set: string, missing: string, hint?: string): ProviderError {
  return new ProviderError("NOT_CONFIGURED", `${set} is set, but ${missing} is not.`, hint);
}

function applicationOf({ setting }: ProviderContext, set: string): Application {
  const tenant = setting(TENANT_ID);
  const clientId = setting(CLIENT_ID);
  if (tenant === undefined) throw halfSet(set, TENANT_ID);
  if (clientId === undefined) throw halfSet(set, CLIENT_ID);
  if (!TENANT.test(tenant)) {
    throw new ProviderError("NOT_CONFIGURED", `${TENANT_ID} is neither a tenant's ID nor its domain.`);
  }
  return { tenant, clientId };
}

function managedIdentityOf({ setting }: ProviderContext): LoginMethod {
  const clientId = setting(CLIENT_ID);
  const endpoint = setting(IDENTITY_ENDPOINT);
  const header = setting(IDENTITY_HEADER);
  if (endpoint === undefined && header === undefined) {
    return {
      kind: "virtual-machine",
      host: metadataUrl(IMDS_HOST, setting(IMDS_HOST) ?? DEFAULT_IMDS_HOST),
      clientId,
    };
  }
  if (endpoint === undefined) throw halfSet(IDENTITY_HEADER, IDENTITY_ENDPOINT);
  if (header === undefined) {
    throw halfSet(
      IDENTITY_ENDPOINT,
      IDENTITY_HEADER,
      "The managed identities of Azure Arc and Service Fabric are not supported.",
    );
  }
  return {
    kind: "app-service",
    endpoint: metadataUrl(IDENTITY_ENDPOINT, endpoint),
    header: new Secret(header),
    clientId,
  };
}

/**
 * The login method that the settings choose. A secret or a token file is an explicit choice; without either it is the
 * managed identity of the machine. One method is never tried after another failed.
 *
 * @throws ProviderError `NOT_CONFIGURED` when they choose none fully, or two
 */
export function loginMethodOf(context: ProviderContext): LoginMethod {
  const clientSecret = secretSetting(context, CLIENT_SECRET);
  const tokenFile = context.setting(FEDERATED_TOKEN_FILE);
  if (clientSecret !== undefined && tokenFile !== undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${CLIENT_SECRET} and ${FEDERATED_TOKEN_FILE} are both set, which are two ways to log in.`,
      "Set the one that is meant.",
    );
  }
  if (clientSecret !== undefined) {
    return {
      kind: "client-secret",
      ...applicationOf(context, CLIENT_SECRET),
      clientSecret,
    };
  }
  if (tokenFile !== undefined) {
    return { kind: "workload-identity", ...applicationOf(context, FEDERATED_TOKEN_FILE), tokenFile };
  }
  if (context.setting(TENANT_ID) !== undefined) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${TENANT_ID} is set, but neither ${CLIENT_SECRET} nor ${FEDERATED_TOKEN_FILE} is.`,
      `A managed identity has no use for ${TENANT_ID}; leave it away to use one.`,
    );
  }
  return managedIdentityOf(context);
}
