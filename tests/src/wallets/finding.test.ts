/** Wallets are found by whatever names one of them, and imported wallets get their first address later. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadChain, tickers } from "../../../chains/index.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import type { WalletNames, WalletRecord } from "../../../src/vault/wallet-record.ts";
import { addressesOf, findWallet, indexFirstAddresses } from "../../../src/wallets/finding.ts";
import {
  generateManagedWallet,
  generatePrivateKeyBatch,
  sayIfStored,
  storeManagedWallet,
} from "../../../src/wallets/managed-wallets.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault, reopen } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();
const record: WalletRecord = { privateKey: "k", chain: "ETH", testnet: true };
const ids = ["1cb7aca6-f4c3-4e3a-9a61-1d7bd52c6dbf", "1cb7ffff-f4c3-4e3a-9a61-1d7bd52c6dbf", "Odd ID"];

async function vaultWith(names: readonly WalletNames[] = []): Promise<Vault> {
  const vault = await freshVault(path("vault"));
  await vault.add(ids.map((signatureId, at) => [signatureId, record, names[at] ?? {}] as const));
  return vault;
}

describe("a wallet is meant by", () => {
  test.each([
    ["its signature ID", ids[0]!, 0, true],
    ["its signature ID in capitals, with blanks", ` ${ids[0]!.toUpperCase()}\n`, 0, true],
    ["a signature ID as it is", "Odd ID", 2, true],
    ["the beginning of its signature ID", "1CB7A", 0, false],
    ["its label", "the TILL", 1, false],
    ["its first address", "0XABCDEF0123456789ABCDEF0123456789ABCDEF01", 1, false],
  ])("%s", async (_what, typed, at, isExact) => {
    const firstAddress = "0xabcdef0123456789abcdef0123456789abcdef01";
    const vault = await vaultWith([{}, { label: "The till", firstAddress }]);
    const found = await findWallet(vault, typed);
    expect({ signatureId: found.wallet.signatureId, isExact: found.isExact }).toEqual({
      signatureId: ids[at]!,
      isExact,
    });
    await vault.close();
  });
});

describe("no wallet is taken", () => {
  const refused = async (typed: string, ...names: readonly WalletNames[]) => {
    const vault = await vaultWith(names);
    const error = await caught(() => findWallet(vault, typed));
    await vault.close();
    return error;
  };

  test("when several are meant, and they are named", async () => {
    const error = await refused("1cb7", { label: "till" });
    expect(error.code).toBe("USAGE");
    expect(error.hint).toContain(`${ids[1]}, ETH testnet; ${ids[0]} (till), ETH testnet`);
  });

  test("when an address is that of several", async () => {
    expect((await refused("same", { firstAddress: "same" }, { firstAddress: "same" })).code).toBe("USAGE");
  });

  test("when too little is given to mean one", async () => {
    expect((await refused("1cb")).code).toBe("NO_SUCH_WALLET");
  });

  test.each([
    ["tilk", "Did you mean till?"],
    ["1cb7aca6-f4c3-4e3a-9a61-1d7bd52c6dbe", "Did you mean 1cb7aca6-f4c3-4e3a-9a61-1d7bd52c6dbf?"],
  ])("for %s, but what is near is said", async (typed, hint) => {
    expect(await refused(typed, { label: "till" })).toMatchObject({ code: "NO_SUCH_WALLET", hint });
  });
});

describe("first addresses", () => {
  test("are found of new wallets of every chain, on both networks", async () => {
    const vault = await freshVault(path("vault"));
    for (const ticker of tickers) {
      const chain = (await loadChain(ticker))!;
      for (const network of ["mainnet", "testnet"] as const) {
        const { signatureId } = await generateManagedWallet(vault, { chain, network });
        const [first] = await addressesOf(vault, signatureId);
        const found = await vault.directory.find({ address: first!.address });
        expect([ticker, found.map((one) => one.signatureId)]).toEqual([ticker, [signatureId]]);
      }
    }
    expect(vault.directory.unindexed).toBe(0);
    await vault.close();
  }, 60_000);

  test("are those of the keys of a batch, which has numbered labels", async () => {
    const vault = await freshVault(path("vault"));
    const order = {
      chain: (await loadChain("ETH"))!,
      network: "testnet",
      label: "till",
      groups: ["shop"],
    } as const;
    const made: { signatureId: string; address: string }[] = [];
    await generatePrivateKeyBatch(vault, order, 3, (key) => made.push(key));
    for (const [at, { signatureId, address }] of made.entries())
      expect(await vault.directory.find({ address })).toMatchObject([
        { signatureId, label: `till-${at + 1}`, groups: ["shop"] },
      ]);
    const again = await caught(() => generatePrivateKeyBatch(vault, order, 5, (key) => made.push(key)));
    expect(again.code).toBe("WALLET_EXISTS");
    expect(made).toHaveLength(3);
    await vault.close();
  });

  test("are derived later for wallets without one, and go on where they were broken off", async () => {
    const vectors = (await Bun.file(join(import.meta.dir, "../../vectors/wallets/ETH.json")).json()) as {
      keys: { address: string; privateKey: string }[];
    }[];
    const keys = vectors.flatMap((vector) => vector.keys).slice(0, 4);
    const vault = await freshVault(path("vault"));
    await vault.add(keys.map(({ privateKey }, n) => [`id ${n}`, { privateKey, chain: "ETH" }] as const));
    await vault.add([
      ["broken", { privateKey: "not a key at all", chain: "ETH" }],
      ["foreign", { privateKey: "k", chain: "XTZ" }],
    ]);
    await vault.directory.edit([{ signatureId: "id 0", edit: () => ({ label: "kept" }) }]);
    const broken = indexFirstAddresses(vault, () => {
      throw new Error("broken off");
    });
    expect(await broken.catch((error: Error) => error.message)).toBe("broken off");
    await vault.close();
    const later = await reopen(path("vault"));
    expect(later.directory.unindexed).toBe(0);
    expect(await indexFirstAddresses(later)).toBe(0);
    for (const [n, { address }] of keys.entries())
      expect(await later.directory.find({ address })).toMatchObject([{ signatureId: `id ${n}` }]);
    expect((await later.directory.get("id 0"))?.label).toBe("kept");
    expect((await later.directory.get("broken"))?.firstAddress).toBeNull();
    expect((await later.directory.get("foreign"))?.firstAddress).toBeNull();
    await later.verify();
    await later.close();
  });
});

test("a wallet that is stored already is named before it is stored once more", async () => {
  const vault = await freshVault(path("vault"));
  const chain = (await loadChain("BTC"))!;
  const fields = chain.generateWallet("mainnet");
  const order = { chain, network: "mainnet", label: "cold" } as const;
  expect(await sayIfStored(vault, order, fields)).toBeUndefined();
  const { signatureId } = await storeManagedWallet(vault, order, fields);
  expect(await sayIfStored(vault, order, fields)).toContain(`${signatureId} (cold)`);
  expect(await sayIfStored(vault, { chain, network: "testnet" }, fields)).toBeUndefined();
  await vault.close();
});
