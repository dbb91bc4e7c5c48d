import { describe, expect, test } from "bun:test";
import { bitcoinCash } from "../../../../chains/bch.ts";
import { bitcoin } from "../../../../chains/btc.ts";
import { dogecoin } from "../../../../chains/doge.ts";
import { ChainError } from "../../../../chains/error.ts";
import { litecoin } from "../../../../chains/ltc.ts";

const ABANDON = `${"abandon ".repeat(11)}about`;

describe.each([bitcoin, litecoin, dogecoin, bitcoinCash])("a wallet of $facts.ticker", (chain) => {
  test("is made of a new mnemonic and shows the mnemonic first", () => {
    const wallet = chain.generateWallet("mainnet");
    expect(Object.keys(wallet)).toEqual(["mnemonic", "xpub"]);
    expect(chain.restoreWallet(wallet.mnemonic!, "mainnet")).toEqual(wallet);
    expect(chain.generateWallet("mainnet").mnemonic).not.toBe(wallet.mnemonic!);
  });

  test("differs between the networks", () => {
    expect(chain.restoreWallet(ABANDON, "mainnet").xpub).not.toBe(
      chain.restoreWallet(ABANDON, "testnet").xpub!,
    );
  });

  test("is not restored from words that are no mnemonic", () => {
    expect(() => chain.restoreWallet("zoo zoo zoo", "mainnet")).toThrow(ChainError);
  });

  test("that was stored with words that are no mnemonic keeps its keys", () => {
    const stored = { mnemonic: "zoo zoo zoo" };
    const privateKey = chain.derivePrivateKey(stored, 3, "mainnet");
    expect(chain.parsePrivateKey(privateKey, "mainnet").address).toBe(
      chain.deriveAddress(stored, 3, "mainnet"),
    );
  });

  test("trusts its mnemonic when another xpub stands beside it", () => {
    const { xpub } = chain.generateWallet("mainnet");
    const odd = { mnemonic: ABANDON, xpub: xpub! };
    expect(chain.deriveAddress(odd, 0, "mainnet")).toBe(
      chain.deriveAddress({ mnemonic: ABANDON }, 0, "mainnet"),
    );
  });

  test("that is one key has one address and that key, whatever the index", () => {
    const privateKey = chain.derivePrivateKey({ mnemonic: ABANDON }, 0, "testnet");
    expect(chain.derivePrivateKey({ privateKey }, 5, "testnet")).toBe(privateKey);
    expect(chain.deriveAddress({ privateKey }, 5, "testnet")).toBe(
      chain.deriveAddress({ mnemonic: ABANDON }, 0, "testnet"),
    );
  });

  test("that is an xpub only has addresses but no keys", () => {
    const { xpub } = chain.restoreWallet(ABANDON, "mainnet");
    expect(chain.deriveAddress({ xpub: xpub! }, 1, "mainnet")).not.toBeEmpty();
    expect(() => chain.derivePrivateKey({ xpub: xpub! }, 1, "mainnet")).toThrow(ChainError);
  });

  test("that holds nothing is refused", () => {
    expect(() => chain.deriveAddress({}, 0, "mainnet")).toThrow(ChainError);
    expect(() => chain.derivePrivateKey({}, 0, "mainnet")).toThrow(ChainError);
  });

  test("has no index 2^31", () => {
    expect(() => chain.deriveAddress({ mnemonic: ABANDON }, 2 ** 31, "mainnet")).toThrow(ChainError);
    expect(() => chain.derivePrivateKey({ mnemonic: ABANDON }, 2 ** 31, "mainnet")).toThrow(ChainError);
  });
});
