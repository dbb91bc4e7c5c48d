import { IssuedTokens } from "../issued-tokens.ts";
import type { Settings } from "../service-context.ts";
import { IdentityPlatform } from "./identity-platform.ts";
import { KeyVaultServer, SENTENCE_CANARY } from "./key-vault-server.ts";
import { ManagedIdentityServer } from "./managed-identity-server.ts";
import { createPlatform } from "./workload-token.ts";

// Making its key takes a while.
const cluster = createPlatform();

/** Takes the application away from the settings, so that the machine itself logs in. */
export const machine: Settings = {
  AZURE_TENANT_ID: undefined,
  AZURE_CLIENT_ID: undefined,
  AZURE_CLIENT_SECRET: undefined,
};

/** The services of Azure that take part when a secret is fetched, on this machine. */
export class AzureStandIn {
  readonly tenant = "11111111-2222-3333-4444-555555555555";
  readonly clientId = "66666666-7777-8888-9999-000000000000";
  readonly clientSecret = "canary~client.secret/+= &";
  readonly cluster = cluster;
  readonly tokens = new IssuedTokens();
  readonly login = new IdentityPlatform(
    {
      tenant: this.tenant,
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      trusted: this.cluster,
    },
    this.tokens,
  );
  readonly identity = new ManagedIdentityServer(this.tokens);
  readonly vault = new KeyVaultServer(this.tokens, `${this.login.url}/${this.tenant}`);

  /** The settings of an operator who logs in with a client secret. */
  readonly settings: Settings = {
    TATUM_KMS_AZURE_VAULTURL: this.vault.url,
    TATUM_KMS_AZURE_SECRETNAME: "kms-password",
    AZURE_AUTHORITY_HOST: this.login.url,
    AZURE_TENANT_ID: this.tenant,
    AZURE_CLIENT_ID: this.clientId,
    AZURE_CLIENT_SECRET: this.clientSecret,
  };

  readonly value: string;

  constructor(value = "canary of the password ✓\n") {
    this.value = value;
    this.vault.secrets.set("kms-password", { value, version: "0123456789abcdef0123456789abcdef" });
  }

  /** What no output may show. */
  get canaries(): string[] {
    return [
      this.value.trim(),
      SENTENCE_CANARY,
      this.clientSecret,
      this.identity.identityHeader,
      ...this.tokens.all,
    ];
  }

  async stop(): Promise<void> {
    await Promise.all([this.vault.stop(), this.login.stop(), this.identity.stop()]);
  }
}
