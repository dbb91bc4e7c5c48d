import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { awsProvider } from "../../../providers/aws/provider.ts";
import { serve } from "../../local-servers.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { failureFrom, secretFrom } from "../ask-provider.ts";
import { testBrokenServices } from "../broken-services.ts";
import { type Patience, providerContext, type Settings } from "../provider-context.ts";
import { hideRealCredentials, withEnvironment } from "./real-credentials.ts";
import { awsError, type SecretsManager, secretsManagerServer } from "./secrets-manager-server.ts";

hideRealCredentials();

const name = "kms/unlocking";
const secret = "kanarienvogel-im-tresor";
const accessKeyId = "AKIDEXAMPLE";
const secretAccessKey = "kanarienvogel+wJalrXUtnFEMI/K7MDENG";
const sessionToken = "kanarienvogel/session//token==";

const keys = { [accessKeyId]: { secretAccessKey } };

function server(settings: Partial<SecretsManager> = {}): URL {
  return secretsManagerServer({ keys, secrets: { [name]: { SecretString: secret } }, ...settings });
}

function settings(url: URL, others: Settings = {}): Settings {
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url.origin,
    TATUM_KMS_AWS_REGION: "eu-west-1",
    TATUM_KMS_AWS_ACCESS_KEY_ID: accessKeyId,
    TATUM_KMS_AWS_SECRET_ACCESS_KEY: secretAccessKey,
    TATUM_KMS_AWS_SECRET_NAME: name,
    ...others,
  };
}

const fetched = (given: Settings) => secretFrom(awsProvider, given);
const failed = (given: Settings, patience?: Patience) => failureFrom(awsProvider, given, patience);

