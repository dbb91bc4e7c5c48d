/** Disks that are too short for what is written: only root can mount such ones. */
import { beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { KmsError } from "../../../src/errors.ts";
import { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshPassword, freshVault, reopen } from "./fresh-vault.ts";
import { isRoot, makeReadOnly, onSmallDisk } from "./small-disk.ts";
import { createVaultAt } from "./vault-at.ts";

// Argon2 several times.
setDefaultTimeout(30_000);

const path = useTemporaryFolder();

/** Works on a disk of so many pages of 4 KiB, at `disk` in the test's folder. */
const onDisk = (pages: number, work: () => Promise<void>) => onSmallDisk(path("disk"), pages, work);

const record = { privateKey: "x".repeat(3000), chain: "ETH", testnet: true };

describe.skipIf(!isRoot)("on a disk of any length", () => {
  let template: Uint8Array;
  beforeEach(async () => {
    await (await freshVault(path("template"))).close();
    template = readFileSync(path("template"));
  });

  function expectFull(error: unknown): void {
    expect(error).toMatchObject({
      code: "CANNOT_WRITE",
      hint: expect.stringContaining("Free some space"),
    });
    const { message } = error as KmsError;
    expect(message).toContain("the disk is full");
    expect(message).toContain(path("disk", "vault"));
    expect(message).not.toContain(".new");
  }

  test("a vault is made whole or not at all, and the full disk is named", async () => {
    const made = new Set<boolean>();
    for (const pages of [1, 4, 8, 12, 24]) {
      await onDisk(pages, async () => {
        const vault = await createVaultAt(path("disk", "vault"), freshPassword).catch(
          (error: unknown) => error,
        );
        if (vault instanceof Vault) await vault.close();
        else expectFull(vault);
        expect(readdirSync(path("disk"))).toEqual(vault instanceof Vault ? ["vault"] : []);
        made.add(vault instanceof Vault);
      });
    }
    expect(made.size).toBe(2);
  });

  test("a wallet is added whole or not at all", async () => {
    const added = new Set<boolean>();
    for (let spare = 0; spare <= 12; spare += 2) {
      await onDisk(template.length / 4096 + spare, async () => {
        writeFileSync(path("disk", "vault"), template, { mode: 0o600 });
        const vault = await reopen(path("disk", "vault"));
        const outcome = await vault.add([["id", record]]).catch((error: unknown) => error);
        await vault.close();
        if (outcome !== undefined) expectFull(outcome);
        const again = await reopen(path("disk", "vault"));
        expect(await again.wallets()).toHaveLength(outcome === undefined ? 1 : 0);
        await again.close();
        added.add(outcome === undefined);
      });
    }
    expect(added.size).toBe(2);
  });

  test("a backup that does not fit names its own disk, not the vault", async () => {
    const vault = await reopen(path("template"));
    await onDisk(4, async () => {
      const error = await caught(() => vault.backup(path("disk", "vault")));
      expectFull(error);
      expect(error.message).not.toContain(path("template"));
      expect(readdirSync(path("disk"))).toEqual([]);
    });
    await vault.close();
  });
});

test.skipIf(!isRoot)("on a disk that is read-only nothing is made, in words", async () => {
  const vault = await freshVault(path("template"));
  await onDisk(24, async () => {
    makeReadOnly(path("disk"));
    for (const attempt of [
      () => vault.backup(path("disk", "backup")),
      () => createVaultAt(path("disk", "other"), freshPassword),
      () => createVaultAt(path("disk", "folder", "other"), freshPassword),
    ]) {
      const error = await caught(attempt);
      expect(error).toMatchObject({
        code: "CANNOT_WRITE",
        hint: expect.stringContaining("another place"),
      });
      expect(error.message).toContain("the disk is read-only");
    }
  });
  await vault.close();
});

test("a path that leads through a file is told so", async () => {
  writeFileSync(path("file"), "");
  const error = await caught(() => createVaultAt(path("file", "folder", "vault"), freshPassword));
  expect([error.code, error.message]).toEqual([
    "CANNOT_WRITE",
    expect.stringContaining("a part of its path is a file, not a folder"),
  ]);
});
