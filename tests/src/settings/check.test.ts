/** Names that nobody reads and values that nobody can are told at the start. */
import { describe, expect, test } from "bun:test";
import { providerVariables } from "../../../providers/index.ts";
import type { KmsError } from "../../../src/errors.ts";
import { assertNoProblems, settingProblems } from "../../../src/settings/check.ts";
import { configOf } from "../config-of.ts";

const ofProviders = await providerVariables();

function problems(...lines: readonly string[]): KmsError[] {
  return settingProblems(configOf(...lines), ofProviders);
}

describe("a name that no setting has", () => {
  test.each([
    ["TATUM_KMS_MAX_FEE_ETHH", "Did you mean TATUM_KMS_MAX_FEE_ETH? "],
    ["TATUM_KMS_MAX_FEE_POL", "Did you mean TATUM_KMS_MAX_FEE_MATIC?"],
    ["TATUM_KMS_MAX_FEE_KAIA", "Did you mean TATUM_KMS_MAX_FEE_KLAY?"],
    ["TATUM_KMS_MAX_FEE_BITCOIN", "Did you mean TATUM_KMS_MAX_FEE_BTC?"],
    ["TATUM_KMS_MAX_FEE_RATE_bch", "Did you mean TATUM_KMS_MAX_FEE_RATE_BCH?"],
    ["TATUM_KMS_MAX_GAS_PRICE_POLYGON", "Did you mean TATUM_KMS_MAX_GAS_PRICE_MATIC?"],
    ["TATUM_KMS_POL_CHAIN_ID", "Did you mean TATUM_KMS_MATIC_CHAIN_ID?"],
    ["TATUM_KMS_MAX_FEE_TRON", "TRON has no such setting; it is there for BCH, XRP, "],
    ["TATUM_KMS_MAX_GAS_PRICE_BTC", "BTC has no such setting; it is there for ETH, "],
    ["TATUM_KMS_PASSWORDFILE", "Did you mean TATUM_KMS_PASSWORD_FILE? "],
    ["TATUM_KMS_AWS_SECRETNAME", "Did you mean TATUM_KMS_AWS_SECRET_NAME? "],
    ["TATUM_KMS_METRIC_FILE", "Did you mean TATUM_KMS_METRICS_FILE? "],
    ["tatum_kms_debug_mode", "Did you mean TATUM_KMS_DEBUG_MODE? "],
  ])("%s: %s", (name, hint) => {
    const [problem, ...others] = problems("TATUM_API_KEY=x", `${name}=3`);
    expect(others).toEqual([]);
    expect(problem?.message).toMatch(
      new RegExp(`^${name} \\(from .*/kms\\.env, line 2\\) is not a setting of tatum-kms\\.$`),
    );
    expect(problem?.hint).toStartWith(hint);
  });

  test("is no matter when it is empty, or of another program", () => {
    expect(problems("TATUM_KMS_NO_SETTING=", "KMS_PASSWORD=x", "TATUM_SDK=x", "MAX_FEE_ETH=abc")).toEqual([]);
  });

  test.each([
    "TATUM_KMS_SERVICE_HOST=10.0.0.1",
    "TATUM_KMS_SERVICE_PORT=80",
    "TATUM_KMS_SERVICE_PORT_HTTP=80",
    "TATUM_KMS_PORT=tcp://10.0.0.1:80",
    "TATUM_KMS_PORT_80_TCP=tcp://10.0.0.1:80",
    "TATUM_KMS_PORT_80_TCP_ADDR=10.0.0.1",
    "TATUM_KMS_METRICS_SERVICE_HOST=10.0.0.2",
    "TATUM_KMS_METRICS_PORT_9100_TCP_PROTO=tcp",
  ])("is no matter when Kubernetes has set it for a service: %s", (line) => {
    expect(problems(line)).toEqual([]);
  });
});

describe("values of settings", () => {
  test("that cannot be read are told together", () => {
    const found = problems("TATUM_KMS_MAX_FEE_ETH=0.05", "TATUM_KMS_DEBUG_MODE=yes", "TATUM_KMS_LEESE=1");
    expect(found).toHaveLength(3);
    expect(() => assertNoProblems(found)).toThrow(
      /TATUM_KMS_LEESE .* is not a setting.*TATUM_KMS_DEBUG_MODE .* must be .*TATUM_KMS_MAX_FEE_ETH .* must be a whole number of wei, not 0\.05\.$/,
    );
  });

  test("of providers are left to the provider that is chosen: the original's template fills all of them", () => {
    const filled = ofProviders.map(({ name }) => `${name}=XXXX-placeholder`);
    expect(problems(...new Set(filled))).toEqual([]);
  });

  test("of a setting that counts in the environment alone are told when a file holds them", () => {
    expect(problems("TATUM_KMS_TRUSTED_OWNER=1000").map(({ message }) => message)).toEqual([
      expect.stringMatching(/^TATUM_KMS_TRUSTED_OWNER .* counts in the environment alone\.$/),
    ]);
  });

  test("without a fault stop nothing", () => {
    expect(() => assertNoProblems([])).not.toThrow();
  });
});