describe("the request to AWS", () => {
  test("is signed with the keys of the program's own variables", async () => {
    expect(await fetched(settings(server()))).toBe(secret);
  });

  test("carries the session token of temporary keys, signed", async () => {
    const url = server({ keys: { [accessKeyId]: { secretAccessKey, sessionToken } } });
    expect(await fetched(settings(url, { TATUM_KMS_AWS_SESSION_TOKEN: sessionToken }))).toBe(secret);
    expect(await failed(settings(url))).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test.each([
    ["an unknown key", { TATUM_KMS_AWS_ACCESS_KEY_ID: "AKIDOTHER" }, "UnrecognizedClientException"],
    [
      "another secret key",
      { TATUM_KMS_AWS_SECRET_ACCESS_KEY: "kanarienvogel-other" },
      "InvalidSignatureException",
    ],
    ["another region", { TATUM_KMS_AWS_REGION: "us-east-1" }, "InvalidSignatureException"],
  ])("is refused with %s", async (_, others, errorName) => {
    const failure = await failed(settings(server(), others));
    expect(failure).toMatchObject({ code: "NOT_ALLOWED" });
    expect(failure.message).toBe(
      `AWS Secrets Manager refuses to give secret "kms/unlocking" (${errorName}).`,
    );
  });

  test("is signed anew for the server's time when this machine's clock is wrong", async () => {
    for (const clockOffset of [3_600_000, -3_600_000]) {
      const askedBy: string[] = [];
      expect(await fetched(settings(server({ clockOffset, askedBy })))).toBe(secret);
      expect(askedBy).toEqual([accessKeyId, accessKeyId]);
    }
  });

  test("is made once when all is well", async () => {
    const askedBy: string[] = [];
    await fetched(settings(server({ askedBy })));
    expect(askedBy).toEqual([accessKeyId]);
  });
});

describe("the text stored in AWS", () => {
  test("is the secret, exactly as it is", async () => {
    for (const SecretString of [secret, ` ${secret}\n`, "grüße 🔑", '{"password":"x"}']) {
      expect(await fetched(settings(server({ secrets: { [name]: { SecretString } } })))).toBe(SecretString);
    }
  });

  test("can be bytes of UTF-8", async () => {
    for (const text of [secret, "grüße 🔑\n"]) {
      const SecretBinary = Buffer.from(text).toString("base64");
      expect(await fetched(settings(server({ secrets: { [name]: { SecretBinary } } })))).toBe(text);
    }
  });

  test("cannot be other bytes", async () => {
    const url = server({ secrets: { [name]: { SecretBinary: "gIGC/w==" } } });
    expect(await failed(settings(url))).toMatchObject({ code: "UNUSABLE" });
  });

  test("holds the secret as a member, as in the original, when one is named", async () => {
    const stored = JSON.stringify({ user: "u", password: ` ${secret}"\n` });
    const SecretBinary = Buffer.from(stored).toString("base64");
    for (const value of [{ SecretString: stored }, { SecretBinary }]) {
      const url = server({ secrets: { [name]: value } });
      const given = settings(url, { TATUM_KMS_AWS_SECRET_KEY: "password" });
      expect(await fetched(given)).toBe(` ${secret}"\n`);
    }
  });

  test.each([
    ["NOT_FOUND", '{"other":"kanarienvogel"}'],
    ["UNUSABLE", '{"password":""}'],
    ["UNUSABLE", '{"password":{"kanarienvogel":1}}'],
    ["UNUSABLE", '{"password":42}'],
    ["UNUSABLE", "kanarienvogel"],
    ["UNUSABLE", '"kanarienvogel"'],
    ["UNUSABLE", '["kanarienvogel"]'],
    ["UNUSABLE", '{"password":"kanarienvogel"'],
  ])("without such a member is %s: %s", async (code, SecretString) => {
    const url = server({ secrets: { [name]: { SecretString } } });
    const failure = await failed(settings(url, { TATUM_KMS_AWS_SECRET_KEY: "password" }));
    expect(failure).toMatchObject({ code });
    expect(failure.message).toContain(
      code === "UNUSABLE" && SecretString.endsWith('""}') ? "empty" : "member",
    );
  });

  test("has no member of the language's own", async () => {
    const url = server({ secrets: { [name]: { SecretString: "{}" } } });
    for (const member of ["toString", "__proto__", "constructor"]) {
      const given = settings(url, { TATUM_KMS_AWS_SECRET_KEY: member });
      expect(await failed(given)).toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test("can be another version", async () => {
    const url = server({
      secrets: {
        [name]: [
          { SecretString: "current", VersionId: "11111111-2222-4333-8444-555555555555" },
          { SecretString: secret, VersionId: "v".repeat(32), VersionStages: ["AWSPREVIOUS"] },
        ],
      },
    });
    expect(await fetched(settings(url))).toBe("current");
    const byStage = settings(url, { TATUM_KMS_AWS_VERSION_STAGE: "AWSPREVIOUS" });
    expect(await fetched(byStage)).toBe(secret);
    const byId = settings(url, { TATUM_KMS_AWS_VERSION_ID: "v".repeat(32) });
    expect(await fetched(byId)).toBe(secret);
  });

  test("that is empty cannot be used", async () => {
    for (const stored of [{ SecretString: "" }, { SecretBinary: "" }]) {
      const url = server({ secrets: { [name]: stored } });
      expect(await failed(settings(url))).toMatchObject({ code: "UNUSABLE" });
    }
  });
});

describe("an error of AWS", () => {
  test.each([
    ["ResourceNotFoundException", "NOT_FOUND", "holds no"],
    ["InvalidRequestException", "NOT_FOUND", "has, but does not give out"],
    ["AccessDeniedException", "NOT_ALLOWED", "refuses to give"],
    ["ExpiredTokenException", "NOT_ALLOWED", "refuses to give"],
    ["IncompleteSignature", "NOT_ALLOWED", "refuses to give"],
    ["DecryptionFailure", "NOT_ALLOWED", "cannot decrypt"],
    ["ThrottlingException", "UNREACHABLE", "cannot now give"],
    ["InvalidParameterException", "NOT_CONFIGURED", "does not accept the question for"],
    ["SomethingNew", "BAD_ANSWER", "answered in an unknown shape the question for"],
    ["com.amazonaws.secretsmanager#ResourceNotFoundException", "NOT_FOUND", "holds no"],
  ])("%s is %s", async (type, code, says) => {
    const faults = Array.from({ length: 3 }, () => () => awsError(type));
    const failure = await failed(settings(server({ faults })));
    expect(failure).toMatchObject({ code });
    const errorName = type.replace(/^.*#/, "");
    expect(failure.message).toBe(`AWS Secrets Manager ${says} secret "kms/unlocking" (${errorName}).`);
  });

  test("whose name is none is not shown", async () => {
    const failure = await failed(settings(server({ faults: [() => awsError("<kanarienvogel>")] })));
    expect(failure).toMatchObject({ code: "BAD_ANSWER" });
  });

  test("that passes is asked about again, three times in all", async () => {
    const throttled = () => awsError("ThrottlingException");
    const askedBy: string[] = [];
    expect(await fetched(settings(server({ faults: [throttled, throttled], askedBy })))).toBe(secret);
    expect(askedBy).toHaveLength(3);
    const failing = server({ faults: [throttled, throttled, throttled] });
    expect(await failed(settings(failing))).toMatchObject({ code: "UNREACHABLE" });
  });

  test("500 is asked about again, three times in all", async () => {
    const internal = () => awsError("InternalServiceError", 500);
    const askedBy: string[] = [];
    expect(await fetched(settings(server({ faults: [internal, internal], askedBy })))).toBe(secret);
    expect(askedBy).toHaveLength(3);
  });

  testBrokenServices((url) => failed(settings(url), { timeout: 0.3 }));

  test("a redirect is not followed", async () => {
    const askedBy: string[] = [];
    const target = server({ askedBy });
    const url = serve(() => Response.redirect(target.origin, 307));
    expect(await failed(settings(url))).toMatchObject({ code: "BAD_ANSWER" });
    expect(askedBy).toEqual([]);
  });
});

describe("settings of AWS", () => {
  const url = new URL("https://secretsmanager.example.test");

  test("need the name of the secret", async () => {
    expect(await failed(settings(url, { TATUM_KMS_AWS_SECRET_NAME: "" }))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "AWS Secrets Manager needs the variable TATUM_KMS_AWS_SECRET_NAME, which is not set.",
    });
  });

  test.each(["TATUM_KMS_AWS_ACCESS_KEY_ID", "TATUM_KMS_AWS_SECRET_ACCESS_KEY"])(
    "need %s when the other is set",
    async (missing) => {
      const failure = await failed(settings(url, { [missing]: "" }));
      expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
      expect(failure.message).toStartWith(`${missing} is not set`);
    },
  );

  test.each([
    ["TATUM_KMS_AWS_REGION", "evil.example.test/#"],
    ["TATUM_KMS_AWS_ACCESS_KEY_ID", "kanarienvogel\nx"],
    ["TATUM_KMS_AWS_SESSION_TOKEN", "kanarienvogel x"],
    ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secretsmanager.example.test"],
  ])("refuse a wrong %s before anything is sent", async (variable, value) => {
    expect(await failed(settings(url, { [variable]: value }))).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("take the first of their variables that is set", async () => {
    const other = { AWS_ENDPOINT_URL: "https://other.example.test", AWS_REGION: "us-east-1" };
    expect(await fetched(settings(server(), other))).toBe(secret);
    const general = settings(url, {
      TATUM_KMS_AWS_REGION: "",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: "",
      AWS_ENDPOINT_URL: server().origin,
    });
    expect(await fetched(general)).toBe(secret);
  });

  test("refuse a plain http endpoint of the AWS profile too", async () => {
    using folder = new TemporaryFolder();
    const AWS_CONFIG_FILE = folder.at("config");
    writeFileSync(AWS_CONFIG_FILE, "[default]\nendpoint_url = http://secretsmanager.example.test\n");
    const given = settings(url, { AWS_ENDPOINT_URL_SECRETS_MANAGER: "" });
    const failure = await withEnvironment({ AWS_CONFIG_FILE }, () => failed(given));
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.message).toStartWith("The endpoint of the AWS profile");
  });

  test("need a region", async () => {
    const failure = await failed(settings(server(), { TATUM_KMS_AWS_REGION: "" }));
    expect(failure).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(failure.hint).toContain("TATUM_KMS_AWS_REGION");
  });

  test("are described without secrets", () => {
    const described = (others: Settings) => awsProvider.describe(providerContext(settings(url, others)));
    expect(described({})).toBe('AWS Secrets Manager (secretsmanager.example.test), secret "kms/unlocking"');
    expect(described({ AWS_ENDPOINT_URL_SECRETS_MANAGER: "" })).toBe(
      'AWS Secrets Manager (eu-west-1), secret "kms/unlocking"',
    );
  });
});
