/** The one vault that an operator expects: no other file is taken for it, and none is made in its place. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../../providers/secret.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import { preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import { RootKey } from "../../../src/vault/root-key.ts";
import { writeVault } from "../../../src/vault/sealed-vault.ts";
import { Installation, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const installation = new Installation();
const forged = join(installation.home, "forged.dat");
let made: Run;
let identity: { vaultId: string; fingerprint: string };
const pin = (): string => `${identity.vaultId}:${identity.fingerprint}`;

beforeAll(async () => {
  made = await installation.run(["generatemanagedwallet", "ETH"]);
  const { stdout } = await installation.run(["vault", "status"]);
  identity = JSON.parse(stdout) as typeof identity;
  // Made by somebody who copied the id, and knows the password.
  const rootKey = RootKey.generate(Buffer.from(identity.vaultId, "hex"));
  const slot = preparePasswordSlot(new Secret(installation.password))(rootKey, 1);
  await writeVault(sqliteFile(forged), rootKey, slot);
});
afterAll(() => installation.remove());

const commands = ["vault status", "vault verify", "export", "provider test"];

test("is told when it is made, and by its status", () => {
  expect(made.stderr).toContain(`With TATUM_KMS_VAULT_ID=${pin()} no other vault is taken for it.`);
});

describe("the expected vault", () => {
  test.each(commands)("opens: %s", async (command) => {
    const words = command.split(" ");
    for (const expected of [identity.vaultId, pin(), pin().toUpperCase()]) {
      expect((await installation.run([...words, `--vault-id=${expected}`])).status).toBe(0);
      expect((await installation.run(words, { env: { TATUM_KMS_VAULT_ID: expected } })).status).toBe(0);
    }
  });

  test("opens from a backup, which is the same vault", async () => {
    const backup = join(installation.home, "backup.dat");
    await installation.run(["vault", "backup", backup]);
    const run = await installation.run(["vault", "verify", `--path=${backup}`, `--vault-id=${pin()}`]);
    expect(run.status).toBe(0);
  });

  test("keeps its fingerprint when its password is changed", async () => {
    const other = new Installation();
    const status = async (password: string): Promise<unknown> => {
      const { stdout } = await other.run(["vault", "status"], { env: { TATUM_KMS_PASSWORD: password } });
      return (JSON.parse(stdout) as typeof identity).fingerprint;
    };
    try {
      await other.run(["generatemanagedwallet", "ETH"]);
      const before = await status(other.password);
      const changed = "another correct horse";
      await other.run(["vault", "change-password"], { env: { TATUM_KMS_NEW_PASSWORD: changed } });
      expect(await status(changed)).toEqual(before);
    } finally {
      other.remove();
    }
  });
});

describe("another vault", () => {
  test("is refused by its id before a password is asked for", async () => {
    const env = { TATUM_KMS_PASSWORD: "" };
    const failure = failureOf(await installation.run(["export", `--vault-id=${"0".repeat(32)}`], { env }));
    expect(failure).toMatchObject({
      status: 77,
      code: "WRONG_VAULT",
      error: `The file ${installation.vaultPath} is the vault ${identity.vaultId}, not ${"0".repeat(32)}, which is expected.`,
    });
  });

  test("with a copied id and another root key is refused by its fingerprint", async () => {
    expect((await installation.run(["export", `--path=${forged}`])).status).toBe(0);
    const args = ["export", `--path=${forged}`, `--vault-id=${pin()}`];
    expect(failureOf(await installation.run(args))).toMatchObject({
      status: 77,
      code: "WRONG_VAULT",
      error: `The file ${forged} has the id of the expected vault, but another root key: it was made by somebody else.`,
    });
  });

  test("is not made where the expected one is missing", async () => {
    const missing = join(installation.home, "missing.dat");
    const args = ["generatemanagedwallet", "ETH", `--path=${missing}`, `--vault-id=${pin()}`];
    expect(failureOf(await installation.run(args))).toMatchObject({
      status: 77,
      code: "WRONG_VAULT",
      error: `The vault ${identity.vaultId} is expected, and it is not at ${missing}; no new one was made.`,
    });
    expect(existsSync(missing)).toBe(false);
  });
});

test.each(["", "12", `${"0".repeat(32)}:`, `${"0".repeat(32)}:12`, "z".repeat(32)])(
  "what is no vault id is refused: '%s'",
  async (text) => {
    const run = await installation.run(["export", `--vault-id=${text}`]);
    expect(failureOf(run)).toMatchObject({ status: 64, code: "USAGE" });
  },
);
