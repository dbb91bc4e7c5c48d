/** Labels and groups: what they may be, and that they change as they are told to. */
import { describe, expect, test } from "bun:test";
import { readApiKeyName } from "../../../src/api-key-name.ts";
import { giveApiKey, groupWallet, labelWallet, readGroups, readName } from "../../../src/wallets/names.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();

async function vaultWith(...signatureIds: readonly string[]) {
  const vault = await freshVault(path("vault"));
  await vault.add(
    signatureIds.map((signatureId) => [signatureId, { privateKey: "k", chain: "ETH" }] as const),
  );
  return vault;
}

test.each([
  ["till", "till"],
  ["  cold   store 2 ", "cold store 2"],
  ["Käse", "Ka\u0308se"],
  ["x".repeat(64), "x".repeat(64)],
])("%j is a label", (expected, typed) => {
  expect(readName("label", typed)).toBe(typed === "Ka\u0308se" ? "Käse" : readName("label", expected));
});

describe("no label is", () => {
  test.each([
    ["nothing", "  "],
    ["what is too long", "x".repeat(65)],
    ["several", "a,b"],
    ["what is not seen", "a\u200bb"],
    ["a signature ID", "1cb7aca6-f4c3-4e3a-9a61-1d7bd52c6dbf"],
  ])("%s", async (_what, typed) => {
    expect((await caught(() => readName("label", typed))).code).toBe("USAGE");
  });

  test.each([
    ["a mnemonic", "abandon abandon abandon abandon abandon abandon abandon abandon abandon"],
    ["a private key", "4".repeat(64)],
    ["a key in WIF", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"],
    ["a secret seed of Stellar", `S${"A".repeat(55)}`],
  ])("%s, which is not repeated", async (_what, typed) => {
    const error = await caught(() => readName("label", typed));
    expect(error.code).toBe("USAGE");
    expect(`${error.message} ${error.hint}`).not.toContain(typed);
  });
});

test("groups are separated by commas, one too many is forgiven", () => {
  expect(readGroups("shop, tills,,shop,")).toEqual(["shop", "tills"]);
});

test("a wallet is labelled, labelled anew and has no label any more", async () => {
  const vault = await vaultWith("a");
  const label = async () => (await vault.directory.get("a"))?.label;
  await groupWallet(vault, "a", { add: ["g"] });
  await labelWallet(vault, "a", "one");
  expect(await label()).toBe("one");
  await labelWallet(vault, "a", "One");
  expect(await label()).toBe("One");
  await labelWallet(vault, "a", undefined);
  expect(await vault.directory.get("a")).toMatchObject({ label: undefined, groups: ["g"] });
  await vault.close();
});

test("no two wallets have one label", async () => {
  const vault = await vaultWith("a", "b");
  await labelWallet(vault, "a", "till");
  const error = await caught(() => labelWallet(vault, "b", "TILL"));
  expect({ code: error.code, message: error.message }).toEqual({
    code: "WALLET_EXISTS",
    message: "The label TILL is that of wallet a.",
  });
  await vault.close();
});

test("a wallet joins groups and leaves them, and its label stays", async () => {
  const vault = await vaultWith("a");
  const groups = async () => (await vault.directory.get("a"))?.groups;
  await labelWallet(vault, "a", "till");
  await groupWallet(vault, "a", { add: ["x", "y"] });
  await groupWallet(vault, "a", { add: ["y", "z"] });
  expect(await groups()).toEqual(["x", "y", "z"]);
  await groupWallet(vault, "a", { remove: ["x", "nothing"] });
  expect(await groups()).toEqual(["y", "z"]);
  await groupWallet(vault, "a", { remove: ["y", "z"] });
  expect(await vault.directory.get("a")).toMatchObject({ label: "till", groups: undefined });
  const many = Array.from({ length: 17 }, (_, n) => `g${n}`);
  expect((await caught(() => groupWallet(vault, "a", { add: many }))).code).toBe("USAGE");
  await vault.verify();
  await vault.close();
});

describe("the API key of wallets", () => {
  test("changes for one of them or those of a group, whoever has the vault open, and what else is known stays", async () => {
    const vault = await vaultWith("a", "b", "c");
    const other = await reopen(path("vault"));
    expect(await other.signatureIds("ETH", "mainnet", "default")).toEqual(["c", "b", "a"]);
    await labelWallet(vault, "a", "till");
    for (const id of ["a", "b"]) await groupWallet(vault, id, { add: ["Shops"] });
    expect(await giveApiKey(vault, { group: "shops" }, "shop")).toBe(2);
    await giveApiKey(vault, { signatureId: "c" }, "till");
    await other.refresh();
    const idsOf = (apiKey?: string) => other.signatureIds("ETH", "mainnet", apiKey);
    expect(await idsOf("shop")).toEqual(["b", "a"]);
    expect(await idsOf("till")).toEqual(["c"]);
    expect(await idsOf("default")).toEqual([]);
    expect(await idsOf()).toEqual(["c", "b", "a"]);
    await labelWallet(vault, "a", "other");
    expect(await vault.directory.get("a")).toMatchObject({
      label: "other",
      groups: ["Shops"],
      apiKey: "shop",
    });
    await giveApiKey(vault, { signatureId: "a" }, undefined);
    expect(await vault.directory.get("a")).not.toHaveProperty("apiKey");
    expect((await caught(() => giveApiKey(vault, { group: "none" }, "shop"))).code).toBe("NO_SUCH_WALLET");
    expect(await vault.verify()).toMatchObject({ wallets: 3 });
    await other.close();
    await vault.close();
  });

  test("is kept while a wallet is removed", async () => {
    const vault = await vaultWith("a");
    await giveApiKey(vault, { signatureId: "a" }, "shop");
    await vault.remove("a", Date.now() + 60_000);
    await vault.directory.restore("a");
    expect(await vault.signatureIds("ETH", "mainnet", "shop")).toEqual(["a"]);
    await vault.close();
  });

  test.each([
    ["Shop", "shop"],
    [" 2 ", "2"],
    ["eu_west_1", "eu_west_1"],
  ])("has a name: %j is %s", (typed, name) => {
    expect(readApiKeyName(typed)).toBe(name);
  });

  test.each(["", "a-b", "x".repeat(33), "file", "shop_file", "t-0123456789abcdef0123-0123456789abcdef"])(
    "has no name that is none, which is not repeated: %j",
    async (typed) => {
      const { code, message } = await caught(() => readApiKeyName(typed));
      expect(code).toBe("USAGE");
      if (typed !== "" && typed !== "file") expect(message).not.toContain(typed);
    },
  );
});
