/** How the provider logs in when the login is refused, or a vault is hostile. */
import { beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { azureProvider } from "../../../providers/azure/provider.ts";
import { useProvider } from "../use-provider.ts";
import { AzureStandIn, machine } from "./azure-stand-in.ts";
import { workloadToken } from "./workload-token.ts";

const { services, fetched, failure, inFolder } = useProvider(azureProvider, () => new AzureStandIn());
let azure: AzureStandIn;
beforeEach(() => {
  azure = services();
});

describe("the login service of Azure refuses", () => {
  test.each([
    ["a wrong secret", { AZURE_CLIENT_SECRET: "canary-wrong-secret" }, "(HTTP 401, invalid_client)"],
    ["an unknown application", { AZURE_CLIENT_ID: "another" }, "(HTTP 400, unauthorized_client)"],
    ["an unknown tenant", { AZURE_TENANT_ID: "another.example" }, "(HTTP 400, invalid_request)"],
  ])("%s", async (_what, settings, text) => {
    expect(await failure(settings, ["canary-wrong-secret", "AADSTS"])).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining(text),
      hint: expect.stringContaining("AZURE_CLIENT_SECRET"),
    });
    expect(azure.vault.asked).toHaveLength(1);
  });

  test("a workload's token that is over", async () => {
    const token = workloadToken(azure.cluster, -1);
    const file = inFolder("token");
    writeFileSync(file, token);
    const settings = { AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: file };
    expect(await failure(settings, [token])).toMatchObject({ code: "NOT_ALLOWED" });
  });

  test("an app that shows another header", async () => {
    const settings = {
      ...machine,
      IDENTITY_ENDPOINT: `${azure.identity.url}/msi/token`,
      IDENTITY_HEADER: "canary-wrong-header",
    };
    expect(await failure(settings, ["canary-wrong-header"])).toMatchObject({ code: "NOT_ALLOWED" });
  });
});

test("a machine without a metadata service is told how else to log in", async () => {
  azure.identity.fault = () => new Response("", { status: 503 });
  const settings = { ...machine, AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.identity.url };
  expect(await failure(settings)).toMatchObject({
    code: "UNREACHABLE",
    hint: expect.stringContaining("AZURE_CLIENT_SECRET"),
  });
});

describe("a hostile vault", () => {
  test("gets no token for the vaults of everybody, and the login service is not asked for one", async () => {
    azure.vault.resource = "https://vault.azure.net";
    expect(await failure()).toMatchObject({
      code: "BAD_ANSWER",
      message: expect.stringContaining("not for its own domain"),
      hint: expect.stringContaining("TATUM_KMS_AZURE_RESOURCE"),
    });
    expect(azure.login.asked).toEqual([]);
  });

  test("gets one where the operator says that this is right", async () => {
    azure.vault.resource = "https://vault.azure.net";
    expect(await fetched({ TATUM_KMS_AZURE_RESOURCE: "https://vault.azure.net" })).toBe(azure.value);
  });

  test("gets none for another resource than the operator named", async () => {
    expect(await failure({ TATUM_KMS_AZURE_RESOURCE: "https://vault.azure.net" })).toMatchObject({
      code: "BAD_ANSWER",
    });
    expect(azure.login.asked).toEqual([]);
  });

  test("cannot lead the client secret to a login host of its own", async () => {
    const thief = new AzureStandIn();
    try {
      azure.vault.challenge = () =>
        `Bearer authorization="${thief.login.url}/${azure.tenant}", resource="https://127.0.0.1"`;
      expect(await failure()).toMatchObject({
        code: "BAD_ANSWER",
        message: expect.stringContaining("another host"),
        hint: expect.stringContaining("AZURE_AUTHORITY_HOST"),
      });
      expect([...azure.login.asked, ...thief.login.asked]).toEqual([]);
    } finally {
      await thief.stop();
    }
  });

  test("of another tenant is told as such", async () => {
    const other = "99999999-2222-3333-4444-555555555555";
    azure.vault.challenge = () =>
      `Bearer authorization="${azure.login.url}/${other}", resource="https://127.0.0.1"`;
    expect(await failure()).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining("AZURE_TENANT_ID"),
    });
    expect(azure.login.asked).toEqual([]);
  });

  test("cannot give a secret without having asked who wants it", async () => {
    azure.vault.fault = () =>
      Response.json({ value: azure.value, id: `${azure.vault.url}/secrets/kms-password/1` });
    expect(await failure()).toMatchObject({ code: "BAD_ANSWER" });
  });
});
