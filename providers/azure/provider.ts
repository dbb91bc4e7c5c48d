/** Secret provider `azure`: a secret in Azure Key Vault. */
import {
  optionalSecretVariable,
  optionalVariable,
  type ProviderContext,
  requiredVariable,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import { AUTHORITY_HOST, authorityOf } from "./authority.ts";
import { checkResource, RESOURCE } from "./challenge.ts";
import { askForChallenge, getSecret } from "./key-vault.ts";
import { describeLogin, logIn } from "./login.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  FEDERATED_TOKEN_FILE,
  IDENTITY_ENDPOINT,
  IDENTITY_HEADER,
  IMDS_HOST,
  loginMethodOf,
  TENANT_ID,
} from "./login-method.ts";
import {
  describeSecret,
  KEY_VAULT,
  SECRET_NAME,
  SECRET_VERSION,
  VAULT_URL,
  vaultSecretOf,
} from "./vault-secret.ts";

/** As in the original, with the login that Key Vault really asks for. */
export const azureProvider: SecretProvider = {
  name: "azure",
  title: KEY_VAULT,
  storeType: "AZURE",
  variables: [
    requiredVariable(VAULT_URL, "The vault, as `https://<name>.vault.azure.net` or the host alone"),
    requiredVariable(SECRET_NAME, "The name of the secret"),
    optionalVariable(SECRET_VERSION, "The version of the secret; the latest when not set"),
    optionalVariable(
      RESOURCE,
      "The resource that access tokens are for, where a private cloud's vault is for another domain than its own",
    ),
    optionalVariable(
      AUTHORITY_HOST,
      "The login host; the one of the vault's cloud when not set, as `https://login.microsoftonline.com`",
    ),
    optionalVariable(
      TENANT_ID,
      `The tenant of the application; goes with \`${CLIENT_SECRET}\` or \`${FEDERATED_TOKEN_FILE}\``,
    ),
    optionalVariable(
      CLIENT_ID,
      "The application; without a secret or token file: which managed identity, if several",
    ),
    optionalSecretVariable(CLIENT_SECRET, "Chooses to log in with this secret of the application"),
    optionalVariable(
      FEDERATED_TOKEN_FILE,
      "Chooses to log in with the token in this file (workload identity); set by Kubernetes",
    ),
    optionalVariable(
      IDENTITY_ENDPOINT,
      "Where an app gets the tokens of its managed identity; set by App Service, Functions and Container Apps",
    ),
    optionalSecretVariable(
      IDENTITY_HEADER,
      `What has to be shown at \`${IDENTITY_ENDPOINT}\`; set along with it`,
    ),
    optionalVariable(
      IMDS_HOST,
      "Where a machine gets the tokens of its managed identity; `http://169.254.169.254` when not set",
    ),
  ],
  naming: { name: SECRET_NAME, part: SECRET_VERSION },

  describe(context: ProviderContext): string {
    const secret = vaultSecretOf(context);
    const login = describeLogin(loginMethodOf(context), authorityOf(context, secret.vault));
    return `${describeSecret(secret)}, logged in by ${login}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const { http } = context;
    const secret = vaultSecretOf(context);
    const method = loginMethodOf(context);
    const authority = authorityOf(context, secret.vault);
    const challenge = await askForChallenge(http, secret);
    checkResource(challenge, secret.vault, context.setting(RESOURCE));
    return getSecret(context, secret, await logIn(context, method, challenge, authority));
  },
};
