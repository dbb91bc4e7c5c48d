import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());

/** What `generatewallet BTC` prints says which network it was made for. */
async function networkOf(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await installation.run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { xpub } = JSON.parse(stdout) as { xpub: string };
  return xpub.startsWith("tpub") ? "testnet" : "mainnet";
}

/** The value of a row of `checkconfig`. */
async function setting(label: string, args: readonly string[]): Promise<string | undefined> {
  const { status, stdout, stderr } = await installation.run(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.match(new RegExp(`^${label} *: (.*)$`, "m"))?.[1];
}

async function fail(args: readonly string[]) {
  return failureOf(await installation.run(args));
}

describe("a boolean option", () => {
  test.each([
    ["mainnet", ["generatewallet", "BTC"]],
    ["testnet", ["generatewallet", "BTC", "--testnet"]],
    ["testnet", ["generatewallet", "--testnet", "BTC"]],
    ["testnet", ["--testnet", "generatewallet", "BTC"]],
    ["testnet", ["generatewallet", "BTC", "--testnet=true"]],
    ["testnet", ["generatewallet", "BTC", "--testnet", "true"]],
    ["testnet", ["--testnet", "true", "generatewallet", "BTC"]],
    ["mainnet", ["generatewallet", "BTC", "--testnet=false"]],
    ["mainnet", ["generatewallet", "BTC", "--testnet", "false"]],
    ["mainnet", ["generatewallet", "BTC", "--no-testnet"]],
    ["testnet", ["generatewallet", "BTC", "--no-testnet=false"]],
  ])("%s: %j", async (network, args) => {
    expect(await networkOf(args)).toBe(network);
  });

  test("takes no other text", async () => {
    expect(await fail(["generatewallet", "BTC", "--testnet=maybe"])).toMatchObject({
      status: 64,
      error: "Option --testnet is true or false, not a text.",
    });
  });
});

describe("an option with a value", () => {
  test.each([
    [["checkconfig", "--path", "some.vault"]],
    [["checkconfig", "--path=some.vault"]],
    [["--path", "some.vault", "checkconfig"]],
    [["--path=some.vault", "checkconfig"]],
  ])("may stand anywhere: %j", async (args) => {
    expect(await setting("Wallet file path", args)).toBe(`${installation.home}/some.vault`);
  });

  test.each(["--apiKey=ABCD-0123456789-WXYZ", "--api-key=ABCD-0123456789-WXYZ"])(
    "is one in camelCase and kebab-case: %s",
    async (option) => {
      expect(await setting("TATUM_API_KEY", ["checkconfig", option])).toBe(
        "ABCD************WXYZ (from --api-key)",
      );
    },
  );

  test("keeps an equals sign of its value", async () => {
    expect(await setting("Wallet file path", ["checkconfig", "--path=a=b"])).toBe(`${installation.home}/a=b`);
  });

  test.each([
    [["checkconfig", "--path"]],
    [["checkconfig", "--path="]],
    [["checkconfig", "--path", ""]],
    [["checkconfig", "--path", "--testnet"]],
  ])("is refused without one: %j", async (args) => {
    expect(await fail(args)).toMatchObject({ status: 64, error: "Option --path needs a value." });
  });

  test.each([
    [["--path=a", "--path=b"], "path"],
    [["--api-key=a", "--apiKey=b"], "api-key"],
    [["--testnet", "--no-testnet"], "testnet"],
  ])("is refused when it is given twice: %j", async (args, name) => {
    expect(await fail(["checkconfig", ...args])).toMatchObject({
      status: 64,
      error: `Option --${name} can only be set once.`,
    });
  });
});

describe("an option of the original without effect is ignored with one warning, in both spellings", () => {
  test.each([
    [["--external-url=http://127.0.0.1:1", "--run-once"], "options --external-url, --run-once have"],
    [["--externalUrl=http://127.0.0.1:1", "--runOnce"], "options --external-url, --run-once have"],
    [
      ["--externalUrlMethod=POST", "--transactionIds=a,b"],
      "options --external-url-method, --transaction-ids have",
    ],
    [
      ["--period=1.5", "--chain=BTC,ETH", "--wallets=a,b", "--path=x"],
      "options --period, --chain, --wallets have",
    ],
    [["--aws", "--testnet", "--api-key=x"], "option --testnet has"],
  ])("%j", async (args, told) => {
    const effect = told.startsWith("options") ? "and are ignored" : "and is ignored";
    expect(await installation.run(["checkconfig", ...args])).toMatchObject({
      status: 0,
      stderr: `Warning: ${told} no effect on checkconfig ${effect}.\n`,
    });
  });

  test.each([[["--azure", "--no-vgs"]], [["--vgs", "--aws=false"]]])(
    "but taken where it has one: %j",
    async (args) => {
      expect(await installation.run(["checkconfig", ...args])).toMatchObject({ status: 0, stderr: "" });
    },
  );
});

describe("an option of another command is refused before anything is done or asked", () => {
  const env = { TATUM_KMS_PASSWORD: "" };

  test.each([
    [["removewallet", "id", "--dry-run"]],
    [["import", "wallets.json", "--dry-run"]],
    [["vault", "backup", "copy.dat", "--dryRun"]],
    [["vault", "status", "--port=3"]],
    [["job", "resolve", "id", "--as=failed", "--dry-run"]],
    [["job", "show", "id", "--chain=BTC"]],
    [["export", "--chain=SOL"]],
    [["export", "--testnet"]],
    [["generatewallet", "BTC", "--provider=aws"]],
  ])("%j", async (args) => {
    const { status, code, error } = failureOf(await installation.run(args, { env }));
    expect({ status, code }).toEqual({ status: 64, code: "USAGE" });
    expect(error).toEndWith("; nothing was done.");
  });
});

describe("--testnet and --chain with a command that names a wallet", () => {
  test("say what the wallet has to be, or nothing is shown or removed", async () => {
    const made = await installation.run(["generatemanagedwallet", "ETH", "--testnet"]);
    const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };
    for (const command of [
      ["getaddress", "0"],
      ["getprivatekey", "0"],
      ["getmanagedwallet"],
      ["removewallet"],
    ]) {
      const [name = "", ...rest] = command;
      for (const option of ["--no-testnet", "--chain=BTC,SOL"]) {
        const refused = await fail([name, signatureId, ...rest, option]);
        expect(refused).toMatchObject({ status: 64, code: "USAGE" });
        expect(refused.error).toStartWith(`Wallet ${signatureId} is `);
      }
      const run = await installation.run([name, signatureId, ...rest, "--testnet", "--chain=BTC,ETH"]);
      expect(run).toMatchObject({ status: 0, stderr: "" });
    }
  });
});

