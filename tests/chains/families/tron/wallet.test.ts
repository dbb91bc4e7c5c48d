import { describe, expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import { tron } from "../../../../chains/tron.ts";
import { OWNER, PRIVATE_KEY } from "./node-transaction.ts";

const MNEMONIC = "noise switch impose quantum undo arrive prefer junk plug stomach sweet program";

describe("a TRON wallet", () => {
  test("is made anew with 24 words and an xpub", () => {
    const wallet = tron.generateWallet("mainnet");
    expect(Object.keys(wallet)).toEqual(["mnemonic", "xpub"]);
    expect(wallet.mnemonic!.split(" ")).toHaveLength(24);
    expect(tron.restoreWallet(wallet.mnemonic!, "testnet")).toEqual(wallet);
  });

  test("is not restored from words that are no mnemonic", () => {
    expect(() => tron.restoreWallet(`${MNEMONIC} abandon`, "mainnet")).toThrow("Not a BIP-39 mnemonic");
  });

  test("may hold its xpub as hex of public key and chain code", () => {
    const { xpub = "" } = tron.restoreWallet(MNEMONIC, "mainnet");
    const { publicKey, chainCode } = HDKey.fromExtendedKey(xpub);
    const hex = Buffer.concat([publicKey!, chainCode!]).toString("hex");
    expect(tron.deriveAddress({ xpub: hex }, 5, "mainnet")).toBe(tron.deriveAddress({ xpub }, 5, "mainnet"));
  });

  test.each(["x", "00".repeat(65), `02${"ff".repeat(64)}`])("has no other form of xpub: %s", (xpub) => {
    expect(() => tron.deriveAddress({ xpub }, 0, "mainnet")).toThrow(/xpub/);
  });

  test.each([-1, 2 ** 31, 1.5])("has no index %d", (index) => {
    expect(() => tron.deriveAddress({ mnemonic: MNEMONIC }, index, "mainnet")).toThrow("Derivation index");
  });

  test("of one key has that key and its address at every index", () => {
    const wallet = { privateKey: `0x${PRIVATE_KEY}` };
    expect(tron.deriveAddress(wallet, 7, "mainnet")).toBe(OWNER);
    expect(tron.derivePrivateKey(wallet, 7, "mainnet")).toBe(PRIVATE_KEY);
  });

  test("without any key gives none", () => {
    expect(() => tron.derivePrivateKey({}, 0, "mainnet")).toThrow("neither a mnemonic nor a private key");
  });
});

describe("a TRON private key", () => {
  test.each([PRIVATE_KEY, `0x${PRIVATE_KEY}`, ` ${PRIVATE_KEY.toUpperCase()}\n`])(
    "is read from %j",
    (text) => {
      expect(tron.parsePrivateKey(text, "mainnet").address).toBe(OWNER);
    },
  );

  test.each(["", "00".repeat(32), "ff".repeat(32), PRIVATE_KEY.slice(1), `${PRIVATE_KEY}00`])(
    "is not read from %j, which no message repeats",
    (text) => {
      const read = () => tron.parsePrivateKey(text, "mainnet");
      expect(read).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
      expect(read).not.toThrow(text === "" ? "\0" : text);
    },
  );
});
