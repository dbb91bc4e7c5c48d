import { describe, expect, test } from "bun:test";
import { metadataUrl, serviceUrl, urlBelow } from "../../../providers/support/service-url.ts";
import { failureOf } from "../provider-failure.ts";

describe("the URL of a service", () => {
  test.each([
    ["vault.example.test", "https://vault.example.test/"],
    ["https://vault.example.test:8200/base", "https://vault.example.test:8200/base"],
    ["http://127.0.0.1:8200", "http://127.0.0.1:8200/"],
    ["http://[::1]:8200", "http://[::1]:8200/"],
    ["http://localhost", "http://localhost/"],
  ])("%s is %s", (text, url) => {
    expect(serviceUrl("VAULT_ADDR", text).href).toBe(url);
  });

  test.each([
    "http://vault.example.test",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "ftp://127.0.0.1",
    "https://user:kanarienvogel@vault.example.test",
    "https://vault.example.test?x=1",
    "https://vault.example.test#x",
    "https://",
    "two words",
  ])("cannot be %s", (text) => {
    expect(() => serviceUrl("VAULT_ADDR", text)).toThrow(/^VAULT_ADDR (?:is not|has to be)/);
  });
});

describe("a URL below another", () => {
  const base = new URL("https://vault.example.test/base/");

  test.each([
    [["v1", "kms"], "/base/v1/kms"],
    [["a/b", "c?d#e"], "/base/a%2Fb/c%3Fd%23e"],
    [["%2e%2e", "..."], "/base/%252e%252e/..."],
    [["ü x"], "/base/%C3%BC%20x"],
  ])("has each of %j as one step", (parts, path) => {
    expect(urlBelow(base, ...parts).href).toBe(`https://vault.example.test${path}`);
  });

  test.each([[["v1", ".."]], [["."]], [["", "kms"]]])("has no step that leads elsewhere: %j", (parts) => {
    expect(() => urlBelow(base, ...parts)).toThrow("has a step that is empty");
  });
});

describe("the URL of a metadata service", () => {
  test.each([
    ["169.254.169.254", "http://169.254.169.254/"],
    ["http://169.254.129.2:8081/msi/token", "http://169.254.129.2:8081/msi/token"],
    ["metadata.google.internal", "http://metadata.google.internal/"],
    ["127.0.0.1:8080", "http://127.0.0.1:8080/"],
    ["http://localhost:42356/msi/token", "http://localhost:42356/msi/token"],
    ["https://metadata.example", "https://metadata.example/"],
  ])("%s is one", (text, href) => {
    expect(metadataUrl("THE_VARIABLE", text).href).toBe(href);
  });

  test.each([
    "metadata.example",
    "http://10.0.0.1",
    "http://169.254.169.254.thief.example",
    "http://metadata.google.internal.thief.example",
    "http://user:canary@169.254.169.254",
    "ftp://169.254.169.254",
    "//",
  ])("%s is not one", async (text) => {
    expect(await failureOf(() => metadataUrl("THE_VARIABLE", text), ["canary"])).toMatchObject({
      code: "NOT_CONFIGURED",
      message: expect.stringContaining("THE_VARIABLE"),
    });
  });
});
