/** Which removed wallet is meant, how it comes back, and that one whose time is over goes by itself. */
import { expect, test } from "bun:test";
import type { Vault } from "../../../src/vault/vault.ts";
import { findWallet } from "../../../src/wallets/finding.ts";
import {
  endRemovedWallets,
  findRemoved,
  keepEndingRemoved,
  restoreRemoved,
} from "../../../src/wallets/removed.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const path = useTemporaryFolder();
const record = { privateKey: "k", chain: "ETH", testnet: true };
const later = () => Date.now() + 60_000;

async function vaultWithout(until = later()): Promise<Vault> {
  const vault = await freshVault(path("vault"));
  await vault.add([
    ["aaaa1111", record, { label: "Till" }],
    ["aaaa2222", record],
    ["bbbb", record],
  ]);
  for (const signatureId of ["aaaa1111", "aaaa2222"]) await vault.remove(signatureId, until);
  return vault;
}

test.each(["aaaa1111", "till ", " AAAA1"])("%p means one", async (typed) => {
  const vault = await vaultWithout();
  expect(await findRemoved(vault, typed)).toMatchObject({ signatureId: "aaaa1111", label: "Till" });
  await vault.close();
});

test("what means several or none is refused", async () => {
  const vault = await vaultWithout();
  const several = await caught(() => findRemoved(vault, "aaaa"));
  expect(several).toMatchObject({ code: "USAGE", hint: expect.stringContaining("aaaa1111 (Till)") });
  for (const typed of ["bbbb", "aaa", ""])
    expect((await caught(() => findRemoved(vault, typed))).code).toBe("NO_SUCH_WALLET");
  await vault.close();
});

test("who looks for it among the wallets is told that it can be restored", async () => {
  const vault = await vaultWithout();
  const { code, hint } = await caught(() => findWallet(vault, "Till"));
  expect({ code, hint }).toEqual({
    code: "NO_SUCH_WALLET",
    hint: "It was removed; tatum-kms wallet restore aaaa1111 brings it back.",
  });
  await vault.close();
});

test("it comes back without a label that another wallet has taken", async () => {
  const vault = await vaultWithout();
  await vault.add([["other", record, { label: "till" }]]);
  expect(await restoreRemoved(vault, await findRemoved(vault, "aaaa1111"))).toBe(false);
  expect((await vault.directory.get("aaaa1111"))?.label).toBeUndefined();
  expect(await restoreRemoved(vault, await findRemoved(vault, "aaaa2222"))).toBe(true);
  await vault.verify();
  await vault.close();
});

test("its time over, it is gone with the next command, and while the daemon runs", async () => {
  const vault = await vaultWithout(Date.now() - 1);
  const before = vault.generation;
  await endRemovedWallets(vault);
  expect(vault.generation).toBe(before + 1);
  await endRemovedWallets(vault);
  expect(vault.generation).toBe(before + 1);
  await vault.remove("bbbb", Date.now() - 1);
  const end = keepEndingRemoved(vault, 5);
  while (vault.generation < before + 3) await Bun.sleep(5);
  end();
  await vault.close();
});
