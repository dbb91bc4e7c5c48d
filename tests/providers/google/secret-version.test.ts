import { describe, expect, test } from "bun:test";
import { resourceName, secretVersionOf } from "../../../providers/google/secret-version.ts";
import type { ProviderContext } from "../../../providers/provider.ts";
import { failureOf } from "../provider-failure.ts";
import type { Settings } from "../service-context.ts";

function read(settings: Settings): { endpoint: string; name: string } {
  const version = secretVersionOf({ setting: (name) => settings[name] } as ProviderContext);
  return { endpoint: version.endpoint.href, name: resourceName(version) };
}

const GLOBAL = "https://secretmanager.googleapis.com/";

describe("the name of a secret of Google", () => {
  test.each([
    ["projects/my-project/secrets/S_1", GLOBAL, "projects/my-project/secrets/S_1/versions/latest"],
    ["projects/123456/secrets/s/versions/7", GLOBAL, "projects/123456/secrets/s/versions/7"],
    [
      "projects/example.com:old/secrets/s/versions/prod",
      GLOBAL,
      "projects/example.com:old/secrets/s/versions/prod",
    ],
    [
      "projects/my-project/locations/europe-west3/secrets/s",
      "https://secretmanager.europe-west3.rep.googleapis.com/",
      "projects/my-project/locations/europe-west3/secrets/s/versions/latest",
    ],
  ])("%s says all", (secret, endpoint, name) => {
    expect(read({ TATUM_KMS_GOOGLE_SECRET: secret })).toEqual({ endpoint, name });
  });

  test.each([
    [{ TATUM_KMS_GOOGLE_PROJECT: "mine", GOOGLE_CLOUD_PROJECT: "other" }, "mine"],
    [{ GOOGLE_CLOUD_PROJECT: "other" }, "other"],
  ])("may be its ID alone, with %p", (settings, project) => {
    expect(read({ TATUM_KMS_GOOGLE_SECRET: "s", ...settings }).name).toBe(
      `projects/${project}/secrets/s/versions/latest`,
    );
    expect(read({ TATUM_KMS_GOOGLE_SECRET: "s/versions/3", ...settings }).name).toBe(
      `projects/${project}/secrets/s/versions/3`,
    );
  });

  test("goes to the configured endpoint, also when it is regional", () => {
    const settings = {
      TATUM_KMS_GOOGLE_SECRET: "projects/my-project/locations/europe-west3/secrets/s",
      TATUM_KMS_GOOGLE_URL: "secrets.example",
    };
    expect(read(settings).endpoint).toBe("https://secrets.example/");
  });
});

describe("settings that cannot be right name the variable", () => {
  const secret = { TATUM_KMS_GOOGLE_SECRET: "canary" };
  test.each([
    ["TATUM_KMS_GOOGLE_SECRET", {}],
    ["TATUM_KMS_GOOGLE_PROJECT", secret],
    ["TATUM_KMS_GOOGLE_PROJECT", { ...secret, TATUM_KMS_GOOGLE_PROJECT: "../canary" }],
    ["GOOGLE_CLOUD_PROJECT", { ...secret, GOOGLE_CLOUD_PROJECT: "a/canary" }],
    [
      "TATUM_KMS_GOOGLE_URL",
      { ...secret, GOOGLE_CLOUD_PROJECT: "p", TATUM_KMS_GOOGLE_URL: "http://canary.example" },
    ],
    ...[
      "projects/p/secrets/",
      "projects/p/secrets/../canary",
      "projects//secrets/canary",
      "projects/p/locations/thief.example%2f/secrets/canary",
      "projects/p/locations/a.thief.example/secrets/canary",
      "projects/p/locations/-a/secrets/canary",
      "projects/p/secrets/canary/versions/1:destroy",
      "projects/p/secrets/canary/versions/1?x=1",
      "projects/p/secrets/canary\n",
      "secrets/canary",
    ].map((name): [string, Settings] => ["TATUM_KMS_GOOGLE_SECRET", { TATUM_KMS_GOOGLE_SECRET: name }]),
  ] as [string, Settings][])("%s: %p", async (variable, settings) => {
    expect(await failureOf(() => read(settings), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining(variable),
    });
  });
});
