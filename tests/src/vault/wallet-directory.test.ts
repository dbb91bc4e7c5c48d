/** By what wallets are found: labels, groups, first addresses, and the index from them to the wallets. */
import { Database as Sqlite } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import type { Vault } from "../../../src/vault/vault.ts";
import { normalAddress } from "../../../src/vault/wallet-names.ts";
import type { WalletNames, WalletRecord } from "../../../src/vault/wallet-record.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshVault, reopen } from "./fresh-vault.ts";

const path = useTemporaryFolder();
const record: WalletRecord = { privateKey: "k", chain: "ETH", testnet: true };
const ADDRESS = "0xAbCdEf0123456789aBcDeF0123456789abcdef01";

async function vaultWith(...wallets: readonly (readonly [string, WalletNames?])[]): Promise<Vault> {
  const vault = await freshVault(path("vault"));
  await vault.add(wallets.map(([signatureId, names = {}]) => [signatureId, record, names] as const));
  return vault;
}

const idsOf = async (found: Promise<readonly { readonly signatureId: string }[]>) =>
  (await found).map(({ signatureId }) => signatureId);

test("a wallet is described without its secret, also after the vault was opened anew", async () => {
  const before = Date.now();
  await (await vaultWith(["id", { label: "Till", groups: ["shop"], firstAddress: ADDRESS }])).close();
  const vault = await reopen(path("vault"));
  const described = await vault.directory.get("id");
  expect(described).toEqual({
    signatureId: "id",
    chain: "ETH",
    testnet: true,
    kind: "private-key",
    label: "Till",
    groups: ["shop"],
    createdAt: expect.any(Number),
    firstAddress: ADDRESS,
  });
  expect(described?.createdAt).toBeGreaterThanOrEqual(before);
  expect(await vault.directory.all()).toEqual([described!]);
  expect(await vault.directory.get("other")).toBeUndefined();
  await vault.close();
});

test.each([
  [{ mnemonic: "m" }, "mnemonic"],
  [{ privateKey: "k" }, "private-key"],
  [{ secret: "s", address: "a" }, "secret"],
  [{ keyUri: "pkcs11:token=t", publicKey: "0".repeat(64) }, "token-key"],
  [{ more: 1 }, "other"],
] as const)("%o is of the kind %s", async (fields, kind) => {
  const vault = await freshVault(path("vault"));
  await vault.add([["id", fields]]);
  expect((await vault.directory.get("id"))?.kind).toBe(kind);
  await vault.close();
});

test("wallets are found by their first address and label in any of their spellings, and by nothing else", async () => {
  const vault = await vaultWith(
    ["a", { firstAddress: ADDRESS, label: "Till" }],
    ["b", { firstAddress: ADDRESS.toLowerCase() }],
    ["c", { firstAddress: "other" }],
    ["d", { firstAddress: null }],
    ["e"],
  );
  expect((await idsOf(vault.directory.find({ address: ` ${ADDRESS.toUpperCase()} ` }))).toSorted()).toEqual([
    "a",
    "b",
  ]);
  expect(await idsOf(vault.directory.find({ address: "OTHER" }))).toEqual(["c"]);
  expect(await idsOf(vault.directory.find({ label: " tILL" }))).toEqual(["a"]);
  expect(await idsOf(vault.directory.find({ address: "Till" }))).toEqual([]);
  expect(vault.directory.unindexed).toBe(1);
  await vault.close();
});

