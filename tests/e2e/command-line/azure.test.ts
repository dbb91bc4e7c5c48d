import { afterAll, setDefaultTimeout, test } from "bun:test";
import { AzureStandIn } from "../../providers/azure/azure-stand-in.ts";
import { expectVaultKeptBy } from "./provider-session.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(120_000);

const azure = new AzureStandIn();
afterAll(() => azure.stop());

test("a vault is made and unlocked with a secret in Azure Key Vault", async () => {
  await expectVaultKeptBy({
    option: "--azure",
    storeType: "AZURE",
    env: azure.settings as Record<string, string>,
    missing: { TATUM_KMS_AZURE_SECRETNAME: "another" },
    value: azure.value,
    canaries: () => azure.canaries,
    change: () => azure.vault.secrets.set("kms-password", { value: "another", version: "2" }),
  });
});
