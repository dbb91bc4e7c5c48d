/** What the provider makes of its variables, before anybody is asked. */
import { beforeEach, describe, expect, test } from "bun:test";
import { azureProvider } from "../../../providers/azure/provider.ts";
import type { Settings } from "../service-context.ts";
import { useProvider, variablesRead } from "../use-provider.ts";
import { AzureStandIn, machine } from "./azure-stand-in.ts";

const { services, context, failure, inFolder } = useProvider(azureProvider, () => new AzureStandIn());
let azure: AzureStandIn;
beforeEach(() => {
  azure = services();
});

describe("described for people", () => {
  function described(more: Settings = {}): string {
    return azureProvider.describe(context(more));
  }

  test("are vault, secret and login, without asking anybody", () => {
    expect(described({ TATUM_KMS_AZURE_SECRETVERSION: "12ab" })).toBe(
      `secret "kms-password", version 12ab, in ${new URL(azure.vault.url).host}, ` +
        `logged in by the client secret of an application, at ${new URL(azure.login.url).host}`,
    );
    expect(azure.vault.asked).toEqual([]);
  });

  test("a vault by its host alone", () => {
    expect(described({ ...machine, TATUM_KMS_AZURE_VAULTURL: "mine.vault.azure.net" })).toBe(
      'secret "kms-password" in mine.vault.azure.net, ' +
        "logged in by the managed identity of this machine, at 169.254.169.254",
    );
  });

  test.each([
    ["mine.vault.azure.net", "login.microsoftonline.com"],
    ["mine.vault.azure.cn", "login.chinacloudapi.cn"],
    ["mine.vault.usgovcloudapi.net", "login.microsoftonline.us"],
  ])("the login host of %s", (vault, login) => {
    expect(described({ TATUM_KMS_AZURE_VAULTURL: vault, AZURE_AUTHORITY_HOST: undefined })).toEndWith(
      `at ${login}`,
    );
  });
});

describe("settings that cannot be right", () => {
  test.each([
    ["TATUM_KMS_AZURE_VAULTURL", undefined],
    ["TATUM_KMS_AZURE_VAULTURL", "http://mine.vault.azure.net"],
    ["TATUM_KMS_AZURE_VAULTURL", "https://user:canary@mine.vault.azure.net"],
    ["TATUM_KMS_AZURE_VAULTURL", "https://mine.vault.azure.net/secrets/canary/1"],
    ["TATUM_KMS_AZURE_VAULTURL", "https://canary.managedhsm.azure.net"],
    ["TATUM_KMS_AZURE_VAULTURL", "ftp://canary.vault.azure.net"],
    ["TATUM_KMS_AZURE_SECRETNAME", undefined],
    ["TATUM_KMS_AZURE_SECRETNAME", "../keys/canary"],
    ["TATUM_KMS_AZURE_SECRETVERSION", "../canary"],
    ["AZURE_AUTHORITY_HOST", "http://canary.example"],
    ["AZURE_TENANT_ID", "../canary"],
  ])("%s = %p is refused before anybody is asked", async (name, value) => {
    expect(await failure({ [name]: value }, ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining(name),
    });
    expect([...azure.vault.asked, ...azure.login.asked]).toEqual([]);
  });

  test("a token file that is not there is named by its variable", async () => {
    const settings = {
      AZURE_CLIENT_SECRET: undefined,
      AZURE_FEDERATED_TOKEN_FILE: inFolder("canary"),
    };
    expect(await failure(settings, ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "The file that AZURE_FEDERATED_TOKEN_FILE names does not exist.",
    });
  });
});

test("all variables that are read for Azure are told", async () => {
  const file = { AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: inFolder("token") };
  const app = { ...machine, IDENTITY_ENDPOINT: azure.identity.url, IDENTITY_HEADER: "h" };
  const contexts = [{}, file, machine, app].map((settings) => context(settings));
  const names = azureProvider.variables.map(({ name }) => name);
  expect(await variablesRead(azureProvider, contexts)).toEqual(names.sort());
});
