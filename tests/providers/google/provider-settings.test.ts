/** What the provider makes of its variables, before anybody is asked. */
import { beforeEach, describe, expect, test } from "bun:test";
import { googleProvider } from "../../../providers/google/provider.ts";
import type { Settings } from "../service-context.ts";
import { useProvider, variablesRead } from "../use-provider.ts";
import { GoogleStandIn } from "./google-stand-in.ts";

const { services, context } = useProvider(googleProvider, (folder) => new GoogleStandIn(folder));
let google: GoogleStandIn;
beforeEach(() => {
  google = services();
});

describe("described for people", () => {
  function described(more: Settings = {}): string {
    return googleProvider.describe(context(more));
  }

  test("are secret, host and login, without asking anybody", () => {
    expect(described({ TATUM_KMS_GOOGLE_URL: undefined, GCE_METADATA_HOST: undefined })).toBe(
      "secret projects/my-project/secrets/kms-password/versions/latest at secretmanager.googleapis.com, " +
        "logged in by the service account of this machine, at metadata.google.internal",
    );
    expect(google.metadata.asked).toEqual([]);
  });

  test("the key of a service account without its content", () => {
    expect(described(google.withKey({ token_uri: undefined }))).toEndWith(
      "logged in by the key of a service account, at oauth2.googleapis.com",
    );
  });

  test("the federation with another platform", () => {
    const changes = { token_url: "https://sts.googleapis.com/v1/token" };
    expect(described(google.withFederation({ file: "/token" }, changes))).toEndWith(
      "logged in by workload identity federation, at sts.googleapis.com",
    );
  });
});

test("all variables that are read for Google are told", async () => {
  const contexts = [{}, { TATUM_KMS_GOOGLE_SECRET: "kms-password" }].map((settings) => context(settings));
  const names = googleProvider.variables.map(({ name }) => name);
  expect(await variablesRead(googleProvider, contexts)).toEqual(names.sort());
});
