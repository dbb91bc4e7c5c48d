/** Where a vault may lie, and what is said of other things at its path. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.remove());

describe("a vault that a group has access to, as on a volume with an fsGroup", () => {
  beforeEach(async () => {
    await installation.run(["generatemanagedwallet", "ETH", "--testnet"]);
    chmodSync(installation.vaultPath, 0o660);
    chmodSync(dirname(installation.vaultPath), 0o2770);
  });

  test("is refused, naming the option", async () => {
    const failure = failureOf(await installation.run(["vault", "verify"]));
    expect(failure).toMatchObject({ status: 77, code: "VAULT_PERMISSIONS" });
    expect(failure.hint).toContain("--allow-group-access");
  });

  test("is used with the option or the variable, also to write", async () => {
    const written = await installation.run(["generatemanagedwallet", "BTC", "--allow-group-access"]);
    expect(written).toMatchObject({ status: 0, stderr: "" });
    const env = { TATUM_KMS_ALLOW_GROUP_ACCESS: "true" };
    const verified = await installation.run(["vault", "verify"], { env });
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ wallets: 2 });
  });

  test("the variable is true or false", async () => {
    const env = { TATUM_KMS_ALLOW_GROUP_ACCESS: "perhaps" };
    expect(failureOf(await installation.run(["vault", "verify"], { env }))).toMatchObject({
      code: "CONFIGURATION",
      error: expect.stringContaining("TATUM_KMS_ALLOW_GROUP_ACCESS"),
    });
  });
});

test("where everybody can take the vault's folder away, no new vault is made in its place", async () => {
  mkdirSync(`${installation.home}/open`);
  chmodSync(`${installation.home}/open`, 0o777);
  const path = `${installation.home}/open/kms/wallet.dat`;
  const failure = failureOf(await installation.run(["generatemanagedwallet", "ETH", `--path=${path}`]));
  expect(failure).toMatchObject({
    code: "VAULT_PERMISSIONS",
    hint: `Run: chmod go-w ${installation.home}/open`,
  });
});

test("a folder at the vault's path is called one", async () => {
  mkdirSync(installation.vaultPath, { recursive: true, mode: 0o700 });
  expect(failureOf(await installation.run(["vault", "status"]))).toMatchObject({
    code: "NOT_A_VAULT",
    error: `${installation.vaultPath} is a folder; the vault is a file.`,
  });
});
