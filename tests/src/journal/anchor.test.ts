import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { assertAnchored, checkAnchor, keepAnchor } from "../../../src/journal/anchor.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalScope } from "../../../src/journal/records.ts";
import { restoreVault } from "../../../src/journal/restore.ts";
import { backUpWhole } from "../../../src/journal/whole-vault.ts";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

// On a busy machine.
setDefaultTimeout(30_000);

const path = useTemporaryFolder();
const SCOPE: JournalScope = { chain: "ETH", network: "testnet" };
let vault: Vault;
let told: string[];

const anchor = () => path("anchor");
const keep = () => keepAnchor(vault, anchor(), (text) => told.push(text));
const read = () => JSON.parse(readFileSync(anchor(), "utf8"));

async function see(id: string, scope = SCOPE): Promise<void> {
  const journal = new Journal(vault, scope);
  const transaction = { id, chain: scope.chain, serializedTransaction: "{}", hashes: [], signatures: [] };
  await journal.move(journal.begin(transaction, "digest"), "seen");
}

/** The vault is closed and a copy put in its place, as a person does it. */
async function putBack(file: string): Promise<void> {
  await vault.close();
  copyFileSync(file, path("vault"));
  vault = await reopen(path("vault"));
}

beforeEach(async () => {
  told = [];
  vault = await freshVault(path("vault"));
  await see("first");
  await keep();
});
afterEach(() => vault.close());

test("the first use makes it, with mode 0600, and says so", () => {
  expect(told).toEqual([expect.stringContaining("There is no anchor")]);
  expect(statSync(anchor()).mode & 0o777).toBe(0o600);
  expect(read()).toMatchObject({ generation: 2, journals: { "testnet ETH": [1, expect.any(String)] } });
});

test("it follows every change of the journals and of the vault", async () => {
  await see("second");
  await see("other", { chain: "BTC", network: "mainnet" });
  await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: true }]]);
  expect(read()).toMatchObject({
    generation: 4,
    journals: { "testnet ETH": [2, expect.any(String)], "mainnet BTC": [1, expect.any(String)] },
  });
  expect(await checkAnchor(vault, anchor())).toEqual({ kind: "agrees" });
});

test("changes at the same time share it, and each is in it when it is over", async () => {
  const counted = async (number: number) => {
    await see(`job ${number}`);
    return read().journals["testnet ETH"][0] as number;
  };
  const counters = await Promise.all(Array.from({ length: 30 }, (_, number) => counted(number)));
  expect(Math.max(...counters)).toBe(31);
  for (const counter of counters) expect(counter).toBeGreaterThan(1);
});

describe("an older copy that was put in the vault's place while nothing ran", () => {
  beforeEach(async () => {
    copyFileSync(path("vault"), path("copy"));
    await see("second");
    await putBack(path("copy"));
  });

  test("keeps a daemon from starting, in words", async () => {
    const failure = await caught(() => assertAnchored(vault, anchor()));
    expect(failure).toMatchObject({ code: "ROLLED_BACK" });
    expect(failure.message).toContain("the journal of testnet ETH had come to 2 changes, the vault has 1");
    expect(failure.hint).toContain("vault restore");
  });

  test("is told to a command, and its changes leave the anchor as it is", async () => {
    const before = readFileSync(anchor(), "utf8");
    told = [];
    await keep();
    await see("third");
    expect(told.join()).toContain("is older than its anchor");
    expect(readFileSync(anchor(), "utf8")).toBe(before);
  });

  test("is noticed as another branch when it came as far in another way", async () => {
    await see("another one");
    const failure = await caught(() => assertAnchored(vault, anchor()));
    expect(failure.message).toContain("is another one after 2 changes");
  });

  test("is taken over by vault restore, and the anchor begins anew", async () => {
    await restoreVault(vault, {
      path: path("vault"),
      place: sqliteFile(path("vault")),
      confirmUnreadable: async () => undefined,
    });
    await vault.close();
    vault = await reopen(path("vault"));
    told = [];
    expect(await assertAnchored(vault, anchor())).toMatchObject({ kind: "ahead" });
    await keep();
    expect(told.join()).toContain("which was restored; it begins anew");
    expect(await checkAnchor(vault, anchor())).toEqual({ kind: "agrees" });
  });
});

test("a backup that is put back without vault restore is noticed too", async () => {
  await backUpWhole(vault, path("backup"));
  await vault.add([["id", { privateKey: "k", chain: "ETH", testnet: true }]]);
  await putBack(path("backup"));
  expect((await caught(() => assertAnchored(vault, anchor()))).message).toContain("its manifest");
});

test("an anchor that is behind, as after a crash, is told and brought up to date", async () => {
  copyFileSync(anchor(), path("older"));
  await see("second");
  copyFileSync(path("older"), anchor());
  told = [];
  await keep();
  expect(told).toEqual([expect.stringContaining("is behind the vault")]);
  expect(await checkAnchor(vault, anchor())).toEqual({ kind: "agrees" });
});

describe("an anchor is refused, and left as it is:", () => {
  test.each([
    ["damaged", (text: string) => text.slice(0, -20), /is damaged/],
    ["forged", (text: string) => text.replace('"generation":2', '"generation":1'), /has not the vault's key/],
    [
      "of another vault",
      (text: string) => text.replace(/"vaultId":"../, '"vaultId":"zz'),
      /of another vault/,
    ],
    ["larger than any", (text: string) => text + " ".repeat(70_000), /is no anchor/],
  ])("%s", async (_, change, message) => {
    const changed = change(readFileSync(anchor(), "utf8"));
    writeFileSync(anchor(), changed);
    for (const attempt of [keep, () => assertAnchored(vault, anchor())])
      expect(await caught(attempt)).toMatchObject({
        code: "CONFIGURATION",
        message: expect.stringMatching(message),
      });
    expect(readFileSync(anchor(), "utf8")).toBe(changed);
  });
});

test("while it cannot be written a change of the journal fails, so that nothing leaves", async () => {
  const other = await reopen(path("vault"));
  const missing = path("nowhere/anchor");
  expect(await caught(() => keepAnchor(other, missing, () => undefined))).toMatchObject({
    code: "CANNOT_WRITE",
  });
  expect(existsSync(missing)).toBe(false);
  await other.close();
  writeFileSync(anchor(), "gone bad");
  expect(await caught(() => see("second"))).toMatchObject({ code: "CONFIGURATION" });
});
