import { describe, expect, test } from "bun:test";
import type { ProviderError } from "../../../providers/error.ts";
import { vgsProvider } from "../../../providers/vgs/provider.ts";
import { serve } from "../../local-servers.ts";
import { secretFrom } from "../ask-provider.ts";
import { testBrokenServices } from "../broken-services.ts";
import { askedVariables, type Patience, providerContext, type Settings } from "../provider-context.ts";
import { failureOf } from "../provider-failure.ts";
import { password, username, vgsServer } from "./vgs-server.ts";

const alias = "tok_live_5UpnbMvaihRuRwz5QXwBFw";
const secret = "kanarienvogel-im-tresor";
const canaries = ["kanarienvogel", Buffer.from(`${username}:${password}`).toString("base64")];

function settings(url: URL, others: Settings = {}): Settings {
  return {
    TATUM_KMS_VGS_URL: url.origin,
    TATUM_KMS_VGS_USERNAME: username,
    TATUM_KMS_VGS_PASSWORD: password,
    TATUM_KMS_VGS_ALIAS: alias,
    ...others,
  };
}

const fetched = (given: Settings, patience?: Patience) => secretFrom(vgsProvider, given, patience);

function failed(given: Settings, patience?: Patience): Promise<ProviderError> {
  return failureOf(vgsProvider.secret(providerContext(given, patience), "unlock"), canaries);
}

describe("the value of an alias", () => {
  test("is the secret, exactly as it is stored", async () => {
    for (const value of [secret, ` ${secret}\n`, "grüße 🔑", "0"]) {
      expect(await fetched(settings(vgsServer({ [alias]: { value } })))).toBe(value);
    }
  });

  test("is taken from the answer for several aliases too", async () => {
    const url = serve(() =>
      Response.json({ data: { other: { value: "other" }, [alias]: { value: secret } } }),
    );
    expect(await fetched(settings(url))).toBe(secret);
  });

  test("is asked for by a name that can be nothing but one step of the path", async () => {
    const requests: string[] = [];
    const odd = "a/../b?c=d#e%2f ü";
    const url = vgsServer({ [odd]: { value: secret } }, requests);
    expect(await fetched(settings(url, { TATUM_KMS_VGS_ALIAS: odd }))).toBe(secret);
    expect(requests).toEqual(["GET /aliases/a%2F..%2Fb%3Fc%3Dd%23e%252f%20%C3%BC"]);
  });

  test("can be in the volatile storage", async () => {
    const url = vgsServer({ [alias]: { value: secret, storage: "VOLATILE" } });
    expect(await fetched(settings(url, { TATUM_KMS_VGS_STORAGE: "VOLATILE" }))).toBe(secret);
    expect(await failed(settings(url))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("is asked for again after a failure that passes, as late as the service says", async () => {
    let asked = 0;
    const url = serve(() => {
      asked++;
      return asked === 1
        ? new Response("", { status: 429, headers: { "retry-after": "1" } })
        : Response.json({ data: [{ value: secret }] });
    });
    const started = performance.now();
    expect(await fetched(settings(url), { delay: 200 })).toBe(secret);
    expect(performance.now() - started).toBeGreaterThan(900);
  });
});

describe("a failure says what is wrong, and nothing secret", () => {
  test("of an alias that is not there", async () => {
    const failure = await failed(settings(vgsServer({})));
    expect(failure).toMatchObject({
      code: "NOT_FOUND",
      message: `VGS Vault holds no alias "${alias}" (HTTP 404).`,
    });
    for (const data of [[], {}, { other: { value: "other" } }]) {
      const url = serve(() => Response.json({ data }));
      expect(await failed(settings(url))).toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test("of credentials that are not accepted", async () => {
    const given = settings(vgsServer({ [alias]: { value: secret } }), {
      TATUM_KMS_VGS_PASSWORD: "kanarienvogel-other",
    });
    const failure = await failed(given);
    expect(failure).toMatchObject({ code: "NOT_ALLOWED" });
    expect(failure.message).toContain("HTTP 401, Unauthorized");
  });

  test("of a value that is empty", async () => {
    expect(await failed(settings(vgsServer({ [alias]: { value: "" } })))).toMatchObject({ code: "UNUSABLE" });
  });

  test("of a redirect, which is not followed", async () => {
    const requests: string[] = [];
    const target = vgsServer({ [alias]: { value: secret } }, requests);
    const url = serve(() => Response.redirect(`${target.origin}/aliases/${alias}`, 302));
    expect(await failed(settings(url))).toMatchObject({ code: "BAD_ANSWER" });
    expect(requests).toEqual([]);
  });

  testBrokenServices((url) => failed(settings(url), { timeout: 0.3 }));
});

describe("settings of VGS", () => {
  const url = new URL("https://api.sandbox.verygoodvault.com");

  test.each(["TATUM_KMS_VGS_USERNAME", "TATUM_KMS_VGS_PASSWORD", "TATUM_KMS_VGS_ALIAS"])(
    "need %s",
    async (name) => {
      expect(await failed(settings(url, { [name]: "" }))).toMatchObject({
        code: "NOT_CONFIGURED",
        message: `VGS Vault needs the variable ${name}, which is not set.`,
      });
    },
  );

  test.each([
    ["TATUM_KMS_VGS_URL", "http://api.sandbox.verygoodvault.com"],
    ["TATUM_KMS_VGS_URL", "https://user:kanarienvogel@api.sandbox.verygoodvault.com"],
    ["TATUM_KMS_VGS_STORAGE", "kanarienvogel"],
    ["TATUM_KMS_VGS_ALIAS", ".."],
  ])("refuse %s=%s before anything is sent", async (name, value) => {
    expect(await failed(settings(url, { [name]: value }))).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("are described without secrets", () => {
    expect(vgsProvider.describe(providerContext(settings(url)))).toBe(
      `VGS Vault at api.sandbox.verygoodvault.com, alias "${alias}"`,
    );
    const byDefault = providerContext({ TATUM_KMS_VGS_ALIAS: alias });
    expect(vgsProvider.describe(byDefault)).toStartWith("VGS Vault at api.live.verygoodvault.com,");
  });

  test("are exactly those that are listed", async () => {
    const server = vgsServer({ [alias]: { value: secret } });
    expect(await askedVariables(vgsProvider, providerContext(settings(server)))).toEqual(
      vgsProvider.variables.map(({ name }) => name).sort(),
    );
  });
});
