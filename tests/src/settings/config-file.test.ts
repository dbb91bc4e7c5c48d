/** The config file: what may stand in it, what it counts before, and that nothing else is taken for it. */
import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { providerVariables } from "../../../providers/index.ts";
import { settingProblems } from "../../../src/settings/check.ts";
import { explainSettings } from "../../../src/settings/explain.ts";
import { Config } from "../../../src/settings/settings.ts";
import { settings } from "../../../src/settings/table.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";

const path = useTemporaryFolder();

function write(name: string, ...lines: readonly string[]): string {
  writeFileSync(path(name), lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return path(name);
}

const configOf = (...lines: readonly string[]): Config =>
  Config.load(write("kms.env", "TATUM_RETRIES=7", "TATUM_KMS_LEASE=20"), {
    config: write("kms.toml", ...lines),
  });

describe("a value is", () => {
  test.each([
    ["a text", 'TATUM_KMS_LEASE = "30"', settings.lease, 30_000],
    ["a whole number", "TATUM_RETRIES = 3", settings.retries, 3],
    ["a number", "TATUM_KMS_HTTP_TIMEOUT = 0.50", settings.httpTimeout, 500],
    ["true or false", "TATUM_KMS_TESTNET = true", settings.testnet, true],
    ["a list", 'TATUM_KMS_CHAIN = ["btc", "POL"]', settings.chain, ["BTC", "MATIC"]],
    ["one text with commas", 'TATUM_KMS_CHAIN = "btc, POL,"', settings.chain, ["BTC", "MATIC"]],
  ])("%s", (_what, line, setting, expected) => {
    expect(configOf(line).value(setting as typeof settings.lease)).toEqual(expected as never);
  });

  test("a command as a list, which its variable holds in JSON", () => {
    const config = configOf('TATUM_KMS_PASSWORD_COMMAND = ["/bin/echo", "a,b"]');
    expect(config.get("TATUM_KMS_PASSWORD_COMMAND")).toBe('["/bin/echo","a,b"]');
  });
});

describe("refused with its line is", () => {
  test.each([
    ["a text without quotation marks", ["# first", "TATUM_API_KEY = secretvalue"], 2],
    ["a name that stands there twice", ["TATUM_RETRIES = 1", "TATUM_RETRIES = 2"], 2],
    ["a number that would lose digits", ["", "TATUM_KMS_MAX_FEE_ETH = 50000000000000001"], 2],
    ["a table", ["TATUM_RETRIES = 1", "[daemon]", "period = 5"], 2],
    ["a date", ["TATUM_KMS_LEASE = 1979-05-27"], 1],
    ["a list with a comma in a text", ['TATUM_KMS_CHAIN = ["BTC,ETH"]'], 1],
    ["infinity", ["TATUM_KMS_LEASE = inf"], 1],
    ["lists in lists without end", [`TATUM_KMS_CHAIN = ${"[".repeat(200_000)}`], 1],
  ])("%s, without what stands there", async (_what, lines, line) => {
    const error = await caught(() => configOf(...lines));
    expect(error.code).toBe("CONFIGURATION");
    expect(error.message).toStartWith(`Line ${line} of the config file ${path("kms.toml")} `);
    expect(`${error.message} ${error.hint}`).not.toContain("secretvalue");
  });
});

test("it counts before env files, and env files where it says nothing", () => {
  const config = configOf("TATUM_KMS_LEASE = 30");
  expect(config.value(settings.lease)).toBe(30_000);
  expect(config.value(settings.retries)).toBe(7);
  expect(config.setting(settings.lease.name)).toMatchObject({ origin: path("kms.toml"), line: 1 });
});

test("the environment counts before it", () => {
  process.env["TATUM_KMS_LEASE"] = "40";
  try {
    expect(configOf("TATUM_KMS_LEASE = 30").value(settings.lease)).toBe(40_000);
  } finally {
    delete process.env["TATUM_KMS_LEASE"];
  }
});

describe("a name that is none", () => {
  const problemsOf = async (line: string) => settingProblems(configOf(line), await providerVariables());

  test.each([
    ["TATUM_KMS_LEASES = 5", "Did you mean TATUM_KMS_LEASE?"],
    ["period = 5", "Did you mean TATUM_KMS_PERIOD?"],
    ["tatum_api_key = 'x'", "Did you mean TATUM_API_KEY?"],
  ])("is told with the nearest one: %s", async (line, hint) => {
    const [problem, ...others] = await problemsOf(line);
    expect(others).toEqual([]);
    expect(problem?.message).toContain(`(from ${path("kms.toml")}, line 1) is not a setting of tatum-kms.`);
    expect(problem?.hint).toContain(hint);
  });

  test("is not one of a secret provider", async () => {
    expect(await problemsOf('TATUM_KMS_AWS_REGION = "eu-central-1"')).toEqual([]);
  });

  test("may not be one that counts in the environment alone", async () => {
    const [problem] = await problemsOf('TATUM_KMS_TRUSTED_OWNER = "0"');
    expect(problem?.message).toContain("counts in the environment alone");
  });
});

test("a file that others can write is refused, one that is missing only when it was named", async () => {
  const file = write("kms.toml", "TATUM_RETRIES = 1");
  chmodSync(file, 0o666);
  expect((await caught(() => Config.load(undefined, { config: file }))).code).toBe("CONFIGURATION");
  const missing = await caught(() => Config.load(undefined, { config: path("nothing.toml") }));
  expect(missing.message).toContain("nothing.toml cannot be read");
});

test("a file with a secret that others can read is told", () => {
  const file = write("kms.toml", 'TATUM_API_KEY = "a-secret-api-key"');
  chmodSync(file, 0o644);
  const { warnings } = Config.load(undefined, { config: file });
  expect(warnings.join()).toContain("kms.toml");
  expect(warnings.join()).not.toContain("a-secret-api-key");
});

test("each setting is explained with its place and what it counts before, and no secret", async () => {
  const config = configOf(
    "TATUM_KMS_LEASE = 30",
    'TATUM_API_KEY = "0123456789abcdef0123"',
    'TATUM_KMS_PASSWORD = "correct horse"',
    'TATUM_KMS_PKCS11_URI = "pkcs11:token=t?pin-value=1234"',
    'TATUM_KMS_EXTERNAL_URL = "https://user:word@four-eye.example.com/key"',
  );
  const explained = explainSettings(config, await providerVariables());
  const named = (name: string) => explained.find((one) => one.name === name);
  expect(named("TATUM_KMS_LEASE")).toMatchObject({
    value: "30",
    from: `${path("kms.toml")}, line 1`,
    overrides: [
      { value: "20", from: `${path("kms.env")}, line 2` },
      { value: "15", from: "default" },
    ],
  });
  expect(named("TATUM_KMS_PASSWORD")?.value).toBe("set");
  expect(named("TATUM_KMS_PKCS11_URI")?.value).toBe("set");
  expect(named("TATUM_KMS_EXTERNAL_URL")?.value).toBe("https://four-eye.example.com/...");
  const text = JSON.stringify(explained);
  for (const secret of ["correct horse", "456789abcdef", '1234"', "user:word"])
    expect(text).not.toContain(secret);
});

describe("shown of a value is", () => {
  const shownOf = async (name: string, value: string): Promise<string | undefined> =>
    explainSettings(configOf(`${name} = '${value}'`), await providerVariables()).find(
      (one) => one.name === name,
    )?.value;

  test.each([
    ["TATUM_KMS_PKCS11_URI", "PKCS11:token=t?pin-value=1234", "set"],
    ["TATUM_KMS_PKCS11_URI", " pkcs11:token=t?pin-value=1234", "set"],
    ["TATUM_KMS_STORE", "postgres://kms@db.example:5432/kms", "postgres://db.example:5432/..."],
    ["TATUM_KMS_STORE", "postgres://kms:word@db.example/kms", "postgres://db.example/..."],
    ["TATUM_API_URL", " https://api.example/key", "https://api.example/..."],
    ["TATUM_KMS_EXTERNAL_URL", "user:word@four-eye.example", "...@four-eye.example"],
    ["TATUM_KMS_PATH", "/vaults/me@home/wallet.dat", "/vaults/me@home/wallet.dat"],
  ])("of %s = %p nothing that may be secret: %p", async (name, value, shown) => {
    expect(await shownOf(name, value)).toBe(shown);
  });
});
