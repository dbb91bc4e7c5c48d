/** Where the password comes from: which provider is chosen, and what `provider list` and `provider test` say of it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { providerNames } from "../../../providers/index.ts";
import { Installation, type Run, type RunOptions } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const installation = new Installation();
afterAll(() => installation.remove());
const { home, password } = installation;

function file(name: string, content: string, mode = 0o600): string {
  writeFileSync(join(home, name), content);
  chmodSync(join(home, name), mode);
  return join(home, name);
}

const right = file("right", `${password}\n`);
const wrong = file("wrong", "canary");

/** Without a password in the environment. */
function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return installation.run(args, { ...options, env: { TATUM_KMS_PASSWORD: "", ...options.env } });
}

beforeAll(async () => {
  expect((await installation.run(["generatemanagedwallet", "ETH"])).status).toBe(0);
});

describe("the provider is chosen", () => {
  /** The provider that `provider test` tells. */
  async function chosen(args: readonly string[], env: Record<string, string>, input?: string) {
    const options = input === undefined ? { env } : { env, input };
    const { status, stdout, stderr } = await run(["provider", "test", ...args], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return (JSON.parse(stdout) as { provider: string }).provider;
  }
  const command = JSON.stringify(["cat", right]);

  test.each([
    ["file", { TATUM_KMS_PASSWORD_FILE: right }],
    ["exec", { TATUM_KMS_PASSWORD_COMMAND: command }],
    ["password", { TATUM_KMS_PASSWORD: password }],
  ])("by the variable that tells where the password is: %s", async (provider, env) => {
    expect(await chosen([], env as Record<string, string>)).toBe(provider);
  });

  test("by TATUM_KMS_PROVIDER rather than by that variable", async () => {
    const env = { TATUM_KMS_PASSWORD: "canary", TATUM_KMS_PASSWORD_FILE: right, TATUM_KMS_PROVIDER: "file" };
    expect(await chosen([], env)).toBe("file");
  });

  test("by the option rather than by any variable", async () => {
    const env = {
      TATUM_KMS_PASSWORD: "canary",
      TATUM_KMS_PASSWORD_FILE: wrong,
      TATUM_KMS_PASSWORD_COMMAND: command,
      TATUM_KMS_PROVIDER: "file",
    };
    expect(await chosen(["--provider=exec"], env)).toBe("exec");
  });

  test("as the one that asks, also when a variable holds a password", async () => {
    expect(await chosen(["--provider=prompt"], { TATUM_KMS_PASSWORD: "canary" }, `${password}\n`)).toBe(
      "prompt",
    );
  });

  test("also for a command that other providers once did not work with", async () => {
    const env = { TATUM_KMS_PASSWORD_FILE: right };
    expect((await run(["generatemanagedprivatekeybatch", "ETH", "1"], { env })).status).toBe(0);
  });

  test.each([
    ["TATUM_KMS_PASSWORD", "TATUM_KMS_PASSWORD_FILE"],
    ["TATUM_KMS_PASSWORD", "TATUM_KMS_PASSWORD_FD"],
    ["TATUM_KMS_PASSWORD", "TATUM_KMS_PASSWORD_COMMAND"],
    ["TATUM_KMS_PASSWORD_FILE", "TATUM_KMS_PASSWORD_FD"],
    ["TATUM_KMS_PASSWORD_FILE", "TATUM_KMS_PASSWORD_COMMAND"],
    ["TATUM_KMS_PASSWORD_FD", "TATUM_KMS_PASSWORD_COMMAND"],
  ])("never by two variables: %s and %s", async (one, other) => {
    expect(failureOf(await run(["report"], { env: { [one]: "canary", [other]: "canary" } }))).toEqual({
      status: 78,
      code: "CONFIGURATION",
      error: `Two secret providers are chosen: by ${one} and by ${other}.`,
      hint: "Choose one, so that it is clear where the secret comes from.",
    });
  });

  test("never by two variables of different places, such as an env file", async () => {
    const env = { TATUM_KMS_PASSWORD_FILE: right };
    const envFile = file("kms.env", "TATUM_KMS_PASSWORD=canary\n");
    expect(failureOf(await run(["report", "--env-file", envFile], { env })).code).toBe("CONFIGURATION");
  });

  test("never by two options", async () => {
    const { code, error } = failureOf(await run(["report", "--provider=file", "--aws"]));
    expect({ code, error }).toEqual({
      code: "CONFIGURATION",
      error: "Two secret providers are chosen: by --provider=file and by --aws.",
    });
  });

  test("among those that there are", async () => {
    expect(failureOf(await run(["report", "--provider=nope"]))).toMatchObject({
      status: 78,
      hint: `Providers: ${providerNames.join(", ")}.`,
    });
  });

  test("for good: one that fails is not replaced by a variable or by a person", async () => {
    const env = { TATUM_KMS_PASSWORD: password, TATUM_KMS_PASSWORD_FILE: "none" };
    for (const provider of ["file", "systemd", "exec", "fd"]) {
      const { code } = failureOf(
        await run(["report", `--provider=${provider}`], { env, input: `${password}\n` }),
      );
      expect(code).toBeOneOf(["CONFIGURATION", "SECRET_NOT_FOUND"]);
    }
  });
});

describe("provider list", () => {
  test("prints every provider with its variables, and no value", async () => {
    const env = { TATUM_KMS_PASSWORD: "canary", TATUM_KMS_PASSWORD_FILE: "canary" };
    const { status, stdout, stderr } = await run(["provider", "list"], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toContain("canary");
    const listed = JSON.parse(stdout) as Record<string, unknown>[];
    expect(listed.map((provider) => provider["name"])).toEqual([...providerNames]);
    expect(listed).toContainEqual({
      name: "systemd",
      title: "a credential of systemd",
      variables: [
        {
          name: "CREDENTIALS_DIRECTORY",
          description:
            "Folder of the credentials; set by systemd for a service with `LoadCredential=` and the like",
          required: true,
          secret: false,
          set: false,
        },
        {
          name: "TATUM_KMS_SYSTEMD_CREDENTIAL",
          description: "Name of the credential (`tatum-kms-password`)",
          required: false,
          secret: false,
          set: false,
        },
      ],
    });
    const withFile = listed.find((provider) => provider["name"] === "file");
    expect(withFile).toMatchObject({ variables: [{ name: "TATUM_KMS_PASSWORD_FILE", set: true }] });
  });

  test("knows what an env file sets", async () => {
    const envFile = file("list.env", "TATUM_KMS_PASSWORD_FD=9\n");
    const { stdout } = await run(["provider", "list", "--env-file", envFile]);
    const fd = (JSON.parse(stdout) as { name: string }[]).find(({ name }) => name === "fd");
    expect(fd).toMatchObject({ variables: [{ name: "TATUM_KMS_PASSWORD_FD", set: true }] });
  });
});

describe("provider test", () => {
  const args = ["provider", "test"];

  test("says that the secret opens the vault, and nothing of the secret or of the vault's content", async () => {
    const { status, stdout, stderr } = await run(args, { env: { TATUM_KMS_PASSWORD_FILE: right } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      provider: "file",
      source: `the file ${right}`,
      fetched: true,
      unlocksVault: true,
    });
  });

  test("says that there is no vault which the secret could open", async () => {
    const { status, stdout } = await run([...args, "--path=none"], {
      env: { TATUM_KMS_PASSWORD_FILE: right },
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ fetched: true, unlocksVault: "no vault" });
  });

  test("fails with what it found when the secret is another", async () => {
    const { status, stdout, stderr } = await run(args, { env: { TATUM_KMS_PASSWORD_FILE: wrong } });
    expect(status).toBe(77);
    expect(JSON.parse(stdout)).toMatchObject({ fetched: true, unlocksVault: false });
    expect(JSON.parse(stderr)).toEqual({ error: "Wrong password.", code: "WRONG_PASSWORD" });
    expect(stdout + stderr).not.toContain("canary");
  });

  test.each([
    ["there is none", "none", 66, "SECRET_NOT_FOUND"],
    ["it cannot be used", file("empty", ""), 65, "INVALID_INPUT"],
    ["its place is not safe", file("open", password, 0o666), 77, "SECRET_NOT_ALLOWED"],
  ])("fails with what it found when %s", async (_what, place, status, code) => {
    for (const vault of [[], ["--path=none"]]) {
      const failed = await run([...args, ...vault], { env: { TATUM_KMS_PASSWORD_FILE: place } });
      expect(failed.status).toBe(status);
      expect(JSON.parse(failed.stdout)).toMatchObject({ provider: "file", fetched: false });
      expect(JSON.parse(failed.stderr)).toMatchObject({ code });
    }
  });

  test("fails before it asks when the provider is not set up", async () => {
    expect(failureOf(await run([...args, "--provider=file"]))).toMatchObject({
      status: 78,
      code: "CONFIGURATION",
      error: "A file needs the variable TATUM_KMS_PASSWORD_FILE, which is not set.",
    });
  });

  test("fails when what is at the path is no vault", async () => {
    const env = { TATUM_KMS_PASSWORD_FILE: right };
    const failed = await run([...args, `--path=${file("foreign", "no vault")}`], { env });
    expect(failed.status).toBe(65);
    expect(JSON.parse(failed.stdout)).toMatchObject({ unlocksVault: false });
    expect(JSON.parse(failed.stderr)).toMatchObject({ code: "NOT_A_VAULT" });
  });

  test("changes nothing", async () => {
    const before = await Bun.file(installation.vaultPath).bytes();
    await run(args, { env: { TATUM_KMS_PASSWORD_FILE: right } });
    expect(await Bun.file(installation.vaultPath).bytes()).toEqual(before);
    expect((await run(["report", "--path=none"])).stdout).toContain('"exists": false');
  });
});
