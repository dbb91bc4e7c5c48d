/** The provider as it is, with the program's own way to services, against stand-ins that check what Google checks. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { googleProvider } from "../../../providers/google/google-provider.ts";
import type { ProviderError } from "../../../providers/provider-error.ts";
import { useTemporaryFolder } from "../../src/vault/temporary-folder.ts";
import { CutOffServer } from "../cut-off-server.ts";
import { failureOf } from "../provider-failure.ts";
import { type Settings, serviceContext } from "../service-context.ts";
import { busyOnce, FAULT_CANARY, faults } from "../service-faults.ts";
import { GoogleStandIn } from "./google-stand-in.ts";
import { SENTENCE_CANARY } from "./secret-manager-server.ts";

const inFolder = useTemporaryFolder();
let google: GoogleStandIn;
beforeEach(() => {
  google = new GoogleStandIn();
});
afterEach(() => google.stop());

async function fetched(more: Settings = {}, retryDelay?: number): Promise<string> {
  const context = serviceContext(inFolder(".env"), { ...google.settings, ...more }, retryDelay);
  return (await googleProvider.secret(context, "unlock")).reveal();
}

function failure(more: Settings = {}, canaries: readonly string[] = []): Promise<ProviderError> {
  return failureOf(() => fetched(more), [...google.canaries, FAULT_CANARY, SENTENCE_CANARY, ...canaries]);
}

/** The settings of an operator who has the key of a service account, changed where a test wants it. */
function withKey(changes: object = {}): Settings {
  return { GOOGLE_APPLICATION_CREDENTIALS: google.writeKeyFile(inFolder("key.json"), changes) };
}

function withFederation(source: object, changes: object = {}): Settings {
  return {
    GOOGLE_APPLICATION_CREDENTIALS: google.writeFederationFile(inFolder("federation.json"), source, changes),
  };
}

function subjectTokenFile(content: string): string {
  writeFileSync(inFolder("token"), content);
  return inFolder("token");
}

describe("the secret is given exactly as it is stored", () => {
  test("with the service account of a machine", async () => {
    expect(await fetched()).toBe(google.value);
    expect(google.metadata.asked).toEqual([
      "GET /computeMetadata/v1/instance/service-accounts/default/token",
    ]);
    expect(google.secretManager.asked).toEqual([
      "GET /v1/projects/my-project/secrets/kms-password/versions/latest:access",
    ]);
  });

  test("with the key of a service account", async () => {
    expect(await fetched(withKey())).toBe(google.value);
    expect(google.tokenService.asked).toEqual(["POST /token"]);
    expect(google.metadata.asked).toEqual([]);
  });

  test("with the token of another platform in a file of text", async () => {
    const file = subjectTokenFile(`${google.pool.subjectToken}\n`);
    expect(await fetched(withFederation({ file }))).toBe(google.value);
  });

  test("with the token of another platform in a file of JSON, and a service account that it stands for", async () => {
    google.tokenService.needsImpersonation = true;
    const file = subjectTokenFile(JSON.stringify({ id_token: google.pool.subjectToken }));
    const source = { file, format: { type: "json", subject_token_field_name: "id_token" } };
    const changes = { service_account_impersonation_url: google.tokenService.impersonationUrl };
    expect(await fetched(withFederation(source, changes))).toBe(google.value);
  });

  test("in the version that is asked for", async () => {
    const name = "projects/my-project/secrets/kms-password/versions/1";
    expect(await fetched({ TATUM_KMS_GOOGLE_SECRET: name })).toBe("an older one");
  });

  test("in a region", async () => {
    google.secretManager.secrets.set("europe-west3/regional", [{ data: Buffer.from("of Frankfurt") }]);
    const name = "projects/my-project/locations/europe-west3/secrets/regional";
    expect(await fetched({ TATUM_KMS_GOOGLE_SECRET: name })).toBe("of Frankfurt");
  });

  test("with a byte order mark", async () => {
    google.secretManager.secrets.set("kms-password", [{ data: Buffer.from("\ufeffpassword") }]);
    expect(await fetched()).toBe("\ufeffpassword");
  });

  test("from a service that was busy and said when to come back", async () => {
    google.secretManager.fault = busyOnce();
    const start = performance.now();
    expect(await fetched({}, 100)).toBe(google.value);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
  });
});

describe("the service refuses", () => {
  test("a secret that it does not hold", async () => {
    const name = "projects/my-project/secrets/another";
    expect(await failure({ TATUM_KMS_GOOGLE_SECRET: name })).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining(`holds no secret ${name}/versions/latest`),
      hint: expect.stringContaining("TATUM_KMS_GOOGLE_SECRET"),
    });
  });

  test("a project that the account does not know", async () => {
    const name = "projects/another-project/secrets/kms-password";
    expect(await failure({ TATUM_KMS_GOOGLE_SECRET: name })).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("an account without permission", async () => {
    google.secretManager.secrets.set("kms-password", [{ data: Buffer.from("x"), isForbidden: true }]);
    expect(await failure()).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("(HTTP 403, PERMISSION_DENIED)"),
    });
  });

  test.each(["DISABLED", "DESTROYED"] as const)("a version that is %s", async (state) => {
    google.secretManager.secrets.set("kms-password", [{ data: Buffer.from("x"), state }]);
    expect(await failure()).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("(HTTP 400, FAILED_PRECONDITION)"),
    });
  });

  test("a token that is over", async () => {
    google.metadata.fault = () =>
      Response.json(
        {
          access_token: google.tokens.issue("https://www.googleapis.com/auth/cloud-platform", -1),
          token_type: "Bearer",
        },
        { headers: { "metadata-flavor": "Google" } },
      );
    expect(await failure()).toMatchObject({ code: "NOT_ALLOWED", message: expect.stringContaining("401") });
  });
});

