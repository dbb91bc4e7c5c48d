import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { Secret } from "../../../providers/secret.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "./caught.ts";
import { freshPassword, freshVault, reopen } from "./fresh-vault.ts";
import { createVaultAt, openVaultAt } from "./vault-at.ts";

const path = useTemporaryFolder();
const fresh = () => freshVault(path("vault"));
const create = () => createVaultAt(path("vault"), freshPassword);

const ethereum = { privateKey: "0x01", chain: "ETH", testnet: true };
const bitcoin = {
  mnemonic: "test junk",
  xpub: "tpub",
  chain: "BTC",
  testnet: false,
};

describe("a new vault", () => {
  test("is a file of mode 0600 in a directory of mode 0700, and nothing else", async () => {
    const vault = await createVaultAt(path("a", "b", "vault"), freshPassword);
    await vault.close();
    expect(statSync(path("a")).mode & 0o777).toBe(0o700);
    expect(statSync(path("a", "b")).mode & 0o777).toBe(0o700);
    expect(statSync(path("a", "b", "vault")).mode & 0o777).toBe(0o600);
    expect(readdirSync(path("a", "b"))).toEqual(["vault"]);
  });

  test("holds no wallets and has generation 1", async () => {
    const vault = await create();
    expect([vault.generation, await vault.wallets(), await vault.exportAll()]).toEqual([1, [], []]);
    await vault.close();
  });

  test("does not replace a file, not even an empty one", async () => {
    writeFileSync(path("vault"), "");
    expect((await caught(create)).code).toBe("FILE_EXISTS");
    expect(statSync(path("vault")).size).toBe(0);
  });

  test("needs a password", async () => {
    expect((await caught(() => createVaultAt(path("vault"), new Secret("")))).code).toBe("INVALID_INPUT");
    expect(existsSync(path("vault"))).toBe(false);
  });

  test("is not made where everybody could replace it", async () => {
    Bun.spawnSync(["chmod", "777", path()]);
    expect((await caught(create)).code).toBe("VAULT_PERMISSIONS");
    expect(readdirSync(path())).toEqual([]);
  });
});

