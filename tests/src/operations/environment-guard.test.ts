import { describe, expect, test } from "bun:test";
import { assertSafeEnvironment } from "../../../src/operations/environment-guard.ts";

describe("the environment guard", () => {
  test.each([
    "BUN_OPTIONS",
    "BUN_BE_BUN",
    "BUN_INSPECT",
    "BUN_INSPECT_PRELOAD",
    "BUN_JSC_functionOverrides",
    "BUN_CONFIG_VERBOSE_FETCH",
    "BUN_CRASH_REPORT_URL",
    "BUN_OF_A_LATER_VERSION",
    "NODE_OPTIONS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "LD_PRELOAD",
    "LD_AUDIT",
    "JSC_useDollarVM",
    "DYLD_INSERT_LIBRARIES",
  ])("refuses %s by its name, without its value", (name) => {
    expect(() => assertSafeEnvironment({ PATH: "/bin", [name]: "--preload=./attack.js" })).toThrow(name);
    expect(() => assertSafeEnvironment({ [name]: "--preload=./attack.js" })).not.toThrow("attack");
  });

  test.each([
    ["what installers and container images set", { BUN_INSTALL: "/root/.bun", BUN_INSTALL_BIN: "/bin" }],
    ["the transpiler's cache, which an executable does not use", { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" }],
    ["an operator's own certificate authority", { NODE_EXTRA_CA_CERTS: "/ca.pem", SSL_CERT_FILE: "/ca.pem" }],
    ["the folder of a token's library", { LD_LIBRARY_PATH: "/opt/token" }],
    ["a proxy", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "localhost" }],
    ["what is set to nothing", { NODE_OPTIONS: "", LD_PRELOAD: "" }],
    ["everything else", { PATH: "/bin", NODE_ENV: "production" }],
  ])("lets %s pass", (_what, environment) => {
    expect(() => assertSafeEnvironment(environment)).not.toThrow();
  });
});
