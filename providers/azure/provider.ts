/** Secret provider `azure`: a secret in Azure Key Vault. */
import type { ProviderContext, ProviderVariable, SecretProvider } from "../provider.ts";
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

function variable(name: string, description: string, rest: Partial<ProviderVariable> = {}): ProviderVariable {
  return { name, required: false, secret: false, description, ...rest };
}

/** As in the original, with the login that Key Vault really asks for. */
export const azureProvider: SecretProvider = {
  name: "azure",
  title: KEY_VAULT,
  storeType: "AZURE",
  variables: [
    variable(VAULT_URL, "The vault, as `https://<name>.vault.azure.net` or the host alone", {
      required: true,
    }),
    variable(SECRET_NAME, "The name of the secret", { required: true }),
    variable(SECRET_VERSION, "The version of the secret; the latest when not set"),
    variable(
      RESOURCE,
      "The resource that access tokens are for, where a private cloud's vault is for another domain than its own",
    ),
    variable(
      AUTHORITY_HOST,
      "The login host; the one of the vault's cloud when not set, as `https://login.microsoftonline.com`",
    ),
    variable(
      TENANT_ID,
      `The tenant of the application; goes with \`${CLIENT_SECRET}\` or \`${FEDERATED_TOKEN_FILE}\``,
    ),
    variable(
      CLIENT_ID,
      "The application; without a secret or token file: which managed identity, if several",
    ),
    variable(CLIENT_SECRET, "Chooses to log in with this secret of the application", { secret: true }),
    variable(
      FEDERATED_TOKEN_FILE,
      "Chooses to log in with the token in this file (workload identity); set by Kubernetes",
    ),
    variable(
      IDENTITY_ENDPOINT,
      "Where an app gets the tokens of its managed identity; set by App Service, Functions and Container Apps",
    ),
    variable(IDENTITY_HEADER, `What has to be shown at \`${IDENTITY_ENDPOINT}\`; set along with it`, {
      secret: true,
    }),
    variable(
      IMDS_HOST,
      "Where a machine gets the tokens of its managed identity; `http://169.254.169.254` when not set",
    ),
  ],

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
