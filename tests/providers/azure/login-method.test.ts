import { describe, expect, test } from "bun:test";
import { type LoginMethod, loginMethodOf } from "../../../providers/azure/login-method.ts";
import type { ProviderContext } from "../../../providers/provider.ts";
import { failureOf } from "../provider-failure.ts";

function methodOf(settings: Readonly<Record<string, string>>): LoginMethod {
  return loginMethodOf({ setting: (name) => settings[name] } as ProviderContext);
}

const tenant = { AZURE_TENANT_ID: "contoso.onmicrosoft.com" };
const client = { AZURE_CLIENT_ID: "client" };
const secret = { AZURE_CLIENT_SECRET: "canary" };
const file = { AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/token" };
const endpoint = { IDENTITY_ENDPOINT: "http://169.254.129.2:8081/msi/token" };
const header = { IDENTITY_HEADER: "canary" };

describe("the variables of Azure choose", () => {
  test.each([
    ["a client secret", { ...tenant, ...client, ...secret }, "client-secret"],
    [
      "a client secret also in an app",
      { ...tenant, ...client, ...secret, ...endpoint, ...header },
      "client-secret",
    ],
    ["a workload identity", { ...tenant, ...client, ...file }, "workload-identity"],
    ["the identity of an app", { ...endpoint, ...header }, "app-service"],
    ["one of the identities of an app", { ...client, ...endpoint, ...header }, "app-service"],
    ["the identity of a machine", {}, "virtual-machine"],
    ["one of the identities of a machine", client, "virtual-machine"],
  ])("%s", (_what, settings, kind) => {
    expect(methodOf(settings)).toMatchObject({ kind } as LoginMethod);
  });

  test("where the identity of a machine is asked for", () => {
    const hostOf = (settings: Record<string, string>): unknown => {
      const method = methodOf(settings);
      return method.kind === "virtual-machine" && method.host.href;
    };
    expect(hostOf({})).toBe("http://169.254.169.254/");
    expect(hostOf({ AZURE_POD_IDENTITY_AUTHORITY_HOST: "https://identity.example" })).toBe(
      "https://identity.example/",
    );
  });
});

describe("half of a method is an error that names the other half", () => {
  test.each([
    [{ ...secret }, "AZURE_TENANT_ID"],
    [{ ...secret, ...client }, "AZURE_TENANT_ID"],
    [{ ...secret, ...tenant }, "AZURE_CLIENT_ID"],
    [{ ...file }, "AZURE_TENANT_ID"],
    [{ ...file, ...tenant }, "AZURE_CLIENT_ID"],
    [{ ...tenant }, "AZURE_CLIENT_SECRET"],
    [{ ...tenant, ...client }, "AZURE_FEDERATED_TOKEN_FILE"],
    [{ ...endpoint }, "IDENTITY_HEADER"],
    [{ ...header }, "IDENTITY_ENDPOINT"],
    [{ ...tenant, ...client, ...secret, ...file }, "AZURE_FEDERATED_TOKEN_FILE"],
    [{ ...header, IDENTITY_ENDPOINT: "http://10.0.0.1/msi/token" }, "IDENTITY_ENDPOINT"],
    [{ AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://identity.example" }, "AZURE_POD_IDENTITY_AUTHORITY_HOST"],
  ])("%p", async (settings, name) => {
    expect(await failureOf(() => methodOf(settings), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining(name),
    });
  });
});
