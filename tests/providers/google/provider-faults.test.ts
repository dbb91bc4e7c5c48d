/** Services that do not do what they should. */
import { beforeEach, describe, expect, test } from "bun:test";
import { googleProvider } from "../../../providers/google/provider.ts";
import { CutOffServer } from "../cut-off-server.ts";
import { faults } from "../service-faults.ts";
import { useProvider } from "../use-provider.ts";
import { GoogleStandIn } from "./google-stand-in.ts";

const { services, failure } = useProvider(googleProvider, (folder) => new GoogleStandIn(folder));
let google: GoogleStandIn;
beforeEach(() => {
  google = services();
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
      expect(await failure(google.withKey())).toMatchObject({ code });
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
    expect(await failure(google.withKey({ token_uri: broken.url }))).toMatchObject({ code: "UNREACHABLE" });
    expect(broken.asked).toHaveLength(3);
    broken.stop();
  });
});
