/** Credentials that get no token, and files that hold no credentials. */
import { beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { googleProvider } from "../../../providers/google/provider.ts";
import { FAULT_CANARY } from "../service-faults.ts";
import { useProvider } from "../use-provider.ts";
import { GoogleStandIn } from "./google-stand-in.ts";

const { services, failure, inFolder } = useProvider(googleProvider, (folder) => new GoogleStandIn(folder));
let google: GoogleStandIn;
beforeEach(() => {
  google = services();
});

describe("no token is given", () => {
  test("for the key of another account", async () => {
    const settings = google.withKey({ client_email: "other@my-project.iam.gserviceaccount.com" });
    expect(await failure(settings, ["Not this"])).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("(HTTP 400, invalid_grant)"),
    });
    expect(google.secretManager.asked).toEqual([]);
  });

  test("for a key that the account does not have", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const settings = google.withKey({ private_key: privateKey.export({ type: "pkcs8", format: "pem" }) });
    expect(await failure(settings)).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("for a token of another platform that is not trusted", async () => {
    const settings = google.withFederation({ file: google.subjectTokenFile("canary-untrusted") });
    expect(await failure(settings, ["canary-untrusted"])).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("for a service account that the other platform's identity may not stand for", async () => {
    const file = google.subjectTokenFile();
    const changes = { service_account_impersonation_url: google.tokenService.impersonationUrl };
    expect(await failure(google.withFederation({ file }, changes))).toMatchObject({ code: "NOT_ALLOWED" });
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
      "a token of another platform that comes from a program",
      () => ({
        type: "external_account",
        audience: "canary",
        subject_token_type: "canary",
        token_url: "https://sts.googleapis.com/v1/token",
        credential_source: { executable: { command: "canary" } },
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

  test.each(["http://canary.example/token", "https://canary@oauth2.googleapis.com/token", "canary"])(
    "a service account whose token service is %s",
    async (token_uri) => {
      expect(await failure(google.withKey({ token_uri }), ["canary.example"])).toMatchObject({
        code: "NOT_CONFIGURED",
      });
    },
  );

  test.each([
    { token_url: "https://sts.googleapis.com.canary.example/v1/token" },
    { token_url: "http://sts.googleapis.com/v1/token" },
    { service_account_impersonation_url: "https://canary.example/v1/x:generateAccessToken" },
  ])("one that would show another platform's token to somebody else than Google: %p", async (changes) => {
    const settings = google.withFederation({ file: google.subjectTokenFile() }, changes);
    expect(await failure(settings, ["canary.example"])).toMatchObject({ code: "NOT_CONFIGURED" });
    expect(google.tokenService.asked).toEqual([]);
  });

  test.each([
    ["is not there", () => inFolder("canary"), undefined],
    ["has no such field", () => google.subjectTokenFile('{"canary":"canary"}'), "id_token"],
    ["is no JSON", () => google.subjectTokenFile("canary"), "id_token"],
  ])("the file of the other platform's token %s", async (_what, file, field) => {
    const format = field === undefined ? {} : { format: { type: "json", subject_token_field_name: field } };
    expect(await failure(google.withFederation({ file: file(), ...format }), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining("credential_source of GOOGLE_APPLICATION_CREDENTIALS"),
    });
  });
});
