/** `doctor` as a person and as a script run it. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Installation } from "../executable.ts";
import { TerminalRun } from "./terminal.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

let installation: Installation;
let api: Bun.Server<undefined>;
beforeEach(async () => {
  installation = new Installation();
  api = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json([{ usage: 5 }]) });
  const made = await installation.run(["generatemanagedwallet", "ETH"]);
  expect(made.status).toBe(0);
});
afterEach(async () => {
  await api.stop(true);
  installation.remove();
});

const settings = () => ({ TATUM_API_URL: api.url.href, TATUM_API_KEY: "canary-key" });
const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** Lets others read the vault, and a group change its folder. */
function openUp(): void {
  chmodSync(installation.vaultPath, 0o644);
  chmodSync(dirname(installation.vaultPath), 0o770);
}

describe("doctor", () => {
  test("prints JSON into a pipe, and ends with 0 where all is well", async () => {
    const { status, stdout, stderr } = await installation.run(["doctor"], { env: settings() });
    const { healthy, checks } = JSON.parse(stdout) as {
      healthy: boolean;
      checks: { check: string; status: string }[];
    };
    expect({ status, stderr, healthy }).toEqual({ status: 0, stderr: "", healthy: true });
    expect(checks.map(({ check }) => check)).toEqual([
      ...["environment", "home", "swap", "core-files", "libc", "settings", "folders", "vault-file"],
      ...["original-file", "file-system", "disk-space", "disk-sync", "unlocking", "wallet-count"],
      ...["closed-chains", "backup", "api", "clock", "api-key"],
    ]);
    expect(stdout).not.toContain("canary-key");
    expect(stdout).not.toContain(installation.password);
  });

  test("ends with 78 where something is wrong, and goes on to look at the rest", async () => {
    openUp();
    const env = { ...settings(), TATUM_RETRIES: "abc" };
    const { status, stdout, stderr } = await installation.run(["doctor", "--json"], { env });
    const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string }[] };
    const failed = checks.filter((one) => one.status === "failure").map(({ check }) => check);
    expect({ status, failed }).toEqual({ status: 78, failed: ["settings", "folders", "vault-file"] });
    expect(JSON.parse(stderr)).toMatchObject({ code: "CONFIGURATION" });
    expect(modeOf(installation.vaultPath)).toBe(0o644);
  });

  test("asks nobody for a password", async () => {
    const env = { ...settings(), TATUM_KMS_PASSWORD: "" };
    const { status, stdout } = await installation.run(["doctor"], { env });
    expect(status).toBe(0);
    expect(stdout).toContain("Somebody has to type what opens the vault");
  });

  test("--fix takes access away from others in a pipe", async () => {
    openUp();
    const { status, stdout } = await installation.run(["doctor", "--fix"], { env: settings() });
    expect({ status, healthy: (JSON.parse(stdout) as { healthy: boolean }).healthy }).toEqual({
      status: 0,
      healthy: true,
    });
    expect(modeOf(installation.vaultPath)).toBe(0o600);
    expect(modeOf(dirname(installation.vaultPath))).toBe(0o700);
  });
});

describe("doctor at a terminal", () => {
  const env = () => ({ ...settings(), TATUM_KMS_PASSWORD: installation.password });

  test("shows a line for each check, with a mark", async () => {
    const run = new TerminalRun(installation, ["doctor"], { env: { ...env(), NO_COLOR: "1" } });
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain("\r\nok       api-key: The API takes the key; 5 credits were used");
  });

  test("--fix asks first, and does nothing where the answer is no", async () => {
    openUp();
    const run = new TerminalRun(installation, ["doctor", "--fix"], { env: env() });
    await run.shows(`chmod 600 ${installation.vaultPath}`);
    await run.answer("Go on?", "no");
    expect(await run.ended()).not.toBe(0);
    expect(modeOf(installation.vaultPath)).toBe(0o644);
  });

  test("--fix --yes asks nothing", async () => {
    openUp();
    const run = new TerminalRun(installation, ["doctor", "--fix", "--yes"], { env: env() });
    expect(await run.ended()).toBe(0);
    expect(modeOf(installation.vaultPath)).toBe(0o600);
  });
});
