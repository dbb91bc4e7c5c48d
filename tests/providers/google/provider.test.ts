/** The provider as it is, with the program's own way to services, against stand-ins that check what Google checks. */
import { beforeEach, describe, expect, test } from "bun:test";
import { googleProvider } from "../../../providers/google/provider.ts";
import { busyOnce } from "../service-faults.ts";
import { useProvider } from "../use-provider.ts";
import { GoogleStandIn } from "./google-stand-in.ts";

const { services, fetched, failure } = useProvider(googleProvider, (folder) => new GoogleStandIn(folder));
let google: GoogleStandIn;
beforeEach(() => {
  google = services();
});

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
    expect(await fetched(google.withKey())).toBe(google.value);
    expect(google.tokenService.asked).toEqual(["POST /token"]);
    expect(google.metadata.asked).toEqual([]);
  });

  test("with the token of another platform in a file of text", async () => {
    const file = google.subjectTokenFile(`${google.pool.subjectToken}\n`);
    expect(await fetched(google.withFederation({ file }))).toBe(google.value);
  });

  test("with the token of another platform in a file of JSON, and a service account that it stands for", async () => {
    google.tokenService.needsImpersonation = true;
    const file = google.subjectTokenFile(JSON.stringify({ id_token: google.pool.subjectToken }));
    const source = { file, format: { type: "json", subject_token_field_name: "id_token" } };
    const changes = { service_account_impersonation_url: google.tokenService.impersonationUrl };
    expect(await fetched(google.withFederation(source, changes))).toBe(google.value);
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

  test("from a service that was busy and said when to come back", async () => {
    google.secretManager.fault = busyOnce();
    const start = performance.now();
    expect(await fetched({}, 100)).toBe(google.value);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
  });
});

test("a secret with a byte order mark is refused", async () => {
  google.secretManager.secrets.set("kms-password", [{ data: Buffer.from("\ufeffpassword") }]);
  expect(await failure({})).toMatchObject({
    code: "UNUSABLE",
    message: expect.stringContaining("byte order mark"),
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

describe("a secret of Google is not used", () => {
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
