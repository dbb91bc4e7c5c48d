import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KmsError } from "../../src/errors.ts";
import { Config } from "../../src/settings.ts";

/** A variable that nobody has set. */
const NAME = "TATUM_KMS_TEST_OF_CONFIG";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tatum-kms-config-"));
});
afterEach(() => {
  delete process.env[NAME];
  rmSync(folder, { recursive: true, force: true });
});

function envFile(content: string): string {
  const path = join(folder, "kms.env");
  writeFileSync(path, content);
  return path;
}

function refused(load: () => unknown): KmsError {
  try {
    load();
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error("It was accepted.");
}

describe("a setting", () => {
  test("knows where it came from", () => {
    const path = envFile(`${NAME}=file\n`);
    expect(Config.load(path).setting(NAME)).toEqual({ value: "file", origin: path });
    process.env[NAME] = "environment";
    expect(Config.load(path).setting(NAME)).toEqual({ value: "environment", origin: "environment" });
    expect(Config.load().setting("TATUM_KMS_NEVER_SET")).toBeUndefined();
  });

  test("that is empty counts as unset, but where empty means something it can be asked for", () => {
    const config = Config.load(envFile(`${NAME}=file\n`));
    process.env[NAME] = "";
    expect(config.get(NAME)).toBe("file");
    expect(config.getEvenIfEmpty(NAME)).toBe("");
    delete process.env[NAME];
    expect(config.getEvenIfEmpty(NAME)).toBe("file");
    expect(config.getEvenIfEmpty("TATUM_KMS_NEVER_SET")).toBeUndefined();
  });
});

describe("an env file", () => {
  test.each([
    ["A=1", "1"],
    ["A = 1 ", "1"],
    ["export A=1", "1"],
    ["A=1 # one", "1"],
    ["A='a # $b'", "a # $b"],
    ['A="a\\nb"', "a\nb"],
    ["A=\r\nB=2\r\n", undefined],
    ["\ufeffA=1", "1"],
    ["# A=1", undefined],
    ["A=$HOME", "$HOME"],
  ])("%j", (content, value) => {
    expect(Config.load(envFile(content.replace("A", NAME))).get(NAME)).toBe(value);
  });

  test("that was named has to be there", () => {
    const path = join(folder, "missing");
    expect(refused(() => Config.load(path))).toMatchObject({
      code: "CONFIGURATION",
      message: `The env file ${path} cannot be read.`,
    });
    mkdirSync(path);
    expect(refused(() => Config.load(path)).code).toBe("CONFIGURATION");
  });

  test("has a sensible size", () => {
    const path = envFile(`${NAME}=${"x".repeat(1024 * 1024)}`);
    expect(refused(() => Config.load(path)).message).toContain("larger than 1 MiB");
  });
});

describe("a number", () => {
  test.each([
    ["5", 5],
    ["0.5", 0.5],
    ["1e1", 10],
    [undefined, 7],
    ["", 7],
  ])("%j is %d", (text, value) => {
    if (text !== undefined) process.env[NAME] = text;
    expect(Config.load().number(NAME, 7, 0.5, 10)).toBe(value);
  });

  test.each(["0.4", "11", "abc", "Infinity", "NaN", "5s", "-1"])("%s is refused", (text) => {
    process.env[NAME] = text;
    expect(refused(() => Config.load().number(NAME, 7, 0.5, 10))).toMatchObject({
      code: "CONFIGURATION",
      message: `${NAME} (from environment) must be a number from 0.5 to 10.`,
    });
  });
});
