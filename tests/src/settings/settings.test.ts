import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KmsError } from "../../../src/errors.ts";
import { Config } from "../../../src/settings/settings.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";

/** A variable that nobody has set. */
const NAME = "TATUM_KMS_TEST_OF_CONFIG";

const folder = useTemporaryFolder();
afterEach(() => {
  delete process.env[NAME];
});

function envFile(content: string): string {
  const path = folder("kms.env");
  writeFileSync(path, content, { mode: 0o600 });
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
    expect(Config.load(path).setting(NAME)).toEqual({ value: "file", origin: path, line: 1 });
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

describe("a variable that is no UTF-8, which the runtime shows with U+FFFD in it", () => {
  test("is refused by its name when it is asked for, and hinders nothing else", () => {
    process.env[NAME] = "S\ufffdcret";
    const config = Config.load();
    for (const ask of [
      () => config.get(NAME),
      () => config.setting(NAME),
      () => config.getEvenIfEmpty(NAME),
    ]) {
      const error = refused(ask);
      expect(error.code).toBe("CONFIGURATION");
      expect(error.message).toStartWith(`${NAME} (from environment) is no text in UTF-8`);
      expect(error.message).not.toContain("cret");
    }
    expect(config.get("HOME")).toBe(process.env["HOME"] as string);
  });
});

describe("an env file", () => {
  const here = process.cwd();
  afterEach(() => process.chdir(here));

  test("in the working directory is not read, and told, until it is named", () => {
    process.chdir(folder());
    const local = join(process.cwd(), ".env");
    expect(Config.load().unreadEnvFile).toBeUndefined();
    writeFileSync(local, `${NAME}=local\n`, { mode: 0o600 });
    expect(Config.load().get(NAME)).toBeUndefined();
    expect(Config.load().unreadEnvFile).toBe(local);
    expect(Config.load(envFile("")).unreadEnvFile).toBe(local);
    expect(Config.load(".env").setting(NAME)).toEqual({ value: "local", origin: local, line: 1 });
    expect(Config.load(".env").unreadEnvFile).toBeUndefined();
  });

  test("named .env that is a folder, as Python makes them, is not told", () => {
    process.chdir(folder());
    mkdirSync(".env");
    expect(Config.load().unreadEnvFile).toBeUndefined();
  });

  test("that cannot be read exactly is refused", () => {
    const path = envFile(`${NAME}='it's-a-pass'`);
    expect(refused(() => Config.load(path))).toMatchObject({
      code: "CONFIGURATION",
      message: expect.stringContaining(`Line 1 of the env file ${path}`),
    });
  });

  test("hands on what a person should know of it", () => {
    const path = envFile(`${NAME}=1\n${NAME}=2\n`);
    expect(Config.load(path).warnings).toEqual([
      `The env file ${path} sets ${NAME} in line 1 and again in line 2; the last one counts.`,
    ]);
  });
});
