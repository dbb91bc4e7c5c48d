import { describe, expect, test } from "bun:test";
import { parseCommandLine, toArguments } from "../../../src/cli/parse.ts";
import { KmsError } from "../../../src/errors.ts";

function parsed(...argv: string[]) {
  const { positionals, options } = parseCommandLine(argv);
  return { positionals, options: Object.fromEntries(options) };
}

function refused(...argv: string[]): KmsError {
  try {
    parseCommandLine(argv);
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error("The command line was accepted.");
}

describe("words of a command line", () => {
  test("keep their order around options", () => {
    expect(parsed("a", "--testnet", "b", "--path", "p", "c")).toEqual({
      positionals: ["a", "b", "c"],
      options: { testnet: true, path: "p" },
    });
  });

  test.each(["", "-", "-1", "-0.5", "=", "a=b", "ä"])("may be %j", (word) => {
    expect(parsed(word).positionals).toEqual([word]);
  });

  test("are all that stands behind a lone --", () => {
    expect(parsed("a", "--", "--testnet", "--", "-x")).toEqual({
      positionals: ["a", "--testnet", "--", "-x"],
      options: {},
    });
  });
});

describe("options of a command line with a value", () => {
  test.each([
    [["--path", "x"], "x"],
    [["--path=x"], "x"],
    [["--path=--x"], "--x"],
    [["--path=a=b"], "a=b"],
    [["--path", "-x"], "-x"],
    [["--path", "-1"], "-1"],
    [["--path", "true"], "true"],
  ])("%j", (argv, path) => {
    expect(parsed(...argv).options).toEqual({ path });
  });

  test.each([[["--path"]], [["--path="]], [["--path", ""]], [["--path", "--testnet"]], [["--path", "--"]]])(
    "are refused without one: %j",
    (argv) => {
      expect(refused(...argv).message).toBe("Option --path needs a value.");
    },
  );
});

test.each([
  { argv: ["--qr"], qr: "0", positionals: [] },
  { argv: ["--qr", "till"], qr: "0", positionals: ["till"] },
  { argv: ["--qr=7", "till"], qr: "7", positionals: ["till"] },
])(
  "an option whose value may be left out takes only what is joined to it: $argv",
  ({ argv, qr, positionals }) => {
    expect(parsed(...argv)).toEqual({ positionals, options: { qr } });
  },
);

describe("options of a command line that are true or false", () => {
  test.each([
    [["--run-once"], true],
    [["--run-once", "true"], true],
    [["--run-once=true"], true],
    [["--run-once", "false"], false],
    [["--run-once=false"], false],
    [["--no-run-once"], false],
    [["--no-run-once=false"], true],
    [["--noRunOnce"], false],
  ])("%j", (argv, value) => {
    expect(parsed(...argv)).toEqual({ positionals: [], options: { "run-once": value } });
  });

  test("leave any other word behind them alone", () => {
    expect(parsed("--testnet", "BTC").positionals).toEqual(["BTC"]);
  });

  test.each(["--testnet=", "--testnet=1", "--testnet=TRUE", "--no-testnet=no"])("refuse %s", (option) => {
    expect(refused(option).message).toBe("Option --testnet is true or false, not a text.");
  });
});

describe("the spelling of options", () => {
  test.each([
    ["--external-url-method", "--externalUrlMethod"],
    ["--transaction-ids", "--transactionIds"],
    ["--env-file", "--envFile"],
  ])("%s is %s", (kebab, camel) => {
    expect(parsed(camel, "x")).toEqual(parsed(kebab, "x"));
  });

  test.each(["--externalurl=x", "--no-path", "--tesnet", "--toString", "--__proto__", "--=x", "--env-file "])(
    "%s is unknown",
    (option) => {
      expect(parseCommandLine(["export", option, "--testnet"])).toEqual({
        positionals: ["export"],
        options: new Map([["testnet", true]]),
        unknown: option.split("=")[0],
      });
    },
  );

  test.each(["-H", "-v", "-testnet", "-e=1"])("short options other than -h are unknown: %s", (option) => {
    expect(refused(option).code).toBe("USAGE");
  });
});

test.each([
  [["--path=a", "--path=a"], "path"],
  [["--run-once", "--runOnce"], "run-once"],
  [["--testnet", "--no-testnet"], "testnet"],
])("an option is refused when it is given twice: %j", (argv, name) => {
  expect(refused(...argv).message).toBe(`Option --${name} can only be set once.`);
});

test("the value of an unknown option, which may be a secret, is not repeated", () => {
  expect(parseCommandLine(["--password=canary"]).unknown).toBe("--password");
  expect(refused("-pcanary=canary2").message).not.toContain("canary2");
});

test("what was taken apart can be written in one spelling", () => {
  const line = parseCommandLine(["a", "--runOnce", "-1", "--no-testnet", "--path", "x=y", "--", "--aws"]);
  expect(toArguments(line)).toEqual(["--run-once", "--no-testnet", "--path=x=y", "--", "a", "-1", "--aws"]);
});

test("a word that is no UTF-8 is refused without showing it", () => {
  const error = refused("daemon", "--api-key=S\ufffdcret");
  expect(error.code).toBe("USAGE");
  expect(error.message).toBe("Word 2 of the command line is no text in UTF-8, or holds U+FFFD.");
});
