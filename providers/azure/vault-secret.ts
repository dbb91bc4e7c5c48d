/** The secret in Azure Key Vault that the variables name: vault, name and version, and its URL. */
import { ProviderError } from "../error.ts";
import { type ProviderContext, requiredSetting } from "../provider.ts";
import { serviceUrl, urlBelow } from "../support/service-url.ts";

export const KEY_VAULT = "Azure Key Vault";

export const VAULT_URL = "TATUM_KMS_AZURE_VAULTURL";
export const SECRET_NAME = "TATUM_KMS_AZURE_SECRETNAME";
export const SECRET_VERSION = "TATUM_KMS_AZURE_SECRETVERSION";

/** The version of the service's interface that is spoken. */
const API_VERSION = "7.4";

/** As the service names secrets: letters, digits and hyphens. */
const NAME = /^[0-9A-Za-z-]{1,127}$/;
const VERSION = /^[0-9A-Za-z]{1,64}$/;

/** One secret in one vault. */
export interface VaultSecret {
  readonly vault: URL;
  readonly name: string;
  /** The latest when there is none. */
  readonly version: string | undefined;
}

function vaultUrl(text: string): URL {
  const url = serviceUrl(VAULT_URL, text);
  if (url.pathname !== "/") {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${VAULT_URL} has to be the vault alone, without a path.`,
      `The secret is named by ${SECRET_NAME}, its version by ${SECRET_VERSION}.`,
    );
  }
  if (/(?:^|\.)managedhsm\./.test(url.hostname)) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${VAULT_URL} is a Managed HSM, which holds keys only and no secrets.`,
    );
  }
  return url;
}

/**
 * The secret that the settings name.
 * @throws ProviderError `NOT_CONFIGURED`
 */
export function vaultSecretOf(context: ProviderContext): VaultSecret {
  const title = { title: KEY_VAULT };
  const vault = vaultUrl(requiredSetting(title, context, VAULT_URL));
  const name = requiredSetting(title, context, SECRET_NAME);
  if (!NAME.test(name)) {
    throw new ProviderError(
      "NOT_CONFIGURED",
      `${SECRET_NAME} is not the name of a secret: up to 127 letters, digits and hyphens.`,
    );
  }
  const version = context.setting(SECRET_VERSION);
  if (version !== undefined && !VERSION.test(version)) {
    throw new ProviderError("NOT_CONFIGURED", `${SECRET_VERSION} is not the version of a secret.`);
  }
  return { vault, name, version };
}

/** Where the service has the secret. */
export function secretUrl({ vault, name, version }: VaultSecret): URL {
  const url = urlBelow(vault, "secrets", name, ...(version === undefined ? [] : [version]));
  url.searchParams.set("api-version", API_VERSION);
  return url;
}

/** For people, as in "Azure Key Vault holds no <this>". */
export function describeSecret({ vault, name, version }: VaultSecret): string {
  const which = version === undefined ? "" : `, version ${version},`;
  return `secret "${name}"${which} in ${vault.host}`;
}
