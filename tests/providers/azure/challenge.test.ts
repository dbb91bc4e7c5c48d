import { describe, expect, test } from "bun:test";
import { checkResource, parseChallenge } from "../../../providers/azure/challenge.ts";
import { failureOf } from "../provider-failure.ts";

const tenant = "12345678-1234-1234-1234-123456789012";
const authorization = `authorization="https://login.windows.net/${tenant}"`;

describe("a challenge of Azure", () => {
  test.each([
    ["with a resource", `Bearer ${authorization}, resource="https://vault.azure.net"`],
    ["with a scope", `Bearer ${authorization}, scope="https://vault.azure.net/.default"`],
    ["without spaces", `Bearer ${authorization},resource=https://vault.azure.net`],
    ["in small letters", `bearer ${authorization} resource="https://vault.azure.net/"`],
    [
      "among others",
      `PoP authorization="https://thief.example/x", resource="https://x.example", Bearer ${authorization}, resource="https://vault.azure.net"`,
    ],
    [
      "before others",
      `Bearer ${authorization}, resource="https://vault.azure.net", PoP authorization="https://thief.example/x"`,
    ],
  ])("%s says resource, authority and tenant", (_form, header) => {
    expect(parseChallenge(header)).toEqual({
      resource: "https://vault.azure.net",
      authority: new URL(`https://login.windows.net/${tenant}`),
      tenant,
    });
  });

  test("may name no tenant", () => {
    const header = 'Bearer authorization="https://localhost:8443/", resource="https://localhost:8443"';
    expect(parseChallenge(header).tenant).toBeUndefined();
  });

  test.each([
    null,
    "",
    'Basic realm="canary"',
    "Bearer",
    `Bearer ${authorization}`,
    'Bearer resource="https://vault.azure.net"',
    'Bearer authorization="canary", resource="https://vault.azure.net"',
    `Bearer ${authorization}, resource="canary"`,
    `${" ".repeat(5000)}Bearer ${authorization}, resource="https://vault.azure.net"`,
  ])("that says neither is none: %p", async (header) => {
    expect(await failureOf(() => parseChallenge(header), ["canary"])).toMatchObject({ code: "BAD_ANSWER" });
  });
});

function check(vault: string, resource: string, configured?: string): void {
  const challenge = { resource, authority: new URL("https://login.microsoftonline.com"), tenant };
  checkResource(challenge, new URL(vault), configured);
}

describe("a token may be sent", () => {
  test.each([
    ["https://mine.vault.azure.net", "https://vault.azure.net"],
    ["https://mine.vault.azure.cn", "https://vault.azure.cn"],
    ["https://mine.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"],
    ["https://mine.vault.local.azurestack.external", "https://vault.local.azurestack.external"],
    ["https://localhost:8443", "https://localhost:8443"],
    ["http://127.0.0.1:8443", "https://127.0.0.1"],
  ])("to %s when it is for %s", (vault, resource) => {
    check(vault, resource);
  });

  test("to the vault of a private cloud for the resource that the operator named", () => {
    const resource = "https://vault.contoso.onmicrosoft.com/1234";
    check("https://mine.vault.contoso.example", resource, `${resource}/`);
  });
});

describe("no token is sent", () => {
  test.each([
    ["https://mine.vault.azure.net", "https://vault.azure.cn"],
    ["https://mine.vault.azure.net", "https://azure.net"],
    ["https://mine.vault.azure.net", "https://mine.vault.azure.net"],
    ["https://mine.vault.azure.net", "https://managedhsm.azure.net"],
    ["https://mine.vault.azure.net", "https://graph.microsoft.com"],
    ["https://mine.vault.azure.net", "http://vault.azure.net"],
    ["https://mine.vault.azure.net", "https://vault.azure.net/other"],
    ["https://mine.vault.azure.net.thief.example", "https://vault.azure.net"],
    ["https://minevault.azure.net", "https://vault.azure.net"],
    ["https://thief.example", "https://vault.azure.net"],
    ["https://thief.example", "https://management.azure.com"],
    ["http://127.0.0.1:8443", "https://vault.azure.net"],
    ["http://127.0.0.1:8443", "https://0.0.1"],
  ])("to %s when it is for %s", async (vault, resource) => {
    expect(await failureOf(() => check(vault, resource), [])).toMatchObject({ code: "BAD_ANSWER" });
  });

  test("for another resource than the one that the operator named", async () => {
    const work = (): void =>
      check("https://mine.vault.azure.net", "https://vault.azure.net", "https://vault.example");
    expect(await failureOf(work, [])).toMatchObject({ code: "BAD_ANSWER" });
  });
});
