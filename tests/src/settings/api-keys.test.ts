/** API keys by their names: which are set, where each comes from, and that none is shown. */

import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { providerVariables } from "../../../providers/index.ts";
import { secretOfBytes } from "../../../providers/support/secret-text.ts";
import { isSecretVariable } from "../../../src/operations/hardening.ts";
import { type ApiKeyChoice, apiKeyNames, readApiKey as readKey } from "../../../src/settings/api-keys.ts";
import { settingProblems } from "../../../src/settings/check.ts";
import { explainSettings } from "../../../src/settings/explain.ts";
import type { Config } from "../../../src/settings/settings.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { configOf, noProvider } from "../config-of.ts";

const KEY = "t-0123456789abcdef0123";

const readApiKey = (config: Config, choice: Omit<ApiKeyChoice, "ask">) =>
  readKey(config, { ask: noProvider, ...choice });

test("the default key and named ones are told by their names", () => {
  const names = (...lines: readonly string[]) => apiKeyNames(configOf(...lines));
  expect(names("TATUM_API_KEY=a", "TATUM_API_KEY_SHOP=b", "TATUM_API_KEY_2_FILE=/x")).toEqual([
    "default",
    "2",
    "shop",
  ]);
  expect(names("TATUM_API_KEY_FILE=/x")).toEqual(["default"]);
  expect(names("TATUM_API_KEY_SHOP=", "TATUM_API_KEY_TILL_FILE=/x")).toEqual(["till"]);
  expect(names("TATUM_API_KEY_FROM=azure:a", "TATUM_API_KEY_TILL_FROM=azure:b")).toEqual(["default", "till"]);
});

test("a key is read from its variable or its file, and says where it was given", async () => {
  using folder = new TemporaryFolder();
  const file = folder.at("shop.key");
  writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
  expect(await readApiKey(configOf(`TATUM_API_KEY_SHOP=${KEY}`), { name: "shop" })).toEqual({
    apiKeyName: "shop",
    apiKey: KEY,
    apiKeySetting: expect.stringMatching(/^TATUM_API_KEY_SHOP \(from .*kms\.env, line 1\)$/),
  });
  const ofFile = configOf(`TATUM_API_KEY_SHOP_FILE=${file}`);
  expect(await readApiKey(ofFile, { name: "shop" })).toMatchObject({
    apiKey: KEY,
    apiKeySetting: expect.stringMatching(/^TATUM_API_KEY_SHOP_FILE /),
  });
  chmodSync(file, 0o644);
  const warnings: string[] = [];
  await readApiKey(ofFile, { name: "shop", warn: (text) => warnings.push(text) });
  expect(warnings.join()).toContain(file);
});

test("a key that a provider has is asked for by its name there, and says where it was given", async () => {
  const asked: string[] = [];
  const ask: ApiKeyChoice["ask"] = async ({ provider, name, variable }) => {
    asked.push(`${variable}: ${name} of ${provider}`);
    return secretOfBytes("The provider", Buffer.from(KEY));
  };
  const config = configOf(
    "TATUM_API_KEY_FROM=azure:kms-key",
    'TATUM_API_KEY_SHOP_FROM="vault:secret/keys#shop"',
  );
  expect(await readKey(config, { ask, name: "shop" })).toEqual({
    apiKeyName: "shop",
    apiKey: KEY,
    apiKeySetting: expect.stringMatching(/^TATUM_API_KEY_SHOP_FROM \(from .*kms\.env, line 2\)$/),
  });
  expect(await readKey(config, { ask })).toMatchObject({ apiKeyName: "default", apiKey: KEY });
  expect(asked).toEqual([
    "TATUM_API_KEY_SHOP_FROM: secret/keys#shop of vault",
    "TATUM_API_KEY_FROM: kms-key of azure",
  ]);
});

test("what names no provider is refused, and may be a key: it is not shown", async () => {
  const config = configOf(`TATUM_API_KEY_FROM=${KEY}`, "TATUM_API_KEY_SHOP_FROM=prompt:x");
  const problems = settingProblems(config, await providerVariables());
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("TATUM_API_KEY_FROM (from"),
    expect.stringContaining("TATUM_API_KEY_SHOP_FROM (from"),
  ]);
  expect(JSON.stringify([problems.map(String), explainSettings(config, [])])).not.toContain(KEY);
});

test("where a provider has a key is shown, without the words of a command", () => {
  const config = configOf(
    'TATUM_API_KEY_FROM="vault:secret/keys#shop"',
    `TATUM_API_KEY_SHOP_FROM=exec:/bin/show ${KEY}`,
  );
  expect(explainSettings(config, []).filter(({ name }) => name.endsWith("_FROM"))).toEqual([
    expect.objectContaining({ name: "TATUM_API_KEY_FROM", value: "vault:secret/keys#shop" }),
    expect.objectContaining({ name: "TATUM_API_KEY_SHOP_FROM", value: "exec:..." }),
  ]);
});

test.each([
  ["TATUM_API_KEY=a", "shop", "TATUM_API_KEY_SHOP is not set."],
  ["TATUM_API_KEY_SHOP=a", undefined, "TATUM_API_KEY is not set."],
  ["TATUM_API_KEY_SHOP=two words", "shop", "holds characters that no API key has."],
])("%s gives no key for %s: %s", async (line, name, message) => {
  await expect(readApiKey(configOf(line), { name })).rejects.toThrow(message);
});

test("a key that is given twice is refused, as it is not clear which counts", async () => {
  const two = [
    ["=a", "_FILE=/x"],
    ["=a", "_FROM=azure:x"],
    ["_FILE=/x", "_FROM=azure:x"],
  ];
  for (const lines of two) {
    const config = configOf(...lines.map((line) => `TATUM_API_KEY_SHOP${line}`));
    await expect(readApiKey(config, { name: "shop" })).rejects.toThrow("are both set");
  }
});

test("--api-key counts before the variables of the key that it is given for", async () => {
  const config = configOf("TATUM_API_KEY=a", "TATUM_API_KEY_SHOP=b");
  expect((await readApiKey(config, { option: "o" })).apiKey).toBe("o");
  expect(await readApiKey(config, { option: "o", name: "shop" })).toMatchObject({
    apiKey: "o",
    apiKeyName: "shop",
  });
});

test("named keys are settings, masked, and hidden from the list of processes; misspelled ones are told", async () => {
  const config = configOf(`TATUM_API_KEY_SHOP=${KEY}`, "TATUM_API_KEY_SHOP_FILE=/run/key");
  const ofProviders = await providerVariables();
  expect(settingProblems(config, ofProviders)).toEqual([]);
  const explained = explainSettings(config, ofProviders);
  expect(explained).toContainEqual(expect.objectContaining({ name: "TATUM_API_KEY_SHOP" }));
  expect(JSON.stringify(explained)).not.toContain(KEY);
  expect(["TATUM_API_KEY_SHOP", "TATUM_API_KEY_2"].filter(isSecretVariable)).toHaveLength(2);
  expect(["TATUM_API_KEY_FILE", "TATUM_API_KEY_SHOP_FILE"].filter(isSecretVariable)).toEqual([]);
  for (const name of ["TATUM_API_KEY_shop", "TATUM_API_KEY_DEFAULT", `TATUM_API_KEY_${"X".repeat(33)}`])
    expect(settingProblems(configOf(`${name}=x`), ofProviders)[0]?.message).toContain(
      "is not a setting of tatum-kms",
    );
});
