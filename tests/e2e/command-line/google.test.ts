import { afterAll, setDefaultTimeout, test } from "bun:test";
import { GoogleStandIn } from "../../providers/google/google-stand-in.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { expectVaultKeptBy } from "./provider-session.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(120_000);

const folder = useSharedFolder();
const google = new GoogleStandIn(folder());
afterAll(async () => {
  await google.stop();
});

test("a vault is made and unlocked with a secret in Google Secret Manager", async () => {
  await expectVaultKeptBy({
    option: "--provider=google",
    storeType: "GOOGLE",
    env: { ...google.settings, ...google.withKey() } as Record<string, string>,
    missing: { TATUM_KMS_GOOGLE_SECRET: "projects/my-project/secrets/another" },
    value: google.value,
    canaries: () => google.canaries,
    change: () => google.secretManager.secrets.set("kms-password", [{ data: Buffer.from("another") }]),
  });
});