describe("what is not known is an error that names what was probably meant", () => {
  test.each([
    [["generatwallet", "BTC"], "Did you mean generatewallet?"],
    [["GenerateWallet", "BTC"], "Did you mean generatewallet?"],
    [["checkconf"], "Did you mean checkconfig?"],
    [["vault", "statsu"], "Did you mean status?"],
    [["job", "lst"], "Did you mean list?"],
    [["generatewallet", "BTCC"], "Did you mean BTC?"],
    [["generatewallet", "BTC", "--tesnet"], "Did you mean --testnet?"],
    [["generatewallet", "BTC", "--Testnet"], "Did you mean --testnet?"],
    [["daemon", "--externalurl=x"], "Did you mean --external-url?"],
    [["daemon", "--testnet", "--chain=BTC,ETHH", "--api-key=x"], "Did you mean ETH?"],
  ])("%j", async (args, hint) => {
    expect(await fail(args)).toMatchObject({ status: 64, code: "USAGE", hint });
  });

  test.each([[["frobnicate"]], [["toString"]], [["__proto__"]], [[""]]])(
    "without a near word there is none: %j",
    async (args) => {
      expect(await fail(args)).toEqual({
        status: 64,
        code: "USAGE",
        error: "Unsupported command. Use tatum-kms --help for details.",
      });
    },
  );

  test("the help of the command above is named for a subcommand", async () => {
    expect(await fail(["vault", "frobnicate"])).toMatchObject({
      status: 64,
      error: "Unsupported command. Use tatum-kms vault --help for details.",
    });
  });

  test("a chain under another name is taken, and told under its ticker", async () => {
    const made = await installation.run(["generatemanagedwallet", "POL"]);
    expect(made).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("POL is MATIC (Polygon) here.\n"),
    });
    const { signatureId } = JSON.parse(made.stdout) as { signatureId: string };
    const { stdout } = await installation.run(["getmanagedwallet", signatureId]);
    expect(JSON.parse(stdout)).toMatchObject({ chain: "MATIC" });
    expect(await installation.run(["generatewallet", "btc"])).toMatchObject({ status: 0, stderr: "" });
  });

  test("a chain far from all known ones is told which there are", async () => {
    const { hint, error } = await fail(["generatewallet", "NOSUCHCHAIN"]);
    expect(error).toBe("Unsupported blockchain: NOSUCHCHAIN.");
    expect(hint).toMatch(/^Supported: .*BTC.*\.$/);
  });

  test.each(["-H", "-v", "-x", "-testnet"])("-h is the only short option: %s", async (option) => {
    expect(await fail([option])).toMatchObject({ status: 64, error: `Unknown option ${option}.` });
  });
});