describe("a secret is not used", () => {
  test("when it is empty", async () => {
    google.secretManager.secrets.set("kms-password", [{ data: new Uint8Array(), checksum: "0" }]);
    expect(await failure()).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining("is empty") });
  });

  test("when the answer leaves out that it is empty", async () => {
    const name = "projects/123456789012/secrets/kms-password/versions/2";
    google.secretManager.fault = () => Response.json({ name, payload: {} });
    expect(await failure()).toMatchObject({ code: "UNUSABLE" });
  });

  test("when it is no text", async () => {
    google.secretManager.secrets.set("kms-password", [{ data: Buffer.from([0x63, 0xc3, 0x28]) }]);
    expect(await failure()).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining("UTF-8") });
  });

  test("when its checksum is wrong", async () => {
    google.secretManager.secrets.set("kms-password", [
      { data: Buffer.from("canary"), checksum: "2923292195" },
    ]);
    expect(await failure({}, ["canary", "2923292195"])).toMatchObject({
      code: "BAD_ANSWER",
      message: expect.stringContaining("checksum"),
    });
  });

  test.each([
    "projects/123456789012/secrets/another/versions/1",
    "projects/123456789012/locations/europe-west3/secrets/kms-password/versions/1",
    "projects/123456789012/secrets/kms-password/versions/2",
    "kms-password",
  ])("when the answer is of %s", async (name) => {
    google.secretManager.fault = () =>
      Response.json({ name, payload: { data: Buffer.from(google.value).toString("base64") } });
    const settings = { TATUM_KMS_GOOGLE_SECRET: "projects/my-project/secrets/kms-password/versions/1" };
    expect(await failure(settings)).toMatchObject({
      code: "BAD_ANSWER",
      message: expect.stringContaining("another secret"),
    });
  });

  test.each(["not base64!", "YWJj=", 7])("when its data is %p", async (data) => {
    const name = "projects/123456789012/secrets/kms-password/versions/2";
    google.secretManager.fault = () => Response.json({ name, payload: { data } });
    expect(await failure()).toMatchObject({ code: "BAD_ANSWER" });
  });
});