describe("wallets of a vault", () => {
  test("are there after the vault was closed, with all their fields in order, newest first", async () => {
    const vault = await fresh();
    await vault.add([["first", ethereum]]);
    await vault.add([
      ["second", bitcoin],
      ["third", { odd: [1n, null], testnet: "no" }],
    ]);
    await vault.close();
    const reopened = await reopen(path("vault"));
    expect(await reopened.wallets()).toEqual([
      { signatureId: "third", chain: undefined, testnet: undefined },
      { signatureId: "second", chain: "BTC", testnet: false },
      { signatureId: "first", chain: "ETH", testnet: true },
    ]);
    expect(await reopened.exportAll()).toEqual([
      ["third", { odd: [1, null], testnet: "no" }],
      ["second", bitcoin],
      ["first", ethereum],
    ]);
    expect(Object.keys((await reopened.get("second")) ?? {})).toEqual(Object.keys(bitcoin));
    expect(await reopened.get("fourth")).toBeUndefined();
    await reopened.close();
  });

  test("are added all or none, and no signature ID twice", async () => {
    const vault = await fresh();
    await vault.add([["first", ethereum]]);
    for (const twice of ["first", "second"]) {
      const error = await caught(() =>
        vault.add([
          ["second", bitcoin],
          [twice, bitcoin],
        ]),
      );
      expect([error.code, error.message]).toEqual(["WALLET_EXISTS", expect.stringContaining(twice)]);
    }
    expect((await vault.wallets()).map(({ signatureId }) => signatureId)).toEqual(["first"]);
    expect(await vault.verify()).toEqual({
      generation: 2,
      wallets: 1,
      keySlots: 1,
    });
    await vault.close();
  });

  test("are removed for good", async () => {
    const vault = await fresh();
    await vault.add([
      ["first", ethereum],
      ["second", bitcoin],
    ]);
    expect([await vault.remove("first"), await vault.remove("first"), await vault.remove("third")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await vault.get("first")).toBeUndefined();
    await vault.add([["first", bitcoin]]);
    expect((await vault.exportAll()).map(([signatureId]) => signatureId)).toEqual(["first", "second"]);
    expect(await vault.verify()).toMatchObject({ generation: 4, wallets: 2 });
    await vault.close();
  });

  test("may be added and removed at the same time", async () => {
    const vault = await fresh();
    const ids = Array.from({ length: 30 }, (_, n) => `id ${n}`);
    await Promise.all(ids.map((id) => vault.add([[id, ethereum]])));
    await Promise.all(ids.slice(0, 15).flatMap((id) => [vault.remove(id), vault.get(id)]));
    expect((await vault.wallets()).map(({ signatureId }) => signatureId)).toEqual(ids.slice(15).reverse());
    expect(await vault.verify()).toEqual({
      generation: 46,
      wallets: 15,
      keySlots: 1,
    });
    await vault.close();
  });

  test("leave nothing of themselves readable in the file", async () => {
    const vault = await fresh();
    await vault.add([["a-signature-id", bitcoin]]);
    await vault.close();
    const bytes = readFileSync(path("vault")).toString("latin1");
    for (const text of ["a-signature-id", "BTC", "tpub", "test junk", "mnemonic", "a password"]) {
      expect(bytes).not.toContain(text);
    }
  });
});

describe("the password of a vault", () => {
  test("has to be right", async () => {
    await (await fresh()).close();
    const error = await caught(() => openVaultAt(path("vault"), new Secret("A password")));
    expect([error.code, error.message, error.exitStatus]).toEqual(["WRONG_PASSWORD", "Wrong password.", 77]);
  });

  test("can be changed: the old one fails, the new one opens, the wallets stay", async () => {
    const vault = await fresh();
    await vault.add([["first", ethereum]]);
    await vault.changePassword(new Secret("Ne\u0301w"));
    expect((await vault.status()).slots).toMatchObject([{ slotId: 2, kind: "password" }]);
    expect(await vault.get("first")).toEqual(ethereum);
    await vault.close();
    expect((await caught(() => openVaultAt(path("vault"), freshPassword))).code).toBe("WRONG_PASSWORD");
    const reopened = await openVaultAt(path("vault"), new Secret("N\u00e9w"));
    expect(await reopened.get("first")).toEqual(ethereum);
    expect(await reopened.verify()).toEqual({
      generation: 3,
      wallets: 1,
      keySlots: 1,
    });
    await reopened.close();
  });
});

test("the status tells about the file, not about the wallets", async () => {
  const vault = await fresh();
  await vault.add([["first", ethereum]]);
  const status = await vault.status();
  await vault.close();
  expect(status).toEqual({
    path: path("vault"),
    format: 2,
    vaultId: expect.stringMatching(/^[0-9a-f]{32}$/),
    fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
    generation: 2,
    wallets: 1,
    slots: [
      {
        slotId: 1,
        kind: "password",
        parameters: expect.objectContaining({ algorithm: "argon2id" }),
      },
    ],
    size: statSync(path("vault")).size,
  });
});

describe("rows of other tables", () => {
  const id = Buffer.from("row");
  const text = Buffer.from("text");

  test("are sealed by the vault and open in it only", async () => {
    const vault = await fresh();
    const other = await createVaultAt(path("other"), freshPassword);
    const sealed = vault.seal("job/seen/0", id, text);
    expect(Buffer.from(vault.open("job/seen/0", id, sealed))).toEqual(text);
    for (const wrong of [
      () => vault.open("job/seen/1", id, sealed),
      () => vault.open("job/seen/0", Buffer.from("Row"), sealed),
      () => other.open("job/seen/0", id, sealed),
    ]) {
      expect((await caught(wrong)).code).toBe("VAULT_CORRUPT");
    }
    expect(vault.keyedHash("job", text)).not.toEqual(other.keyedHash("job", text));
    await vault.close();
    await other.close();
  });

  test("cannot be sealed or hashed as the vault's own", async () => {
    const vault = await fresh();
    expect(() => vault.seal("wallet", id, text)).toThrow(RangeError);
    expect(() => vault.open("manifest", id, text)).toThrow(RangeError);
    expect(() => vault.keyedHash("wallet-digest", text)).toThrow(RangeError);
    await vault.close();
  });
});

test("a closed vault does nothing more", async () => {
  const vault = await fresh();
  await vault.close();
  for (const use of [
    () => vault.get("first"),
    () => vault.add([["first", ethereum]]),
    () => vault.refresh(),
    () => vault.seal("job", Buffer.from("x"), Buffer.from("y")),
  ]) {
    expect((await caught(use)).code).toBe("INTERNAL");
  }
});

test("an open vault does not print what is in it", async () => {
  const vault = await fresh();
  await vault.add([["first", ethereum]]);
  for (const printed of [
    inspect(vault, { depth: 9, showHidden: true }),
    Bun.inspect(vault),
    JSON.stringify(vault),
  ]) {
    expect(printed.replaceAll('"', "")).toBe(`[vault ${path("vault")}]`);
  }
  await vault.close();
});

test("a vault whose file was replaced while it was open is not used further", async () => {
  const vault = await fresh();
  await (await freshVault(path("other"))).close();
  renameSync(path("other"), path("vault"));
  const error = await caught(() => vault.add([["first", ethereum]]));
  expect([error.code, error.message]).toEqual([
    "VAULT_CORRUPT",
    expect.stringContaining("replaced while it was open"),
  ]);
  await vault.close();
});
