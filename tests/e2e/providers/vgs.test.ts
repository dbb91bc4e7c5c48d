import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { password, username, vgsServer } from "../../providers/vgs/vgs-server.ts";
import { Installation } from "../executable.ts";
import { expectVaultSealedWith, type Service, serviceFailure } from "./vault-of-provider.ts";

// Each run derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const secret = "kanarienvogel im Tresor";

function vgs(settings: Readonly<Record<string, string>> = {}): Service {
  return {
    option: "--vgs",
    canary: "kanarienvogel",
    settings: {
      TATUM_KMS_VGS_URL: vgsServer({ tok_live_kms: { value: secret } }).origin,
      TATUM_KMS_VGS_USERNAME: username,
      TATUM_KMS_VGS_PASSWORD: password,
      TATUM_KMS_VGS_ALIAS: "tok_live_kms",
      ...settings,
    },
  };
}

test("a vault is made and opened with the value of an alias", async () => {
  await expectVaultSealedWith(secret, installation, vgs());
});

test("what is wrong with a secret in VGS is told by exit status and code", async () => {
  expect(
    await serviceFailure(installation, vgs({ TATUM_KMS_VGS_PASSWORD: "kanarienvogel-x" })),
  ).toMatchObject({ status: 77, code: "SECRET_NOT_ALLOWED" });
  expect(await serviceFailure(installation, vgs({ TATUM_KMS_VGS_ALIAS: "tok_live_other" }))).toMatchObject({
    status: 66,
    code: "SECRET_NOT_FOUND",
  });
});