describe("no token is given", () => {
  test("for the key of another account", async () => {
    const settings = withKey({ client_email: "other@my-project.iam.gserviceaccount.com" });
    expect(await failure(settings, ["Not this"])).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("(HTTP 400, invalid_grant)"),
    });
    expect(google.secretManager.asked).toEqual([]);
  });

  test("for a key that the account does not have", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const settings = withKey({ private_key: privateKey.export({ type: "pkcs8", format: "pem" }) });
    expect(await failure(settings)).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("for a token of another platform that is not trusted", async () => {
    const settings = withFederation({ file: subjectTokenFile("canary-untrusted") });
    expect(await failure(settings, ["canary-untrusted"])).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("for a service account that the other platform's identity may not stand for", async () => {
    const file = subjectTokenFile(google.pool.subjectToken);
    const changes = { service_account_impersonation_url: google.tokenService.impersonationUrl };
    expect(await failure(withFederation({ file }, changes))).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("to a machine without a service account", async () => {
    google.metadata.hasServiceAccount = false;
    expect(await failure()).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("404"),
    });
  });

  test("by something that is no metadata server", async () => {
    google.metadata.fault = () => Response.json({ access_token: FAULT_CANARY, token_type: "Bearer" });
    expect(await failure()).toMatchObject({
      code: "BAD_ANSWER",
      hint: expect.stringContaining("GOOGLE_APPLICATION_CREDENTIALS"),
    });
    expect(google.secretManager.asked).toEqual([]);
  });

  test("outside Google Cloud, which is told", async () => {
    await google.metadata.stop();
    expect(await failure()).toMatchObject({
      code: "UNREACHABLE",
      hint: expect.stringContaining("GOOGLE_APPLICATION_CREDENTIALS"),
    });
  });
});

describe("a credentials file that cannot be right is refused before anybody is asked", () => {
  const ecKey = (): string =>
    generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();

  test.each([
    ["no JSON", () => "canary"],
    ["JSON that ends early", () => '{"type":"service_account","private_key":"canary'],
    ["another kind of credentials", () => ({ type: "authorized_user", refresh_token: "canary" })],
    ["no key", () => ({ type: "service_account", client_email: "canary@example.com" })],
    [
      "a key that is none",
      () => ({ type: "service_account", client_email: "canary@example.com", private_key: "canary" }),
    ],
    [
      "a key for something else",
      () => ({ type: "service_account", client_email: "canary@example.com", private_key: ecKey() }),
    ],
    [
      "a token service without encryption",
      () => ({
        type: "service_account",
        client_email: "canary",
        private_key: "canary",
        token_uri: "http://canary.example",
      }),
    ],
    [
      "a token of another platform that comes from a program",
      () => ({
        type: "external_account",
        audience: "canary",
        subject_token_type: "canary",
        token_url: "https://sts.googleapis.com/v1/token",
        credential_source: { executable: { command: "canary" } },
      }),
    ],
    [
      "a token of another platform that would go to somebody else than Google",
      () => ({
        type: "external_account",
        audience: "canary",
        subject_token_type: "canary",
        token_url: "https://sts.googleapis.com.canary.example/v1/token",
        credential_source: { file: "canary" },
      }),
    ],
  ] as [string, () => unknown][])("%s", async (_what, content) => {
    const written = content();
    writeFileSync(inFolder("file"), typeof written === "string" ? written : JSON.stringify(written));
    expect(await failure({ GOOGLE_APPLICATION_CREDENTIALS: inFolder("file") }, ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining("GOOGLE_APPLICATION_CREDENTIALS"),
    });
    expect([...google.secretManager.asked, ...google.metadata.asked]).toEqual([]);
  });

  test.each([
    ["is not there", () => inFolder("canary"), undefined],
    ["has no such field", () => subjectTokenFile('{"canary":"canary"}'), "id_token"],
    ["is no JSON", () => subjectTokenFile("canary"), "id_token"],
  ])("the file of the other platform's token %s", async (_what, file, field) => {
    const format = field === undefined ? {} : { format: { type: "json", subject_token_field_name: field } };
    expect(await failure(withFederation({ file: file(), ...format }), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining("credential_source of GOOGLE_APPLICATION_CREDENTIALS"),
    });
  });
});

describe("when a service does not do what it should", () => {
  for (const { name, code, tries, answer } of faults) {
    test(`Secret Manager's answer is ${name}`, async () => {
      google.secretManager.fault = answer;
      expect(await failure()).toMatchObject({ code });
      expect(google.secretManager.asked).toHaveLength(tries);
    });

    test(`the token service's answer is ${name}`, async () => {
      google.tokenService.fault = answer;
      expect(await failure(withKey())).toMatchObject({ code });
      expect(google.tokenService.asked).toHaveLength(tries);
      expect(google.secretManager.asked).toEqual([]);
    });

    test(`the metadata server's answer is ${name}`, async () => {
      google.metadata.fault = async () => {
        const response = await answer();
        response.headers.set("metadata-flavor", "Google");
        return response;
      };
      expect(await failure()).toMatchObject({ code });
      expect(google.metadata.asked).toHaveLength(tries);
    });
  }

  test("the connection breaks in the middle of Secret Manager's answer", async () => {
    const broken = new CutOffServer();
    expect(await failure({ TATUM_KMS_GOOGLE_URL: broken.url })).toMatchObject({ code: "UNREACHABLE" });
    expect(broken.asked).toHaveLength(3);
    broken.stop();
  });

  test("the connection breaks in the middle of the token service's answer", async () => {
    const broken = new CutOffServer();
    expect(await failure(withKey({ token_uri: broken.url }))).toMatchObject({ code: "UNREACHABLE" });
    expect(broken.asked).toHaveLength(3);
    broken.stop();
  });
});

describe("described for people", () => {
  function described(more: Settings = {}): string {
    return googleProvider.describe(serviceContext(inFolder(".env"), { ...google.settings, ...more }));
  }

  test("are secret, host and login, without asking anybody", () => {
    expect(described({ TATUM_KMS_GOOGLE_URL: undefined, GCE_METADATA_HOST: undefined })).toBe(
      "secret projects/my-project/secrets/kms-password/versions/latest at secretmanager.googleapis.com, " +
        "logged in by the service account of this machine, at metadata.google.internal",
    );
    expect(google.metadata.asked).toEqual([]);
  });

  test("the key of a service account without its content", () => {
    expect(described(withKey({ token_uri: undefined }))).toEndWith(
      "logged in by the key of a service account, at oauth2.googleapis.com",
    );
  });

  test("the federation with another platform", () => {
    const changes = { token_url: "https://sts.googleapis.com/v1/token" };
    expect(described(withFederation({ file: "/token" }, changes))).toEndWith(
      "logged in by workload identity federation, at sts.googleapis.com",
    );
  });
});

test("all variables that are read are told", async () => {
  const asked = new Set<string>();
  for (const more of [{}, { TATUM_KMS_GOOGLE_SECRET: "kms-password" }]) {
    const context = serviceContext(inFolder(".env"), { ...google.settings, ...more });
    const setting = (name: string): string | undefined => {
      asked.add(name);
      return context.setting(name);
    };
    await googleProvider.secret({ ...context, setting }, "unlock").catch(() => undefined);
  }
  expect([...asked].sort()).toEqual(googleProvider.variables.map(({ name }) => name).sort());
});
