/** What each setting may be, and that nothing else is taken for it. */
import { describe, expect, test } from "bun:test";
import { loadChain, tickers } from "../../../chains/index.ts";
import { providerNames, providerVariables } from "../../../providers/index.ts";
import { argumentsOf, selectCommand } from "../../../src/cli/parse.ts";
import { program } from "../../../src/cli/program.ts";
import { KmsError } from "../../../src/errors.ts";
import { namedApiKeySettings } from "../../../src/settings/api-keys.ts";
import type { SettingDefinition } from "../../../src/settings/kinds.ts";
import { families, settings, settingTable } from "../../../src/settings/table.ts";
import { configOf } from "../config-of.ts";

const documentation = await Bun.file("docs/command-line.md").text();

function named(name: string): SettingDefinition {
  const found = settingTable.find((setting) => setting.name === name);
  if (found === undefined) throw new Error(`There is no setting ${name}.`);
  return found;
}

function refusal(name: string, value: string): KmsError {
  try {
    configOf(`${name}=${value}`).value(named(name));
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error(`${value} was taken.`);
}

/** Whether it is the variable of an API key with a name, of which there may be any number. */
function isOfNamedKey(name: string): boolean {
  return namedApiKeySettings(configOf(`${name}=x`)).some((setting) => setting.name === name);
}

describe("the table", () => {
  test("has each name once, and no default that it would refuse", () => {
    const names = settingTable.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    for (const { name, standard, parse } of settingTable)
      if (standard !== undefined) expect([name, parse(standard, name)]).not.toEqual([name, undefined]);
  });

  test("has every variable that the sources name", async () => {
    const known = [...settingTable, ...(await providerVariables())].map(({ name }) => name);
    const isFamily = (name: string): boolean =>
      families.some(({ before }) => before === `${name}_` || before === name);
    for await (const file of new Bun.Glob("{src,chains,providers}/**/*.ts").scan(".")) {
      // How Kubernetes names what it sets.
      if (file === "src/settings/check.ts") continue;
      for (const [name] of (await Bun.file(file).text()).matchAll(/\bTATUM_(KMS_)?[A-Z0-9_]*[A-Z0-9]\b/g)) {
        const isStart = ["TATUM_KMS_AWS", "TATUM_KMS"].includes(name) || isFamily(name);
        const isKnown = isStart || known.includes(name) || isOfNamedKey(name);
        expect([file, name, isKnown]).toEqual([file, name, true]);
      }
    }
  });

  test("has a variable for every option of the daemon, but for those that choose a provider in short", async () => {
    const variableOf = ({ meaning }: SettingDefinition) => /^As --([a-z0-9-]+)/.exec(meaning)?.[1];
    const options = new Set(settingTable.map(variableOf));
    const named = ["api-key", "env-file", "aws", "azure", "vgs"];
    const missing = Object.keys(await argumentsOf((await selectCommand(program, ["daemon"])).command)).filter(
      (name) => !options.has(name) && !named.includes(name),
    );
    expect(missing).toEqual([]);
  });

  test("is in the documentation, with its defaults", () => {
    for (const { name, standard } of Object.values<SettingDefinition>(settings)) {
      const rows = documentation
        .split("\n")
        .filter((line) => line.startsWith("|") && line.includes(`\`${name}\``));
      expect([name, rows]).not.toEqual([name, []]);
      const shown = standard === "false" ? "true" : standard;
      if (shown !== undefined)
        expect([name, rows.join("\n")]).toEqual([name, expect.stringContaining(shown)]);
    }
    for (const { before, behind } of families)
      expect(documentation).toContain(`\`${before}<TICKER>${behind}\``);
  });

  test("has in the documentation no variable that is none", () => {
    const known = new Set(settingTable.map(({ name }) => name));
    const [, section = ""] = documentation.split("\n## Variables\n");
    const rows = section.split("\n## ")[0]?.match(/^\|.*$/gm) ?? [];
    const providerOnes = /^TATUM_KMS_PASSWORD(_FILE|_FD|_COMMAND)?$/;
    for (const [name] of rows.join("\n").matchAll(/\b(TATUM_|TESTNET_)[A-Z0-9_]*[A-Z0-9]\b(?!_?<)/g))
      expect([name, known.has(name) || providerOnes.test(name) || isOfNamedKey(name)]).toEqual([name, true]);
  });
});

describe("a setting that is read", () => {
  test.each([
    [settings.httpTimeout, "TATUM_KMS_HTTP_TIMEOUT=0.5", 500],
    [settings.httpTimeout, "TATUM_KMS_HTTP_TIMEOUT=", 20_000],
    [settings.lease, "", 15_000],
    [settings.retries, "TATUM_RETRIES=0", 0],
    [settings.requestsPerSecond, "", undefined],
    [settings.requestsPerSecond, "TATUM_KMS_REQUESTS_PER_SECOND=0", 0],
    [settings.requestsPerSecond, "TATUM_KMS_REQUESTS_PER_SECOND=2.5", 2.5],
    [settings.debugMode, "", false],
    [settings.debugMode, "TATUM_KMS_DEBUG_MODE=1", true],
    [settings.debugMode, "TATUM_KMS_DEBUG_MODE=true", true],
    [settings.debugMode, "TATUM_KMS_DEBUG_MODE=0", false],
    [settings.anchor, "TATUM_KMS_ANCHOR=/x/kms.anchor", "/x/kms.anchor"],
    [settings.metricsFile, "", undefined],
    [settings.metricsFile, "TATUM_KMS_METRICS_FILE=/x/kms.prom", "/x/kms.prom"],
  ] as const)("%# %s", (definition, line, value) => {
    expect(configOf(line).value(definition as SettingDefinition)).toBe(value);
  });
});

describe("what a setting refuses", () => {
  test.each([
    ["TATUM_KMS_HTTP_TIMEOUT", "0", "a number of seconds from 0.1 to 600, not 0."],
    ["TATUM_KMS_HTTP_TIMEOUT", "5s", "a number of seconds from 0.1 to 600, not 5s."],
    ["TATUM_KMS_REQUESTS_PER_SECOND", "-1", "a number of requests from 0 to 10000, not -1."],
    ["TATUM_KMS_LEASE", "NaN", "a number of seconds from 0.2 to 3600, not NaN."],
    ["TATUM_KMS_DEBUG_MODE", "yes", "true or false (1 or 0), not yes."],
    ["TATUM_KMS_CELO_LEGACY", "on", "true or false (1 or 0), not on."],
    ["TATUM_KMS_MAX_FEE_BTC", "1e5", "a whole number of satoshi, not 1e5."],
    ["TATUM_KMS_MAX_FEE_SOL", "-1", "a whole number of lamports, not -1."],
    ["TATUM_KMS_MAX_FEE_RATE_BTC", "1.5", "a whole number of satoshi per virtual byte, not 1.5."],
    ["TATUM_KMS_MAX_GAS_PRICE_ETH", "30gwei", "a whole number of wei per gas, not 30gwei."],
    ["TATUM_KMS_ETH_CHAIN_ID", "0x1", "a decimal chain id, not 0x1."],
    ["TATUM_KMS_VET_CHAIN_TAG", "256", "a whole number from 0 to 255, not 256."],
    [
      "TATUM_KMS_BNB_ACCOUNTS",
      "x",
      "entries of the form address:account number:sequence, separated by commas, not x.",
    ],
    ["TATUM_KMS_ALGO_REKEYED_ACCOUNTS", "x", "addresses of Algorand, separated by commas, not x."],
    ["TATUM_KMS_TRUSTED_OWNER", "root", "the number of a user, not root."],
  ])("%s=%s", (name, value, wanted) => {
    const error = refusal(name, value);
    expect(error.code).toBe("CONFIGURATION");
    expect(error.message).toMatch(/^TATUM_\w+ \(from .*\/kms\.env, line 1\) must be /);
    expect(error.message).toEndWith(`must be ${wanted}`);
  });

  test("is not shown where it may be a secret in the wrong place", () => {
    const { message } = refusal("TATUM_KMS_PROVIDER", "canary password!");
    expect(message).toEndWith(`must be one of ${providerNames.join(", ")}.`);
  });
});

describe("an amount in the coin instead of its smallest unit", () => {
  test.each([
    ["ETH", "0.05", "50000000000000000"],
    ["BTC", "0.0001", "10000"],
    ["SOL", "1.50", "1500000000"],
    ["ADA", "2,5", "2500000"],
  ])("%s %s: the right number is told", (ticker, value, right) => {
    const name = `TATUM_KMS_MAX_FEE_${ticker}`;
    expect(refusal(name, value).hint).toBe(`If ${value} ${ticker} are meant, set ${name}=${right}.`);
    expect(configOf(`${name}=${right}`).value(named(name))).toBe(BigInt(right));
  });

  test.each(["0.123456789", "abc", "1e-3", "1."])("nothing is guessed of %s for BTC", (value) => {
    expect(refusal("TATUM_KMS_MAX_FEE_BTC", value).hint).toBeUndefined();
  });
});

describe("a family of names", () => {
  test("has members that are chains, whose transactions the bound is for", async () => {
    for (const { tickers: chains } of families) {
      expect(chains.length).toBeGreaterThan(3);
      for (const ticker of chains) expect([ticker, await loadChain(ticker)]).not.toEqual([ticker, undefined]);
    }
    expect(
      families.flatMap(({ tickers: chains }) => chains).every((ticker) => tickers.includes(ticker)),
    ).toBe(true);
  });
});

describe("the headers for a collector", () => {
  const { otlpHeaders } = settings;

  test.each([
    ["api-key=abc", { "api-key": "abc" }],
    ["Authorization=Bearer%20a%3Db%2Cc", { authorization: "Bearer a=b,c" }],
    [" a = 1 ,, b=2, ", { a: "1", b: "2" }],
    ["authorization=Basic dXNlcjpwYXNz==", { authorization: "Basic dXNlcjpwYXNz==" }],
    ["__proto__=x", Object.fromEntries([["__proto__", "x"]])],
  ])("%s are read", (text, headers) => {
    expect(Object.entries(configOf(`${otlpHeaders.name}=${text}`).value(otlpHeaders) ?? {})).toEqual(
      Object.entries(headers),
    );
  });

  test.each([
    "secret",
    "=secret",
    "a b=secret",
    "a=secret;metadata",
    "a=",
    "a=%",
    "a=%zz",
    "a=secret%0d%0aevil:%20x",
    "a=secret%00",
    "a=%C3%A9secret",
    "a=secret,A=other",
    "content-type=secret",
    "Host=secret",
    "transfer-encoding=secret",
    `a=${"secret".repeat(2000)}`,
    Array.from({ length: 33 }, (_, at) => `secret${at}=x`).join(),
  ])("are not %p, and what they hold is not shown", (text) => {
    const { message, hint = "" } = refusal(otlpHeaders.name, text);
    expect(message).toStartWith(`${otlpHeaders.name} (from `);
    expect(message).toContain("must be headers as name=value");
    expect(message + hint).not.toContain("secret");
  });
});
