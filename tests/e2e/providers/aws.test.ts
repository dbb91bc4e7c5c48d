import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { instanceMetadataServer } from "../../providers/aws/role-servers.ts";
import { secretsManagerServer } from "../../providers/aws/secrets-manager-server.ts";
import { tokenServiceServer } from "../../providers/aws/token-service-server.ts";
import { Installation } from "../executable.ts";
import { expectVaultSealedWith, type Service, serviceFailure } from "./vault-of-provider.ts";

// Each run derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const secret = "kanarienvogel im Tresor";
const key = { secretAccessKey: "kanarienvogel-key" };
const temporary = { secretAccessKey: "kanarienvogel-temporary", sessionToken: "kanarienvogel-session" };
const ownKeys = {
  TATUM_KMS_AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  TATUM_KMS_AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
};

function aws(settings: Readonly<Record<string, string>>): Service {
  const SecretString = JSON.stringify({ password: secret });
  const keys = { AKIDEXAMPLE: key, ASIAROLE: temporary };
  return {
    option: "--aws",
    canary: "kanarienvogel",
    settings: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManagerServer({ keys, secrets: { kms: { SecretString } } })
        .origin,
      TATUM_KMS_AWS_REGION: "eu-west-1",
      TATUM_KMS_AWS_SECRET_NAME: "kms",
      TATUM_KMS_AWS_SECRET_KEY: "password",
      ...settings,
    },
  };
}

test("a vault is made and opened with a stored secret, all settings being in an env file", async () => {
  await expectVaultSealedWith(secret, installation, aws(ownKeys));
});

test("the parts of the SDK that are loaded when they are needed are in the executable", async () => {
  const role = "arn:aws:iam::123456789012:role/kms";
  const webIdentityToken = "kanarienvogel.web.identity";
  const token = join(installation.home, "token");
  writeFileSync(token, webIdentityToken, { mode: 0o600 });
  const sts = tokenServiceServer({ keys: ["ASIAROLE", temporary], role, webIdentityToken });
  const webIdentity = {
    AWS_ENDPOINT_URL_STS: sts.origin,
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: role,
  };
  await expectVaultSealedWith(secret, installation, aws(webIdentity));
});

test("what is wrong with a secret in AWS is told by exit status and code", async () => {
  const refused = aws({ ...ownKeys, TATUM_KMS_AWS_SECRET_ACCESS_KEY: "kanarienvogel-x" });
  expect(await serviceFailure(installation, refused)).toMatchObject({
    status: 77,
    code: "SECRET_NOT_ALLOWED",
  });
  const missing = aws({ ...ownKeys, TATUM_KMS_AWS_SECRET_NAME: "other" });
  expect(await serviceFailure(installation, missing)).toMatchObject({ status: 66, code: "SECRET_NOT_FOUND" });
  const keyless = aws({ AWS_EC2_METADATA_DISABLED: "true" });
  expect(await serviceFailure(installation, keyless)).toMatchObject({ status: 78, code: "CONFIGURATION" });
});

test("an instance's role gives its keys to the executable", async () => {
  const metadata = instanceMetadataServer(["ASIAROLE", temporary]);
  const { settings } = aws({});
  const { status, stderr } = await installation.run(
    ["generatemanagedwallet", "BTC", "--path=instance", "--aws"],
    {
      env: {
        TATUM_KMS_PASSWORD: "",
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.origin,
        ...settings,
      },
    },
  );
  expect(stderr).toStartWith("A new vault was made at");
  expect(status).toBe(0);
});
