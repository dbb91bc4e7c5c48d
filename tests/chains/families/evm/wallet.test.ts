import { describe, expect, test } from "bun:test";
import { ethereum } from "../../../../chains/eth.ts";
import { PRIVATE_KEY, SENDER } from "./evm-requests.ts";

describe("a new EVM wallet", () => {
  test("has an xpub and a mnemonic of 24 words, and can be restored from it", () => {
    const wallet = ethereum.generateWallet("mainnet");
    expect(Object.keys(wallet)).toEqual(["xpub", "mnemonic"]);
    expect(wallet.mnemonic!.split(" ")).toHaveLength(24);
    expect(ethereum.restoreWallet(wallet.mnemonic!, "mainnet")).toEqual(wallet);
    expect(ethereum.restoreWallet(wallet.mnemonic!, "testnet").xpub).not.toBe(wallet.xpub!);
  });

  test("is another one each time", () => {
    expect(ethereum.generateWallet("mainnet")).not.toEqual(ethereum.generateWallet("mainnet"));
  });
});

test("words that are no mnemonic make no EVM wallet", () => {
  expect(() => ethereum.restoreWallet("abandon abandon abandon", "mainnet")).toThrow("mnemonic");
});

test.each([-1, 1.5, 2 ** 31])("derivation index %d of an EVM wallet is refused", (index) => {
  const wallet = ethereum.generateWallet("mainnet");
  expect(() => ethereum.deriveAddress(wallet, index, "mainnet")).toThrow(String(index));
  expect(() => ethereum.derivePrivateKey(wallet, index, "mainnet")).toThrow(String(index));
});

test("an EVM wallet without any key is refused", () => {
  expect(() => ethereum.deriveAddress({}, 0, "mainnet")).toThrow("neither a mnemonic nor a private key");
  expect(() => ethereum.derivePrivateKey({}, 0, "mainnet")).toThrow("neither a mnemonic nor a private key");
});

test("a wallet with a mnemonic and a private key derives from the mnemonic", () => {
  const wallet = ethereum.generateWallet("mainnet");
  const both = { ...wallet, privateKey: PRIVATE_KEY };
  expect(ethereum.deriveAddress(both, 3, "mainnet")).toBe(ethereum.deriveAddress(wallet, 3, "mainnet"));
  expect(ethereum.derivePrivateKey(both, 3, "mainnet")).toBe(ethereum.derivePrivateKey(wallet, 3, "mainnet"));
});

describe("a private key of the EVM", () => {
  const digits = PRIVATE_KEY.slice(2);

  test.each([PRIVATE_KEY, digits, ` ${PRIVATE_KEY}\n`, `0X${digits}`])("is read from %j", (text) => {
    expect(ethereum.parsePrivateKey(text, "mainnet").address).toBe(SENDER);
    expect(ethereum.derivePrivateKey({ privateKey: text }, 5, "mainnet")).toBe(PRIVATE_KEY);
  });

  const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  test.each([
    ["a digit too few", digits.slice(1), "Private key must be 32 bytes long"],
    ["a digit too many", `${digits}0`, "Private key must be 32 bytes long"],
    ["nothing", "", "Private key must be 32 bytes long"],
    ["a digit that is none", `g${digits.slice(1)}`, "64 hex digits"],
    ["zero", "0".repeat(64), "not a valid number"],
    ["the order of the curve", order, "not a valid number"],
  ])("is refused with %s, and not shown", (_, text, message) => {
    const parse = () => ethereum.parsePrivateKey(text, "mainnet");
    expect(parse).toThrow(message);
    if (text !== "") expect(parse).not.toThrow(text);
  });
});
