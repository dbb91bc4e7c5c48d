/** `~` in paths. */
import { describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { join } from "node:path";
import { providerVariables } from "../../../providers/index.ts";
import { KmsError } from "../../../src/errors.ts";
import { expandHome, isPathVariable, readPath } from "../../../src/settings/home.ts";
import { settings } from "../../../src/settings/table.ts";
import { configOf } from "../config-of.ts";

function refused(path: string): KmsError {
  try {
    expandHome(path, "Option --path");
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error(`${path} was taken.`);
}

describe("a path that somebody gave", () => {
  const home = homedir();

  test.each([
    ["~", home],
    ["~/", `${home}/`],
    ["~/vaults/w.dat", join(home, "vaults/w.dat")],
    ["/a/~/b", "/a/~/b"],
    ["a~", "a~"],
    ["./~/b", "./~/b"],
    ["", ""],
  ])("%j is %j", (path, expanded) => {
    expect(expandHome(path, "x")).toBe(expanded);
  });

  test("that begins with the name of a user is refused, as are all that only shells know", () => {
    for (const path of ["~root/w.dat", "~root", "~+/w.dat", "~\\w.dat"]) {
      expect(refused(path)).toMatchObject({
        code: "CONFIGURATION",
        message: "Option --path begins with ~ and a name: homes of other users are not looked up.",
      });
    }
  });

  test("of a command line becomes absolute", () => {
    expect(readPath("~/w.dat", "x")).toBe(join(home, "w.dat"));
    expect(readPath("w.dat", "x")).toBe(join(process.cwd(), "w.dat"));
  });

  test("that is - is refused: nothing is written to a file of that name by mistake", () => {
    expect(() => readPath("-", "Option --output")).toThrow("Option --output names a file, and - is none.");
    expect(readPath("./-", "x")).toBe(join(process.cwd(), "-"));
  });

  test("in a variable is expanded where the variable is a path", () => {
    expect(configOf("TATUM_KMS_METRICS_FILE=~/kms.prom").value(settings.metricsFile)).toBe(
      join(home, "kms.prom"),
    );
    expect(configOf("TATUM_KMS_NEW_PASSWORD=~/kms").value(settings.newPassword)).toBe("~/kms");
  });
});

describe("the variables of providers", () => {
  test("that are said to be files or folders are paths, and no others but the command", async () => {
    for (const { name, description, secret } of await providerVariables()) {
      const isFile =
        /^(Path of the file|The (credentials|configuration) file|Folder|(Chooses to log in with the token in this )?[Ff]ile\b|As \w+_CACERT)/.test(
          description,
        );
      if (isFile) expect([name, isPathVariable(name)]).toEqual([name, true]);
      if (secret && name !== "TATUM_KMS_PASSWORD_COMMAND")
        expect([name, isPathVariable(name)]).toEqual([name, false]);
    }
  });
});
