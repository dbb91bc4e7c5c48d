import { describe, expect, test } from "bun:test";
import { KmsError } from "../../../src/errors.ts";
import { readBaseUrl, readHttpUrl } from "../../../src/http/http-url.ts";

function refusal(text: string, read = readHttpUrl): KmsError {
  try {
    read({ what: "Option --external-url", text, code: "USAGE" });
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error(`${text} was accepted.`);
}

describe("a URL in an option or variable", () => {
  test("is http or https", () => {
    for (const text of ["http://a", "https://a.example/b?c=d", "https://user:p@a.example"]) {
      expect(readHttpUrl({ what: "X", text, code: "USAGE" }).href).toBe(new URL(text).href);
    }
  });

  test("that is none is refused with the code, the name and the text", () => {
    expect(refusal("ftp://example.test")).toMatchObject({
      code: "USAGE",
      message: 'Option --external-url is "ftp://example.test", which is not an http or https URL.',
    });
    for (const text of ["", "https://", "file:///etc", "javascript:1", "mailto:a@b", "http:"]) refusal(text);
  });

  test.each([
    ["approve.example.com", "https://approve.example.com"],
    ["approve.example.com:8443/check", "https://approve.example.com:8443/check"],
    ["ftp://approve.example.com", "https://approve.example.com"],
    ["htps://approve.example.com/a", "https://approve.example.com/a"],
    ["//approve.example.com", "https://approve.example.com"],
    ["localhost:3999", "http://localhost:3999"],
    ["192.168.57.63", "http://192.168.57.63"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["8.8.8.8:80", "https://8.8.8.8:80"],
  ])("that was %s is told as what was likely meant", (text, meant) => {
    expect(refusal(text).hint).toBe(`Did you mean ${meant}?`);
  });

  test("that resembles none has no hint", () => {
    for (const text of ["", "not a url", "javascript:alert(1)", "/check"]) {
      expect(refusal(text).hint).toBeUndefined();
    }
  });

  test("is shown without user, password, query and fragment, and not endlessly", () => {
    const secrets = [
      "kms:canary@approve.example.com",
      "ftp://kms:can@ary@host/x",
      "host/?token=canary",
      "host#canary",
    ];
    for (const text of secrets) {
      const { message, hint = "" } = refusal(text);
      expect(message + hint).not.toContain("canary");
      expect(message + hint).not.toContain("ary@");
    }
    expect(refusal(`${"x".repeat(5000)}.example`).message.length).toBeLessThan(300);
  });
});

test("a text that is about no host is not shown: it may be a secret in the wrong place", () => {
  for (const secret of [
    "Kanarienvogel",
    "not a url Kanarienvogel",
    "ab".repeat(32),
    "zoo zoo zoo wrong",
    "",
  ]) {
    const { message, hint } = refusal(secret);
    expect([message, hint]).toEqual(["Option --external-url is not an http or https URL.", undefined]);
  }
});

describe("a URL that paths are put behind", () => {
  test("has no query and no fragment", () => {
    for (const text of ["https://a.example/?key=canary", "https://a.example/#canary"]) {
      const { message } = refusal(text, readBaseUrl);
      expect(message).toContain("has a query or a fragment");
      expect(message).not.toContain("canary");
    }
    expect(readBaseUrl({ what: "X", text: "https://a.example/v3", code: "USAGE" }).pathname).toBe("/v3");
  });
});