test.each([
  ["0xAB5801a7D398351b8bE11C439e05C5B3259aeC9B", "0xab5801a7d398351b8be11c439e05c5b3259aec9b"],
  ["xdcAB5801a7D398351b8bE11C439e05C5B3259aeC9B", "0xab5801a7d398351b8be11c439e05c5b3259aec9b"],
  ["ethereum:0xAB5801a7D398351b8bE11C439e05C5B3259aeC9B@1", "0xab5801a7d398351b8be11c439e05c5b3259aec9b"],
  ["BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
  ["bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
  ["bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"],
  ["\u00a01BoatSLRHtKNngkdXEeobR76b53LETtpyT\n", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
])("%s is looked for as %s", (text, expected) => {
  expect(normalAddress(text)).toBe(expected);
});

describe("what a wallet is found by changes", () => {
  test("as an edit says, and the record and the order stay", async () => {
    const vault = await vaultWith(["a", { label: "one", firstAddress: "x" }], ["b"]);
    const generation = vault.generation;
    await vault.directory.edit([
      { signatureId: "a", edit: ({ firstAddress }) => ({ label: "two", firstAddress }) },
      { signatureId: "b", edit: () => ({ groups: ["g"], firstAddress: "y" }) },
      { signatureId: "nobody", edit: () => ({ label: "z" }) },
    ]);
    expect(vault.generation).toBe(generation + 1);
    expect(await idsOf(vault.directory.find({ label: "one" }))).toEqual([]);
    expect(await idsOf(vault.directory.find({ label: "two" }))).toEqual(["a"]);
    expect(await idsOf(vault.directory.find({ address: "y" }))).toEqual(["b"]);
    expect(vault.directory.unindexed).toBe(0);
    expect(await idsOf(vault.wallets())).toEqual(["b", "a"]);
    expect(await vault.get("a")).toEqual(record);
    expect(await vault.verify()).toMatchObject({ wallets: 2 });
    await vault.close();
  });

  test("not at all when no edit changes anything", async () => {
    const vault = await vaultWith(["a"]);
    const generation = vault.generation;
    expect(await vault.directory.edit([{ signatureId: "a", edit: () => undefined }])).toBe(false);
    expect(vault.generation).toBe(generation);
    await vault.close();
  });

  test("and others who have the vault open follow without reading all wallets again", async () => {
    const vault = await vaultWith(["a"], ["b"], ["c"]);
    const other = await reopen(path("vault"));
    await other.wallets();
    await vault.directory.edit([{ signatureId: "a", edit: () => ({ label: "x" }) }]);
    await vault.directory.edit([{ signatureId: "a", edit: () => ({ label: "y" }) }]);
    // A row that does not open would end a reading of all.
    const database = new Sqlite(path("vault"));
    database.run(
      "UPDATE wallet SET sealed = zeroblob(600) WHERE generation = (SELECT min(generation) FROM wallet)",
    );
    database.close();
    expect(await other.refresh()).toBe(true);
    expect(await idsOf(other.wallets())).toEqual(["c", "b", "a"]);
    await other.close();
    await vault.close();
  });
});

test("a wallet that is removed is not found any more", async () => {
  const vault = await vaultWith(["a", { label: "x", firstAddress: "y" }], ["b"]);
  await vault.remove("a");
  expect(await idsOf(vault.directory.find({ address: "y" }))).toEqual([]);
  expect(await idsOf(vault.directory.find({ label: "x" }))).toEqual([]);
  expect(vault.directory.unindexed).toBe(1);
  await vault.verify();
  await vault.close();
});

test("a backup holds labels, groups and addresses", async () => {
  const vault = await vaultWith(["a", { label: "x", groups: ["g", "h"], firstAddress: "y" }]);
  await vault.backup(path("backup"));
  const backup = await reopen(path("backup"));
  expect(await backup.directory.find({ address: "y" })).toEqual(await vault.directory.all());
  await backup.close();
  await vault.close();
});

describe("a full check finds", () => {
  const damaged = async (statement: string): Promise<string> => {
    const vault = await vaultWith(["a", { label: "x", firstAddress: "y" }], ["b", { firstAddress: "z" }]);
    const database = new Sqlite(path("vault"));
    database.run(statement);
    database.close();
    const { message } = await caught(() => vault.verify());
    await vault.close();
    return message;
  };

  test.each([
    [
      "a row of the index that is gone",
      "DELETE FROM address WHERE address_key = (SELECT min(address_key) FROM address)",
    ],
    ["a row too many", "INSERT INTO address SELECT zeroblob(32), wallet_key FROM wallet LIMIT 1"],
    [
      "rows that name each other's wallet",
      "UPDATE address SET wallet_key = (SELECT w.wallet_key FROM wallet w WHERE w.wallet_key <> address.wallet_key)",
    ],
  ])("%s", async (_what, statement) => {
    expect(await damaged(statement)).toContain("index of addresses and labels");
  });

  test("no index that tells an address or a label", async () => {
    await (await vaultWith(["a", { label: "a label to look for", firstAddress: ADDRESS }])).close();
    const bytes = Buffer.from(await Bun.file(path("vault")).bytes()).toString("latin1");
    expect(bytes).not.toContain("a label to look for");
    expect(bytes.toLowerCase()).not.toContain(ADDRESS.toLowerCase());
  });
});

test("a row of the index that names another wallet is not believed", async () => {
  const vault = await vaultWith(["a", { firstAddress: "y" }], ["b", { firstAddress: "z" }]);
  const database = new Sqlite(path("vault"));
  database.run(
    "UPDATE address SET wallet_key = (SELECT w.wallet_key FROM wallet w WHERE w.wallet_key <> address.wallet_key)",
  );
  database.close();
  expect((await caught(() => vault.directory.find({ address: "y" }))).code).toBe("VAULT_CORRUPT");
  await vault.close();
});
