/** Where a vault may lie, and what is said of other things at its path. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { journalHeader, journalOf } from "../../src/store/sqlite/left-journal.ts";
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

test("a file of 512 bytes beside the vault does not cut it short", async () => {
  await installation.run(["generatemanagedwallet", "ETH", "--testnet"]);
  const before = readFileSync(installation.vaultPath);
  const planted = `${installation.vaultPath}-journal`;
  writeFileSync(planted, journalHeader({ records: 0, pagesBefore: 1, pageSize: 4096 }), { mode: 0o600 });
  const failure = failureOf(await installation.run(["vault", "verify"]));
  expect(failure).toMatchObject({ status: 65, code: "VAULT_CORRUPT", hint: expect.stringContaining("mv ") });
  expect(readFileSync(installation.vaultPath).equals(before)).toBe(true);
});

test("a backup that is put beside the journal of a crashed vault is left alone, and opens without it", async () => {
  await installation.run(["generatemanagedwallet", "ETH", "--testnet"]);
  const before = readFileSync(installation.vaultPath);
  const backup = `${installation.home}/backup.dat`;
  await installation.run(["vault", "backup", backup]);
  await installation.run(["generatemanagedwallet", "BTC", "--testnet"]);
  const journal = `${installation.vaultPath}-journal`;
  writeFileSync(journal, journalOf(before), { mode: 0o600 });
  copyFileSync(backup, `${backup}.copy`);
  renameSync(backup, installation.vaultPath);
  const failure = failureOf(await installation.run(["vault", "verify"]));
  expect(failure).toMatchObject({ code: "VAULT_CORRUPT", error: expect.stringContaining(journal) });
  expect(readFileSync(installation.vaultPath).equals(readFileSync(`${backup}.copy`))).toBe(true);
  renameSync(journal, `${journal}.stale`);
  expect((await installation.run(["vault", "verify"])).status).toBe(0);
});

test("a folder at the vault's path is called one", async () => {
  mkdirSync(installation.vaultPath, { recursive: true, mode: 0o700 });
  expect(failureOf(await installation.run(["vault", "status"]))).toMatchObject({
    code: "NOT_A_VAULT",
    error: `${installation.vaultPath} is a folder; the vault is a file.`,
  });
});
