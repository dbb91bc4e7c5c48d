import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation } from "../executable.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

const unsetPassword = { TATUM_KMS_PASSWORD: "" };

async function table(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { status, stdout, stderr } = await installation.run(["checkconfig", ...args], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

test("prints the labels of the original in their order", async () => {
  const { version } = (await Bun.file("package.json").json()) as { version: string };
  expect(await table([], unsetPassword)).toBe(`Version                          : ${version}
Wallet file path                 : ${installation.vaultPath}
Wallet exists                    : false
Wallet store type                : LOCAL
Environment vars file            : ${installation.home}/.tatumrc/.env
TATUM_API_KEY                    : N/A
TATUM_KMS_PASSWORD               : N/A
TATUM_KMS_VGS_ALIAS              : N/A
TATUM_KMS_VGS_USERNAME           : N/A
TATUM_KMS_VGS_PASSWORD           : N/A
TATUM_KMS_AZURE_SECRETVERSION    : N/A
TATUM_KMS_AZURE_SECRETNAME       : N/A
TATUM_KMS_AZURE_VAULTURL         : N/A
TATUM_KMS_AWS_REGION             : N/A
TATUM_KMS_AWS_ACCESS_KEY_ID      : N/A
TATUM_KMS_AWS_SECRET_ACCESS_KEY  : N/A
TATUM_KMS_AWS_SECRET_NAME        : N/A
TATUM_KMS_AWS_SECRET_KEY         : N/A
TATUM_KMS_DEBUG_MODE             : N/A
`);
});

describe("secrets that checkconfig shows", () => {
  const secrets = [
    "TATUM_KMS_PASSWORD",
    "TATUM_KMS_VGS_ALIAS",
    "TATUM_KMS_VGS_USERNAME",
    "TATUM_KMS_VGS_PASSWORD",
    "TATUM_KMS_AZURE_SECRETVERSION",
    "TATUM_KMS_AZURE_SECRETNAME",
    "TATUM_KMS_AZURE_VAULTURL",
    "TATUM_KMS_AWS_ACCESS_KEY_ID",
    "TATUM_KMS_AWS_SECRET_ACCESS_KEY",
    "TATUM_KMS_AWS_SECRET_NAME",
    "TATUM_KMS_AWS_SECRET_KEY",
  ];
  // Characters that stand nowhere else in the table, and a length that would show in asterisks.
  const canary = "\u00e4\u00f6\u00fc\u00df\u0111\u0142\u00fe";

  test("are set or not, and from where; no character and no length of one is shown", async () => {
    const shown = await table([], Object.fromEntries(secrets.map((name) => [name, canary])));
    for (const name of secrets)
      expect(shown).toMatch(new RegExp(`^${name} *: set \\(from environment\\)$`, "m"));
    for (const character of canary) expect(shown).not.toContain(character);
    expect(shown).not.toContain("*");
  });

  test("of an env file name the file", async () => {
    const file = join(installation.home, "kms.env");
    writeFileSync(file, `TATUM_KMS_PASSWORD=${canary}\n`, { mode: 0o600 });
    const shown = await table(["--env-file", file], unsetPassword);
    expect(shown).toMatch(new RegExp(`^TATUM_KMS_PASSWORD *: set \\(from ${file}, line 1\\)$`, "m"));
  });
});

test.each([
  ["0123456789abcdefghij", "0123************ghij"],
  ["0123456789abcdef", "0123********cdef"],
  ["0123456789abcde", "***************"],
  ["short", "*****"],
])(
  "of the API key the first and last 4 characters are shown, of a short one nothing: %s",
  async (key, shown) => {
    const label = "TATUM_API_KEY                    ";
    expect(await table(["--api-key", key])).toContain(`${label}: ${shown} (from --api-key)\n`);
    expect(await table([], { TATUM_API_KEY: key })).toContain(`${label}: ${shown} (from environment)\n`);
  },
);

test("checkconfig shows region and debug mode in clear", async () => {
  const shown = await table([], { TATUM_KMS_AWS_REGION: "eu-1", TATUM_KMS_DEBUG_MODE: "1" });
  expect(shown).toContain("TATUM_KMS_AWS_REGION             : eu-1 (from environment)\n");
  expect(shown).toContain("TATUM_KMS_DEBUG_MODE             : 1 (from environment)\n");
});

test.each([
  ["--aws", "AWS"],
  ["--azure", "AZURE"],
  ["--vgs", "VGS"],
])("checkconfig says that the store type of %s is %s", async (option, type) => {
  expect(await table([option])).toContain(`Wallet store type                : ${type}\n`);
});

describe("the variables of the chosen provider", () => {
  test("follow the rows of the original, with their origin", async () => {
    const { stdout: before } = await installation.run(["checkconfig"], { env: unsetPassword });
    const file = join(installation.home, "provider.env");
    writeFileSync(file, "CREDENTIALS_DIRECTORY=/run/credentials/kms\n", { mode: 0o600 });
    const shown = await table(["--provider=systemd", "--env-file", file], unsetPassword);
    const type = /^(Wallet store type +: ).*$/m;
    const envFile = /^(Environment vars file +: ).*$/m;
    expect(shown).toBe(
      `${before.replace(type, "$1SYSTEMD").replace(envFile, `$1${file}`)}\
CREDENTIALS_DIRECTORY            : /run/credentials/kms (from ${file}, line 1)
TATUM_KMS_SYSTEMD_CREDENTIAL     : N/A
`,
    );
  });

  test("are set or not, no more, when they are secret", async () => {
    const env = { ...unsetPassword, TATUM_KMS_PASSWORD_COMMAND: '["get","canary"]' };
    const shown = await table([], env);
    expect(shown).toContain("\nTATUM_KMS_PASSWORD_COMMAND       : set (from environment)\n");
    expect(shown).toContain("Wallet store type                : EXEC\n");
    expect(shown).not.toContain("canary");
  });

  test("are not shown a second time", async () => {
    expect((await table(["--provider=password"])).match(/^TATUM_KMS_PASSWORD /gm)).toHaveLength(1);
  });
});

test("a wallet file exists, whatever it is, and --path tells where", async () => {
  mkdirSync(dirname(installation.vaultPath), { recursive: true });
  writeFileSync(installation.vaultPath, "");
  expect(await table([])).toContain("Wallet exists                    : true\n");
  expect(await table(["--path=elsewhere"])).toContain("Wallet exists                    : false\n");
});

describe("every other setting that is set", () => {
  test("follows, with its origin; of a URL no more than its host", async () => {
    const file = join(installation.home, "more.env");
    writeFileSync(file, "# mine\nTATUM_KMS_MAX_FEE_ETH=5\nTATUM_KMS_NEW_PASSWORD=canary\n", { mode: 0o600 });
    const env = {
      TATUM_API_URL: "https://user:canary@api.example.com",
      TATUM_KMS_POLYGON_GAS_URL: "https://gas.example.com/canary?key=canary",
    };
    const shown = await table(["--env-file", file], env);
    expect(shown).toEndWith(`TATUM_API_URL                    : https://api.example.com (from environment)
TATUM_KMS_NEW_PASSWORD           : set (from ${file}, line 3)
TATUM_KMS_MAX_FEE_ETH            : 5 (from ${file}, line 2)
TATUM_KMS_POLYGON_GAS_URL        : https://gas.example.com/... (from environment)
`);
    expect(shown).not.toContain("canary");
  });

  test("is shown also when something is wrong, which is told and is the end of every command", async () => {
    const env = { TATUM_KMS_MAX_FEE_ETH: "0.05", TATUM_KMS_MAX_FEE_ETHH: "3", TATUM_API_KEY: "x" };
    const { status, stdout, stderr } = await installation.run(["checkconfig"], { env });
    expect(status).toBe(78);
    expect(stdout).toContain("TATUM_KMS_MAX_FEE_ETH            : 0.05 (from environment)\n");
    expect(JSON.parse(stderr)).toEqual({
      error:
        "TATUM_KMS_MAX_FEE_ETHH (from environment) is not a setting of tatum-kms. " +
        "TATUM_KMS_MAX_FEE_ETH (from environment) must be a whole number of wei, not 0.05.",
      code: "CONFIGURATION",
      hint: expect.stringMatching(
        /^Did you mean TATUM_KMS_MAX_FEE_ETH\? .*If 0\.05 ETH are meant, set TATUM_KMS_MAX_FEE_ETH=50000000000000000\.$/,
      ),
    });
    for (const args of [
      ["daemon", "--testnet"],
      ["daemon", "--testnet", "--dry-run", "--run-once"],
      ["provider", "test"],
      ["provider", "list"],
      ["generatemanagedwallet", "ETH"],
    ]) {
      const run = await installation.run(args, { env });
      expect(run).toEqual({ status: 78, stdout: "", stderr });
    }
  });
});

test.each(["pkcs11", "PKCS11", " pkcs11"])(
  "shows nothing of a token's URI, which may hold its PIN: %p",
  async (scheme) => {
    const printed = await table([], { TATUM_KMS_PKCS11_URI: `${scheme}:token=t?pin-value=271828` });
    expect(printed).toContain("TATUM_KMS_PKCS11_URI             : set (from environment)");
    expect(printed).not.toContain("271828");
  },
);
