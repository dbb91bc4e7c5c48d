/** The provider as it is, with the program's own way to services, against stand-ins that check what Azure checks. */
import { beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { azureProvider } from "../../../providers/azure/provider.ts";
import { busyOnce } from "../service-faults.ts";
import { useProvider } from "../use-provider.ts";
import { AzureStandIn, machine } from "./azure-stand-in.ts";
import { workloadToken } from "./workload-token.ts";

const { services, fetched, failure, inFolder } = useProvider(azureProvider, () => new AzureStandIn());
let azure: AzureStandIn;
beforeEach(() => {
  azure = services();
});

describe("the secret is given exactly as it is stored", () => {
  test("with a client secret", async () => {
    expect(await fetched()).toBe(azure.value);
    expect(azure.login.asked).toEqual([`POST /${azure.tenant}/oauth2/v2.0/token`]);
    const asked = "GET /secrets/kms-password?api-version=7.4";
    expect(azure.vault.asked).toEqual([asked, asked]);
  });

  test("with a workload identity", async () => {
    const file = inFolder("token");
    writeFileSync(file, `${workloadToken(azure.cluster)}\n`);
    expect(await fetched({ AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: file })).toBe(
      azure.value,
    );
  });

  test("with the managed identity of a machine", async () => {
    const settings = { ...machine, AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.identity.url };
    expect(await fetched(settings)).toBe(azure.value);
    expect(azure.login.asked).toEqual([]);
  });

  test("with one of several managed identities of a machine", async () => {
    azure.identity.clientIds.push("first", "second");
    const settings = { ...machine, AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.identity.url };
    expect(await fetched({ ...settings, AZURE_CLIENT_ID: "second" })).toBe(azure.value);
    expect(await failure(settings)).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("with the managed identity of an app", async () => {
    const settings = {
      ...machine,
      IDENTITY_ENDPOINT: `${azure.identity.url}/msi/token`,
      IDENTITY_HEADER: azure.identity.identityHeader,
    };
    expect(await fetched(settings)).toBe(azure.value);
  });

  test("in the version that is asked for, whatever the case of its name", async () => {
    const settings = {
      TATUM_KMS_AZURE_SECRETNAME: "KMS-Password",
      TATUM_KMS_AZURE_SECRETVERSION: "0123456789abcdef0123456789abcdef",
    };
    expect(await fetched(settings)).toBe(azure.value);
    expect(azure.vault.asked[1]).toBe(
      "GET /secrets/KMS-Password/0123456789abcdef0123456789abcdef?api-version=7.4",
    );
  });

  test("when its validity has begun and has not ended", async () => {
    const now = Math.floor(Date.now() / 1000);
    azure.vault.secrets.set("kms-password", {
      value: "valid",
      version: "1",
      attributes: { nbf: now - 60, exp: now + 60 },
    });
    expect(await fetched()).toBe("valid");
  });

  test("from a vault that was busy and said when to come back", async () => {
    azure.vault.fault = busyOnce();
    const start = performance.now();
    expect(await fetched({}, 100)).toBe(azure.value);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
  });

  test("after a login service that was busy", async () => {
    azure.login.fault = busyOnce();
    expect(await fetched({}, 100)).toBe(azure.value);
  });
});

describe("the vault of Azure refuses", () => {
  test("a secret that it does not hold", async () => {
    expect(await failure({ TATUM_KMS_AZURE_SECRETNAME: "another" })).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining('holds no secret "another"'),
      hint: expect.stringContaining("TATUM_KMS_AZURE_SECRETNAME"),
    });
  });

  test("a version that it does not hold", async () => {
    expect(await failure({ TATUM_KMS_AZURE_SECRETVERSION: "ff" })).toMatchObject({ code: "NOT_FOUND" });
  });

  test("an identity without permission", async () => {
    azure.vault.secrets.set("kms-password", { value: azure.value, version: "1", isForbidden: true });
    expect(await failure()).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("(HTTP 403, ForbiddenByRbac)"),
    });
  });

  test("a disabled secret", async () => {
    azure.vault.secrets.set("kms-password", {
      value: azure.value,
      version: "1",
      attributes: { enabled: false },
    });
    expect(await failure()).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("SecretDisabled"),
    });
  });

  test("a token that is over", async () => {
    azure.login.fault = () =>
      Response.json({ token_type: "Bearer", access_token: azure.tokens.issue("https://127.0.0.1", -1) });
    expect(await failure()).toMatchObject({ code: "NOT_ALLOWED", message: expect.stringContaining("401") });
  });

  test("a token for something else", async () => {
    azure.login.fault = () =>
      Response.json({
        token_type: "Bearer",
        access_token: azure.tokens.issue("https://graph.microsoft.com"),
      });
    expect(await failure()).toMatchObject({ code: "NOT_ALLOWED" });
  });
});

describe("a secret of Azure is not used", () => {
  const now = Math.floor(Date.now() / 1000);
  test.each([
    ["disabled", { enabled: false }, "is disabled"],
    ["not valid yet", { nbf: now + 3600 }, "is not valid yet"],
    ["expired", { exp: now - 1 }, "has expired"],
  ])("when it is %s, though the vault gives it", async (_state, attributes, text) => {
    azure.vault.secrets.set("kms-password", {
      value: azure.value,
      version: "1",
      attributes,
      isHandedOut: true,
    });
    expect(await failure()).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining(text) });
  });

  test("when it is no text in UTF-8", async () => {
    azure.vault.secrets.set("kms-password", { value: "S\ufffdcret", version: "1" });
    expect(await failure()).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining("UTF-8") });
  });

  test("when it is empty", async () => {
    azure.vault.secrets.set("kms-password", { value: "", version: "1" });
    expect(await failure()).toMatchObject({ code: "UNUSABLE", message: expect.stringContaining("is empty") });
  });

  test.each([
    "https://127.0.0.1/secrets/another/0123",
    "https://127.0.0.1/keys/kms-password/0123",
    "https://127.0.0.1/kms-password",
  ])("when the answer is of %s", async (id) => {
    azure.vault.fault = ({ headers }) =>
      headers.has("authorization") ? Response.json({ value: azure.value, id }) : undefined;
    expect(await failure()).toMatchObject({
      code: "BAD_ANSWER",
      message: expect.stringContaining("another secret"),
    });
  });

  test("when it is of another version", async () => {
    const id = "https://127.0.0.1/secrets/kms-password/0124";
    azure.vault.fault = ({ headers }) =>
      headers.has("authorization") ? Response.json({ value: azure.value, id }) : undefined;
    expect(await failure({ TATUM_KMS_AZURE_SECRETVERSION: "0123" })).toMatchObject({ code: "BAD_ANSWER" });
  });
});
