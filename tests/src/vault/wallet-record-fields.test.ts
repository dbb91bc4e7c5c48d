import { expect, test } from "bun:test";
import { networkOf, walletFields } from "../../../src/vault/wallet-record.ts";

test("fields that a chain knows are taken where they are text, others are left out", () => {
  const fields = { mnemonic: "m", xpub: "x", address: "a", secret: "s", privateKey: "p" };
  expect(walletFields({ ...fields, chain: "ETH", other: "o" })).toEqual(fields);
  expect(walletFields({ mnemonic: "", xpub: 5, address: null, secret: ["s"] })).toEqual({});
});

test("only an entry that says so is one of the test network", () => {
  expect(networkOf({ testnet: true })).toBe("testnet");
  for (const testnet of [false, null, "true", 1]) expect(networkOf({ testnet })).toBe("mainnet");
  expect(networkOf({})).toBe("mainnet");
});