describe("arguments", () => {
  test.each([
    [["generatewallet"], "The argument <chain> is missing."],
    [["generatemanagedprivatekeybatch", "ETH"], "The argument <count> is missing."],
    [["getmanagedwallet"], "The argument <signatureId> is missing."],
    [["getaddress"], "The argument <signatureId> is missing."],
    [["removewallet"], "The argument <signatureId> is missing."],
    [["import"], "The argument <file> is missing."],
    [["vault", "backup"], "The argument <file> is missing."],
    [["generatewallet", "BTC", "extra"], "Too many arguments: the command takes 1."],
    [["export", "extra"], "Too many arguments: the command takes none."],
    [["getaddress", "id", "1", "2"], "Too many arguments: the command takes 2."],
  ])("%j: %s", async (args, error) => {
    expect(await fail(args)).toMatchObject({ status: 64, code: "USAGE", error });
  });

  test("after a lone -- everything is an argument", async () => {
    expect(await networkOf(["generatewallet", "--", "BTC"])).toBe("mainnet");
    expect(await fail(["generatewallet", "--", "--testnet"])).toMatchObject({ status: 64, code: "USAGE" });
  });

  test.each(["0", "-1", "abc", "1.5", "1e3", "", "1000001", "99999999999999999999"])(
    "the count of a batch is no %j",
    async (count) => {
      expect(await fail(["generatemanagedprivatekeybatch", "ETH", count])).toMatchObject({
        status: 64,
        error: "The count must be a whole number from 1 to 1000000.",
      });
    },
  );

  test.each(["-1", "2147483648", "abc", "0x10", "1.0", "99999999999999999999"])(
    "a derivation index is no %j",
    async (index) => {
      for (const command of ["getaddress", "getprivatekey"]) {
        expect(await fail([command, "some-id", index])).toMatchObject({
          status: 64,
          error: "The derivation index must be a whole number from 0 to 2147483647.",
        });
      }
    },
  );

  test.each(["-1", "0", "abc", "Infinity", "NaN"])("a period is no %s", async (period) => {
    const run = await installation.run(["daemon", "--testnet", "--api-key=x", "--period", period]);
    expect(failureOf(run)).toMatchObject({
      status: 64,
      // Only what looks like a number is repeated: anything else may be a secret in the wrong place.
      error: `Option --period must be a number of seconds from 0.05 to 86400${/\d/.test(period) ? `, but is ${period}` : ""}.`,
    });
  });
});

describe("the daemon", () => {
  test("needs --external-url on mainnet, before anybody is asked for a password", async () => {
    const failure = failureOf(await installation.run(["daemon"], { env: { TATUM_KMS_PASSWORD: "" } }));
    expect(failure.status).toBe(64);
    expect(failure.error).toStartWith("Missing required flag --external-url");
  });

  test("needs an API key", async () => {
    expect(await fail(["daemon", "--testnet"])).toMatchObject({
      status: 78,
      error: "TATUM_API_KEY is not set.",
    });
  });
});
