/** The provider as it is, with the program's own way to services, against stand-ins that check what Azure checks. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { azureProvider } from "../../../providers/azure/azure-provider.ts";
import type { ProviderError } from "../../../providers/provider-error.ts";
import { useTemporaryFolder } from "../../src/vault/temporary-folder.ts";
import { CutOffServer } from "../cut-off-server.ts";
import { failureOf } from "../provider-failure.ts";
import { type Settings, serviceContext } from "../service-context.ts";
import { busyOnce, FAULT_CANARY, faults } from "../service-faults.ts";
import { AzureStandIn } from "./azure-stand-in.ts";
import { SENTENCE_CANARY } from "./key-vault-server.ts";
import { workloadToken } from "./workload-token.ts";

const inFolder = useTemporaryFolder();
let azure: AzureStandIn;
beforeEach(() => {
  azure = new AzureStandIn();
});
afterEach(() => azure.stop());

async function fetched(more: Settings = {}, retryDelay?: number): Promise<string> {
  const context = serviceContext(inFolder(".env"), { ...azure.settings, ...more }, retryDelay);
  return (await azureProvider.secret(context, "unlock")).reveal();
}

function failure(more: Settings = {}, canaries: readonly string[] = []): Promise<ProviderError> {
  return failureOf(() => fetched(more), [...azure.canaries, FAULT_CANARY, SENTENCE_CANARY, ...canaries]);
}

/** The settings without those of an application. */
const machine = { AZURE_TENANT_ID: undefined, AZURE_CLIENT_ID: undefined, AZURE_CLIENT_SECRET: undefined };

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

describe("the vault refuses", () => {
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

describe("a secret is not used", () => {
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

describe("the login service refuses", () => {
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

describe("when a service does not do what it should", () => {
  for (const { name, code, tries, answer } of faults) {
    test(`the vault's first answer is ${name}`, async () => {
      azure.vault.fault = answer;
      expect(await failure()).toMatchObject({ code });
      expect(azure.vault.asked).toHaveLength(tries);
      expect(azure.login.asked).toEqual([]);
    });

    test(`the login service's answer is ${name}`, async () => {
      azure.login.fault = answer;
      expect(await failure()).toMatchObject({ code });
      expect(azure.login.asked).toHaveLength(tries);
    });

    test(`the vault's second answer is ${name}`, async () => {
      azure.vault.fault = ({ headers }) => (headers.has("authorization") ? answer() : undefined);
      expect(await failure()).toMatchObject({ code });
      expect(azure.vault.asked).toHaveLength(1 + tries);
    });
  }

  test("the login service gives a token that no header can hold", async () => {
    azure.login.fault = () =>
      Response.json({ token_type: "Bearer", access_token: `${FAULT_CANARY}\r\nx-other: 1` });
    expect(await failure()).toMatchObject({ code: "BAD_ANSWER" });
  });

  describe("the connection breaks in the middle of", () => {
    test("the login service's answer", async () => {
      const login = new CutOffServer();
      azure.vault.challenge = () => `Bearer authorization="${login.url}", resource="https://127.0.0.1"`;
      expect(await failure({ AZURE_AUTHORITY_HOST: login.url })).toMatchObject({ code: "UNREACHABLE" });
      expect(login.asked).toHaveLength(3);
      login.stop();
    });

    test("the vault's answer", async () => {
      const vault = new CutOffServer(azure.vault.challenge({}));
      expect(await failure({ TATUM_KMS_AZURE_VAULTURL: vault.url })).toMatchObject({ code: "UNREACHABLE" });
      expect(vault.asked).toHaveLength(4);
      vault.stop();
    });
  });

  test("nobody is there", async () => {
    await azure.vault.stop();
    expect(await failure()).toMatchObject({ code: "UNREACHABLE" });
  });
});

describe("described for people", () => {
  function described(more: Settings = {}): string {
    return azureProvider.describe(serviceContext(inFolder(".env"), { ...azure.settings, ...more }));
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
      message: "The file that AZURE_FEDERATED_TOKEN_FILE names cannot be read (ENOENT).",
    });
  });
});

test("all variables that are read are told", async () => {
  const asked = new Set<string>();
  const files = { AZURE_CLIENT_SECRET: undefined, AZURE_FEDERATED_TOKEN_FILE: inFolder("token") };
  const app = { ...machine, IDENTITY_ENDPOINT: azure.identity.url, IDENTITY_HEADER: "h" };
  for (const more of [{}, files, machine, app]) {
    const context = serviceContext(inFolder(".env"), { ...azure.settings, ...more });
    const setting = (name: string): string | undefined => {
      asked.add(name);
      return context.setting(name);
    };
    await azureProvider.secret({ ...context, setting }, "unlock").catch(() => undefined);
  }
  expect([...asked].sort()).toEqual(azureProvider.variables.map(({ name }) => name).sort());
});
