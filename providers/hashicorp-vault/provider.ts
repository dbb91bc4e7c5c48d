/**
 * Secret provider `vault`: a field of a secret of the key-value engine of HashiCorp Vault, or of OpenBao, which speaks the
 * same language.
 */
import {
  optionalSecretVariable,
  optionalVariable,
  type ProviderContext,
  type ProviderVariable,
  requiredVariable,
  type SecretProvider,
} from "../provider.ts";
import type { Secret } from "../secret.ts";
import {
  DEFAULT_FIELD,
  FIELD,
  KV_VERSION,
  keyValueSecret,
  MOUNT,
  readKeyValueSecret,
  SECRET_PATH,
  SECRET_VERSION,
} from "./key-value-secret.ts";
import {
  AUTH_MOUNT,
  chosenLogin,
  DEFAULT_KUBERNETES_TOKEN_FILE,
  KUBERNETES_ROLE,
  KUBERNETES_TOKEN_FILE,
  ROLE_ID,
  SECRET_ID,
  SECRET_ID_FILE,
  TOKEN_FILE,
  withLoginToken,
} from "./login.ts";
import { serverHost, TITLE, vaultServer } from "./server.ts";

/**
 * Every variable that decides where and as whom Vault is asked; the `VAULT_` ones are those of its own command line:
 * https://developer.hashicorp.com/vault/docs/commands.
 */
const vaultVariables: readonly ProviderVariable[] = [
  requiredVariable(
    "VAULT_ADDR",
    "Address of the active node, as https://vault.example.com:8200; BAO_ADDR does as well",
  ),
  requiredVariable(SECRET_PATH, "Path of the secret, as secret/tatum-kms"),
  optionalVariable(MOUNT, "Where the key-value engine is mounted; by default the first step of the path"),
  optionalVariable(KV_VERSION, "Version of the key-value engine, 1 or 2 (default)"),
  optionalVariable(FIELD, `The field that is the secret; by default ${DEFAULT_FIELD}`),
  optionalVariable(SECRET_VERSION, "Version of the secret; by default the latest"),
  optionalSecretVariable("VAULT_TOKEN", "Token to ask with"),
  optionalVariable(TOKEN_FILE, "File with that token; ~/.vault-token is read only when it is named here"),
  optionalSecretVariable(ROLE_ID, "RoleID of an AppRole login"),
  optionalSecretVariable(SECRET_ID, "SecretID of an AppRole login"),
  optionalVariable(SECRET_ID_FILE, "File with that SecretID"),
  optionalVariable(KUBERNETES_ROLE, "Role of a Kubernetes login"),
  optionalVariable(
    KUBERNETES_TOKEN_FILE,
    `File with the service account's token; by default ${DEFAULT_KUBERNETES_TOKEN_FILE}`,
  ),
  optionalVariable(AUTH_MOUNT, "Where the login is mounted; by default approle or kubernetes"),
  optionalVariable("VAULT_NAMESPACE", "Namespace"),
  optionalVariable("VAULT_CACERT", "File with the certificates (PEM) to trust instead of the system's"),
  optionalVariable("BAO_ADDR", "As VAULT_ADDR, and comes before it"),
  optionalSecretVariable("BAO_TOKEN", "As VAULT_TOKEN, and comes before it"),
  optionalVariable("BAO_NAMESPACE", "As VAULT_NAMESPACE, and comes before it"),
  optionalVariable("BAO_CACERT", "As VAULT_CACERT, and comes before it"),
];

export const vaultProvider: SecretProvider = {
  name: "vault",
  title: "HashiCorp Vault or OpenBao",
  storeType: "VAULT",
  variables: vaultVariables,
  naming: { name: SECRET_PATH, part: FIELD, ofVault: [SECRET_VERSION] },

  describe(context: ProviderContext): string {
    const { what } = keyValueSecret(context);
    return `${TITLE} at ${serverHost(context)}, ${what}, with ${chosenLogin(context).title}`;
  },

  async secret(context: ProviderContext): Promise<Secret> {
    const secret = keyValueSecret(context);
    const login = chosenLogin(context);
    const server = vaultServer(context);
    return login.kind === "token"
      ? readKeyValueSecret(server, login.token(), secret, context.warn)
      : withLoginToken(server, login, (token) => readKeyValueSecret(server, token, secret, context.warn));
  },
};
