/**
 * Secret provider `vault`: a field of a secret of the key-value engine of HashiCorp Vault, or of OpenBao, which speaks the
 * same language.
 */
import type { ProviderContext, SecretProvider } from "../provider.ts";
import type { Secret } from "../secret.ts";
import { keyValueSecret, readKeyValueSecret } from "./key-value-secret.ts";
import { chosenLogin } from "./login.ts";
import { serverHost, TITLE, vaultServer } from "./server.ts";
import { withLoginToken } from "./token.ts";
import { vaultVariables } from "./variables.ts";

export const vaultProvider: SecretProvider = {
  name: "vault",
  title: "HashiCorp Vault or OpenBao",
  storeType: "VAULT",
  variables: vaultVariables,

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
