import { describe, expect, test } from "bun:test";
import { serviceUrl, urlBelow } from "../../../providers/support/service-url.ts";

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
