import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Secret } from "../../../providers/secret.ts";
import type { Said } from "../../../scripts/vault-kit/kit.ts";
import { KmsError } from "../../../src/errors.ts";
import { verifyWhole } from "../../../src/journal/whole-vault.ts";
import type { WalletDescription } from "../../../src/vault/wallet-record.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { rememberingOpener } from "./remembering-opener.ts";
import { openVaultAt } from "./vault-at.ts";
import { goodKitFiles, type KitFile, kitFiles, unpack } from "./vault-kit.ts";

const folder = useSharedFolder();

/** The file and its journal, if there is one. */
function filesAt(path: string): (Buffer | undefined)[] {
  return [path, `${path}-journal`].map((file) => (existsSync(file) ? readFileSync(file) : undefined));
}

const named = (files: readonly KitFile[]) =>
  files.map((file) => [`format-${file.format}/${file.file}`, file] as const);

/** Opening looks at what is needed; a vault of format 1 is read whole, as it is converted. */
async function openWhole(path: string, password: string): Promise<void> {
  const vault = await openVaultAt(path, openerFor(password));
  await verifyWhole(vault).finally(() => vault.close());
}

/** Most files of the kit are variants of a few. */
const openers = new Map<string, ReturnType<typeof rememberingOpener>>();
function openerFor(password: string) {
  const opener = openers.get(password) ?? rememberingOpener(new Secret(password));
  openers.set(password, opener);
  return opener;
}

describe("good files open with what they hold, newest first", () => {
  test.each(named(goodKitFiles))("%s", async (_name, file) => {
    const vault = await openVaultAt(unpack(file, folder("good")), new Secret(file.password));
    const wallets = await vault.exportAll();
    await verifyWhole(vault);
    await vault.close();
    expect(wallets).toEqual(file.wallets as typeof wallets);
    expect(wallets.map(([, record]) => Object.keys(record))).toEqual(
      (file.wallets ?? []).map(([, record]) => Object.keys(record)),
    );
  });
});

describe("good files say by what wallets are found, what was removed, and their own past", () => {
  const saying = goodKitFiles.filter(({ says }) => says !== undefined);
  test.each(named(saying))("%s", async (_name, file) => {
    const vault = await openVaultAt(unpack(file, folder("saying")), openerFor(file.password));
    const all = await vault.directory.all();
    const removed = await vault.directory.removed();
    const byId = <Value>(ofWallet: (wallet: WalletDescription) => Value | null | undefined) =>
      Object.fromEntries(
        all.flatMap((wallet): [string, Value][] => {
          const value = ofWallet(wallet);
          return value === undefined || value === null ? [] : [[wallet.signatureId, value]];
        }),
      );
    expect<Said | undefined>({
      labels: byId(({ label }) => label),
      groups: byId(({ groups }) => groups),
      firstAddresses: byId(({ firstAddress }) => firstAddress),
      removed: removed.map(({ signatureId }) => signatureId),
      restoredAt: vault.restoredAt ?? 0,
    }).toEqual(file.says);
    expect(vault.lastBackup).toBeDefined();
    expect(await vault.directory.restore(removed[0]?.signatureId ?? "")).toBe(true);
    await vault.close();
  });
});

describe("bad files are refused with an error that names what is wrong, and are left as they are", () => {
  const refused = kitFiles.filter(({ expect }) => expect !== "ok");
  test.each(named(refused))("%s", async (_name, file) => {
    const path = unpack(file, folder("bad"));
    const before = filesAt(path);
    const outcome = await openWhole(path, file.password).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(KmsError);
    const { code, message } = outcome as KmsError;
    expect({ code, message }).toEqual({
      code: file.expect as KmsError["code"],
      message: expect.stringMatching(new RegExp(file.names ?? "")),
    });
    expect(filesAt(path)).toEqual(before);
    expect(existsSync(`${path}.format-1`)).toBe(false);
  });
});
