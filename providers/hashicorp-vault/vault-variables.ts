import type { ProviderVariable } from "../provider.ts";
import { DEFAULT_FIELD, FIELD, KV_VERSION, MOUNT, SECRET_PATH, SECRET_VERSION } from "./key-value-secret.ts";
import {
  AUTH_MOUNT,
  DEFAULT_KUBERNETES_TOKEN_FILE,
  KUBERNETES_ROLE,
  KUBERNETES_TOKEN_FILE,
  ROLE_ID,
  SECRET_ID,
  SECRET_ID_FILE,
} from "./vault-login.ts";

function optional(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: false, description };
}

function optionalSecret(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: true, description };
}

/** Every variable that decides where and as whom Vault is asked. */
export const vaultVariables: readonly ProviderVariable[] = [
  {
    name: "VAULT_ADDR",
    required: true,
    secret: false,
    description: "Address of the active node, as https://vault.example.com:8200; BAO_ADDR does as well",
  },
  {
    name: SECRET_PATH,
    required: true,
    secret: false,
    description: "Path of the secret, as secret/tatum-kms",
  },
  optional(MOUNT, "Where the key-value engine is mounted; by default the first step of the path"),
  optional(KV_VERSION, "Version of the key-value engine, 1 or 2 (default)"),
  optional(FIELD, `The field that is the secret; by default ${DEFAULT_FIELD}`),
  optional(SECRET_VERSION, "Version of the secret; by default the latest"),
  optionalSecret("VAULT_TOKEN", "Token to ask with"),
  optional("VAULT_TOKEN_FILE", "File with that token"),
  optionalSecret(ROLE_ID, "RoleID of an AppRole login"),
  optionalSecret(SECRET_ID, "SecretID of an AppRole login"),
  optional(SECRET_ID_FILE, "File with that SecretID"),
  optional(KUBERNETES_ROLE, "Role of a Kubernetes login"),
  optional(
    KUBERNETES_TOKEN_FILE,
    `File with the service account's token; by default ${DEFAULT_KUBERNETES_TOKEN_FILE}`,
  ),
  optional(AUTH_MOUNT, "Where the login is mounted; by default approle or kubernetes"),
  optional("VAULT_NAMESPACE", "Namespace"),
  optional("VAULT_CACERT", "File with the certificates (PEM) to trust instead of the system's"),
  optional("BAO_ADDR", "As VAULT_ADDR, and comes before it"),
  optionalSecret("BAO_TOKEN", "As VAULT_TOKEN, and comes before it"),
  optional("BAO_NAMESPACE", "As VAULT_NAMESPACE, and comes before it"),
  optional("BAO_CACERT", "As VAULT_CACERT, and comes before it"),
];
