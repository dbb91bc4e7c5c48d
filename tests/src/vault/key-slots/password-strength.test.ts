import { describe, expect, test } from "bun:test";
import { Secret } from "../../../../providers/secret.ts";
import { passwordStrength } from "../../../../src/vault/key-slots/password-strength.ts";

describe("a password", () => {
  test.each([
    ["a", "less than a second"],
    ["1234", "less than a second"],
    ["geheim", "less than a second"],
    ["Passw0rd123!", "seconds"],
    ["Summer2024!", "minutes"],
    ["tatum-kms", ""],
    ["x".repeat(300), ""],
    ["qwertzuiop", ""],
    ["elizabeth1987", ""],
  ])("like %s is hopeless", (text, standsFor) => {
    const strength = passwordStrength(new Secret(text));
    expect(strength.isHopeless).toBe(true);
    expect(strength.standsFor).toContain(standsFor);
  });

  test.each([
    ["correct horse battery", "more than 100 years"],
    ["geheim-Zeichen", "days"],
    ["J7f&2kLm9qX", ""],
    ["9f86d081884c7d659a2feaa0c55ad015", "more than 100 years"],
    ["пароль-который-никто-не-знает", "more than 100 years"],
  ])("like %s is not", (text, standsFor) => {
    const strength = passwordStrength(new Secret(text));
    expect(strength.isHopeless).toBe(false);
    expect(strength.standsFor).toContain(standsFor);
  });

  test("of the largest length takes no longer than others", () => {
    const started = performance.now();
    passwordStrength(new Secret("geheim und mehr ".repeat(4096)));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
