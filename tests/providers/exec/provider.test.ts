import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { execProvider } from "../../../providers/exec/provider.ts";
import { contextWith, refused } from "../local-context.ts";

function context(...words: readonly string[]) {
  return contextWith({ TATUM_KMS_PASSWORD_COMMAND: JSON.stringify(words) });
}

describe("the secret of a command", () => {
  test("is its output without the last line break", async () => {
    const secret = await execProvider.secret(context("printf", " ge\nheim \n"), "unlock");
    expect(secret.reveal()).toBe(" ge\nheim ");
  });

  test.each(["", "\n", "can\\000ary"])("is refused when the output is %j", async (output) => {
    const error = await refused(() => execProvider.secret(context("printf", output), "unlock"));
    expect(error.code).toBe("UNUSABLE");
    expect(error.message).toStartWith("The output of the command in TATUM_KMS_PASSWORD_COMMAND ");
  });
});

describe("the environment of the command", () => {
  const own = {
    TATUM_API_KEY: "canary",
    TATUM_KMS_PASSWORD: "canary",
    TATUM_KMS_NEW_PASSWORD: "canary",
    TATUM_KMS_PKCS11_PIN: "canary",
    TATUM_KMS_AZURE_CLIENT_SECRET: "canary",
  };
  beforeEach(() => void Object.assign(process.env, own));
  afterEach(() => {
    for (const name of Object.keys(own)) delete process.env[name];
  });

  test("is this program's without its own variables", async () => {
    const environment = (await execProvider.secret(context("env"), "unlock")).reveal();
    expect(environment).toContain(`PATH=${process.env["PATH"]}`);
    expect(environment).not.toContain("canary");
    expect(environment).not.toContain("TATUM_");
  });
});

describe("the variable of a command that prints the password", () => {
  test("has to be set", async () => {
    const error = await refused(() => execProvider.secret(contextWith({}), "unlock"));
    expect(error).toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("is not shown: a secret may stand in it", () => {
    expect(execProvider.describe(context("/usr/bin/vault", "--token=canary"))).toBe(
      "the output of the command in TATUM_KMS_PASSWORD_COMMAND",
    );
  });
});
