/** Secret provider `google`: a secret in Google Secret Manager. */
import {
  optionalVariable,
  type ProviderContext,
  requiredVariable,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import {
  CREDENTIALS,
  type ExternalAccount,
  readCredentials,
  type ServiceAccount,
} from "./credentials-file.ts";
import { externalAccountToken } from "./external-account.ts";
import { METADATA_HOST, metadataServerOf, metadataServerToken } from "./metadata-server.ts";
import { accessSecret } from "./secret-manager.ts";
import {
  CLOUD_PROJECT,
  describeSecretVersion,
  ENDPOINT,
  PROJECT,
  SECRET,
  SECRET_MANAGER,
  secretVersionOf,
} from "./secret-version.ts";
import { serviceAccountToken } from "./service-account.ts";

/** How the program shows Google who it is. A credentials file is an explicit choice; without one it is the machine. */
type Login = ServiceAccount | ExternalAccount | { readonly type: "machine"; readonly server: URL };

function loginOf(context: ProviderContext): Login {
  const path = context.setting(CREDENTIALS);
  return path === undefined
    ? { type: "machine", server: metadataServerOf(context) }
    : readCredentials(path, context.warn);
}

function logIn(context: ProviderContext, login: Login): Promise<Secret> {
  switch (login.type) {
    case "service_account":
      return serviceAccountToken(context.http, login);
    case "external_account":
      return externalAccountToken(context, login);
    case "machine":
      return metadataServerToken(context.http, login.server);
  }
}

function describeLogin(login: Login): string {
  switch (login.type) {
    case "service_account":
      return `the key of a service account, at ${login.token_uri.host}`;
    case "external_account":
      return `workload identity federation, at ${login.token_url.host}`;
    case "machine":
      return `the service account of this machine, at ${login.server.host}`;
  }
}

export const googleProvider: SecretProvider = {
  name: "google",
  title: SECRET_MANAGER,
  storeType: "GOOGLE",
  variables: [
    requiredVariable(
      SECRET,
      "The secret: `projects/<project>/secrets/<secret>[/versions/<version>]`, with `/locations/<region>` before " +
        "`/secrets` for a regional one, or its ID alone; the latest version when none is named",
    ),
    optionalVariable(PROJECT, `The project of a secret that \`${SECRET}\` names by its ID alone`),
    optionalVariable(CLOUD_PROJECT, `As \`${PROJECT}\`, when that is not set`),
    optionalVariable(
      ENDPOINT,
      "Where Secret Manager is; `https://secretmanager.googleapis.com` or the host of the secret's region when not set",
    ),
    optionalVariable(
      CREDENTIALS,
      "A file with the key of a service account, or for workload identity federation with the token in a file; " +
        "without it the service account of this machine",
    ),
    optionalVariable(
      METADATA_HOST,
      "Where a machine gets its tokens; `metadata.google.internal` when not set",
    ),
  ],
  naming: { name: SECRET },

  describe(context: ProviderContext): string {
    const wanted = secretVersionOf(context);
    return `${describeSecretVersion(wanted)}, logged in by ${describeLogin(loginOf(context))}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const wanted = secretVersionOf(context);
    const token = await logIn(context, loginOf(context));
    return accessSecret(context, wanted, token);
  },
};
