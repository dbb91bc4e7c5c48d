import { describe, expect, test } from "bun:test";
import { assertSafeEnvironment } from "../../../src/operations/environment-guard.ts";

describe("the environment guard", () => {
  test.each([
    "BUN_OPTIONS",
    "BUN_BE_BUN",
    "BUN_INSPECT",
    "BUN_INSPECT_PRELOAD",
    "NODE_OPTIONS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
  ])("refuses %s by its name, without its value", (name) => {
    expect(() => assertSafeEnvironment({ PATH: "/bin", [name]: "--preload=./attack.js" })).toThrow(name);
    expect(() => assertSafeEnvironment({ [name]: "--preload=./attack.js" })).not.toThrow("attack");
  });

  test("lets everything else pass, and what is set to nothing", () => {
    assertSafeEnvironment({
      PATH: "/bin",
      NODE_ENV: "production",
      BUN_INSTALL: "/root/.bun",
      NODE_OPTIONS: "",
    });
  });
});
