import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { ChainError } from "../../../../chains/error.ts";
import { parseAddress } from "../../../../chains/families/bitcoin-cash/address.ts";

const extendedKey = { public: 0, private: 0 };
const mainnet = {
  extendedKey,
  wif: 0x80,
  pubKeyHash: 0x00,
  scriptHash: 0x05,
  cashAddressPrefix: "bitcoincash",
};
const testnet = { extendedKey, wif: 0xef, pubKeyHash: 0x6f, scriptHash: 0xc4, cashAddressPrefix: "bchtest" };

// https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md#examples-of-address-translation
const TRANSLATIONS: [string, string][] = [
  ["1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"],
  ["1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"],
  ["16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb", "bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r"],
  ["3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"],
  ["3LDsS579y7sruadqu11beEJoTjdFiFCdX4", "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e"],
  ["31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37"],
];

describe("the translations of the specification", () => {
  test.each(TRANSLATIONS)("%s is %s", (legacy, cashAddress) => {
    const script = parseAddress(cashAddress, mainnet);
    expect(parseAddress(legacy, mainnet)).toEqual(script);
    expect(parseAddress(cashAddress.slice("bitcoincash:".length), mainnet)).toEqual(script);
    expect(parseAddress(` ${cashAddress.toUpperCase()}\n`, mainnet)).toEqual(script);
  });
});

test("P2PKH, P2SH and P2SH32 addresses stand for their output scripts", () => {
  expect(hex.encode(parseAddress(TRANSLATIONS[0]![1], mainnet))).toBe(
    "76a91476a04053bda0a88bda5177b86a15c3b29f55987388ac",
  );
  expect(hex.encode(parseAddress(TRANSLATIONS[3]![1], mainnet))).toBe(
    "a91476a04053bda0a88bda5177b86a15c3b29f55987387",
  );
  const long = "bchtest:pvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq7fqng6m6";
  expect(hex.encode(parseAddress(long, testnet))).toBe(
    "aa203173ef6623c6b48ffd1a3dcc0cc6489b0a07bb47a37f47cfef4fe69de825c06087",
  );
});

test("an address that tells it understands tokens stands for the same script", () => {
  // https://github.com/bitjson/cashtokens (test-vectors/cashaddr.json)
  const address = "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2";
  const tokenAware = "bitcoincash:zr6m7j9njldwwzlg9v7v53unlr4jkmx6eycnjehshe";
  expect(parseAddress(tokenAware, mainnet)).toEqual(parseAddress(address, mainnet));
});

test.each([
  ["of the other network", "bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t"],
  ["of the other network, in the old form", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"],
  ["with a changed letter", TRANSLATIONS[0]![1].replace("gdx6a", "gdx6q")],
  ["with a changed letter, in the old form", "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVgga"],
  ["of Bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
  ["with a P2PKH hash of 24 bytes", "bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0"],
  ["with a P2SH hash of 24 bytes", "bchtest:p9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2u94tsynr"],
  ["of nothing", ""],
  ["that is far too long", "q".repeat(100_000)],
])("a Bitcoin Cash address %s is refused", (_, address) => {
  expect(() => parseAddress(address, mainnet)).toThrow(ChainError);
});

test("the error names the text, but not an endless one", () => {
  expect(() => parseAddress("qqqq", testnet)).toThrow('"qqqq" is not an address with the prefix bchtest');
  let error: unknown;
  try {
    parseAddress("q".repeat(100_000), testnet);
  } catch (thrown) {
    error = thrown;
  }
  expect((error as ChainError).message.length).toBeLessThan(400);
});
