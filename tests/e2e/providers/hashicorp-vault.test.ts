import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { serve } from "../../local-servers.ts";
import { VaultServer } from "../../providers/hashicorp-vault/vault-server.ts";
import { Installation } from "../executable.ts";
import { expectVaultSealedWith, type Service, serviceFailure } from "./vault-of-provider.ts";

// Each run derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const secret = "kanarienvogel im Tresor";
const appRole = { role_id: "kanarienvogel-role", secret_id: "kanarienvogel-secret-id" };

function vaultServer(): VaultServer {
  const versioned = { "secret/tatum-kms": [{ data: { password: secret } }] };
  return new VaultServer({ versioned, appRoles: { approle: appRole } });
}

function vault(server: VaultServer, settings: Readonly<Record<string, string>> = {}): Service {
  return {
    option: "--provider=vault",
    canary: "kanarienvogel",
    settings: {
      VAULT_ADDR: serve(server.answer).origin,
      TATUM_KMS_VAULT_SECRET_PATH: "secret/tatum-kms",
      TATUM_KMS_VAULT_ROLE_ID: appRole.role_id,
      TATUM_KMS_VAULT_SECRET_ID: appRole.secret_id,
      ...settings,
    },
  };
}

test("a vault is made and opened with a secret of the key-value engine, and no login stays behind", async () => {
  const server = vaultServer();
  await expectVaultSealedWith(secret, installation, vault(server));
  expect(server.requests.filter((request) => request.endsWith("/login"))).toHaveLength(2);
  expect(server.leases).toBeEmpty();
});

test("what is wrong with a secret in HashiCorp Vault is told by exit status and code", async () => {
  const refused = vault(vaultServer(), { TATUM_KMS_VAULT_SECRET_ID: "kanarienvogel-x" });
  expect(await serviceFailure(installation, refused)).toMatchObject({
    status: 77,
    code: "SECRET_NOT_ALLOWED",
  });
  const half = vault(vaultServer(), { TATUM_KMS_VAULT_SECRET_ID: "" });
  expect(await serviceFailure(installation, half)).toMatchObject({ status: 78, code: "CONFIGURATION" });
});
