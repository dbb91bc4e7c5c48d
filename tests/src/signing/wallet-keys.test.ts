import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Worker } from "node:worker_threads";
import type { Chain } from "../../../chains/chain.ts";
import { loadChain } from "../../../chains/index.ts";
import type { SigningKey } from "../../../chains/signing-key.ts";
import { SigningThread } from "../../../src/signing/signing-thread.ts";
import { type KnownWallet, WalletKeys } from "../../../src/signing/wallet-keys.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { freshVault } from "../vault/fresh-vault.ts";

const inFolder = useTemporaryFolder();
const bitcoin = (await loadChain("BTC")) as Chain;
const mnemonic = `${"abandon ".repeat(11)}about`;
const digest = new Uint8Array(32).fill(7);

let vault: Vault;
/** How often a key was derived. */
let derived: number;
const chain: Chain = {
  ...bitcoin,
  derivePrivateKey: (...words) => {
    derived += 1;
    return bitcoin.derivePrivateKey(...words);
  },
};

beforeEach(async () => {
  derived = 0;
  vault = await freshVault(inFolder("vault"));
  for (const id of ["one", "two"])
    await vault.add([[id, { ...bitcoin.restoreWallet(mnemonic, "testnet"), chain: "BTC", testnet: true }]]);
});
afterEach(() => vault.close());

async function walletOf(keys: WalletKeys, id: string): Promise<KnownWallet> {
  return (await keys.find(id)) as KnownWallet;
}

async function publicKey(keys: WalletKeys, id: string, index: number): Promise<string> {
  const place = { chain, wallet: await walletOf(keys, id), index };
  return keys.with(place, (key) => Buffer.from(key.publicKey).toString("hex"));
}

describe("the keys of a wallet", () => {
  test("are derived once for each index, and are those of the chain", async () => {
    const keys = new WalletKeys(vault);
    const first = await publicKey(keys, "one", 0);
    const second = await publicKey(keys, "one", 1);
    expect(await publicKey(keys, "one", 0)).toBe(first);
    expect(await publicKey(keys, "one", 1)).toBe(second);
    expect(first).not.toBe(second);
    expect(derived).toBe(2);
    const text = bitcoin.derivePrivateKey({ mnemonic }, 1, "testnet");
    expect(second).toBe(Buffer.from(bitcoin.parsePrivateKey(text, "testnet").key.publicKey).toString("hex"));
  });

  test("leave when there are too many, the wallet that was used longest ago first, and sign no more", async () => {
    const keys = new WalletKeys(vault, undefined, 2);
    const wallet = await walletOf(keys, "one");
    const held: SigningKey[] = [];
    await keys.with({ chain, wallet, index: 0 }, (key) => void held.push(key));
    await publicKey(keys, "two", 0);
    await publicKey(keys, "two", 1);
    await expect(held[0]?.sign(digest)).rejects.toThrow();
    const before = derived;
    await publicKey(keys, "one", 0);
    expect(derived).toBe(before + 1);
  });

  test("are overwritten at the end", async () => {
    const keys = new WalletKeys(vault);
    const held: SigningKey[] = [];
    await keys.with({ chain, wallet: await walletOf(keys, "one"), index: 0 }, (key) => void held.push(key));
    await expect(held[0]?.sign(digest)).resolves.toHaveLength(64);
    keys.wipe();
    await expect(held[0]?.sign(digest)).rejects.toThrow();
  });

  test("are not used for a wallet that was removed, or replaced under its signature id", async () => {
    const keys = new WalletKeys(vault);
    const wallet = await walletOf(keys, "one");
    const first = await publicKey(keys, "one", 0);
    await vault.remove("one");
    expect(await keys.isStillThere(wallet)).toBe(false);
    expect(await keys.find("one")).toBeUndefined();
    const other = bitcoin.generateWallet("testnet");
    await vault.add([["one", { ...other, chain: "BTC", testnet: true }]]);
    expect(await keys.isStillThere(wallet)).toBe(false);
    expect(await publicKey(keys, "one", 0)).not.toBe(first);
    await expect(keys.with({ chain, wallet, index: 0 }, () => undefined)).rejects.toThrow(
      "Wallet one was replaced in the vault before it signed.",
    );
  });
});

describe("a signature that a second thread fails at", () => {
  /** A thread that takes orders and answers none of them. */
  const silent = (shared: SharedArrayBuffer): Worker => {
    const script = `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => undefined); parentPort.postMessage("ready");`;
    return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData: shared });
  };

  /** Has it sign again and again until the thread took one of them and failed. @param onFailure what happens at that moment */
  async function signUntilFailure(
    onFailure: () => Promise<unknown>,
  ): Promise<PromiseSettledResult<Uint8Array>[]> {
    const failed = Promise.withResolvers<unknown>();
    const thread = new SigningThread({
      ...{ cores: 2, begin: silent, patience: 100 },
      onFailure: () => failed.resolve(onFailure()),
    });
    const keys = new WalletKeys(vault, thread);
    const place = { chain, wallet: await walletOf(keys, "one"), index: 0 };
    const signings: Promise<Uint8Array>[] = [];
    const isOver = failed.promise.then(() => true);
    do signings.push(keys.sign(place, "sign", digest));
    while (!(await Promise.race([isOver, Bun.sleep(1).then(() => false)])));
    const ends = await Promise.allSettled(signings);
    keys.wipe();
    return ends;
  }

  test("is made here, with the same bytes as all others", async () => {
    const ends = await signUntilFailure(async () => undefined);
    const text = bitcoin.derivePrivateKey({ mnemonic }, 0, "testnet");
    const value = await bitcoin.parsePrivateKey(text, "testnet").key.sign(digest);
    expect(
      ends.every((end) => end.status === "fulfilled" && Buffer.from(end.value).equals(value)),
    ).toBeTrue();
  });

  test("is not made when the wallet was removed meanwhile", async () => {
    const ends = await signUntilFailure(() => vault.remove("one"));
    const refused = ends.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { code: "MISSING_KEY" } });
  });
});
