import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { RootKey } from "../../../src/vault/root-key.ts";
import {
  openWallet,
  sealWallet,
  summarize,
  type WalletRecord,
  walletKeyOf,
} from "../../../src/vault/wallet-record.ts";
import { caught } from "./caught.ts";

const rootKey = RootKey.generate(randomBytes(16));
const keyOf = (signatureId: string) => walletKeyOf(rootKey, signatureId);
const there = (signatureId: string, record: WalletRecord) =>
  sealWallet(rootKey, { signatureId, position: 3, record });

const odd = JSON.parse(
  '{"z":1,"__proto__":"p","constructor":null,"a":[{"b":[]}],"":true,"s":"\\ud800 é","n":1.5e-7}',
);

test.each([
  ["a wallet", { mnemonic: "test junk", xpub: "tpub", chain: "BTC", testnet: false }],
  ["an empty record", {}],
  ["integers beyond 2^53", { big: 123456789012345678901234567890n, negative: -9007199254740993n }],
  ["odd names and values", odd],
])("%s comes back with all fields in their order", (_name, record) => {
  const opened = openWallet(rootKey, { walletKey: keyOf("id"), sealed: there("id", record) });
  expect(opened).toEqual({ signatureId: "id", position: 3, record });
  expect(Object.entries(opened.record)).toEqual(Object.entries(record));
});

test("wallets of different chains have sealed texts of one length", () => {
  const mnemonic = {
    mnemonic: "abandon ".repeat(24),
    xpub: "x".repeat(111),
    chain: "BTC",
    testnet: true,
  };
  const privateKey = {
    privateKey: "0".repeat(64),
    chain: "ETH",
    testnet: false,
  };
  expect(there("a".repeat(36), mnemonic)).toHaveLength(there("a".repeat(36), privateKey).length);
});

describe("bounds", () => {
  test.each([1, 128])("a signature ID of %i characters is stored", (length) => {
    const signatureId = "é".repeat(length);
    const row = { walletKey: keyOf(signatureId), sealed: there(signatureId, {}) };
    expect(openWallet(rootKey, row).signatureId).toHaveLength(length);
  });

  test.each([0, 129])("a signature ID of %i characters is refused", async (length) => {
    expect((await caught(() => there("x".repeat(length), {}))).code).toBe("INVALID_INPUT");
  });

  test("64 KiB of JSON are stored, one byte more is refused", async () => {
    const overhead = JSON.stringify({
      signatureId: "id",
      position: 3,
      record: { f: "" },
    }).length;
    const largest = { f: "x".repeat(65_536 - overhead) };
    expect(openWallet(rootKey, { walletKey: keyOf("id"), sealed: there("id", largest) }).record).toEqual(
      largest,
    );
    const error = await caught(() => there("id", { f: `${largest.f}x` }));
    expect([error.code, error.message]).toEqual([
      "INVALID_INPUT",
      expect.stringContaining("wallet id is too large"),
    ]);
  });
});

test("a record that is sealed rightly but has another shape is refused, naming the row", async () => {
  for (const text of [
    "",
    "[]",
    '{"signatureId":"a","position":0,"record":[]}',
    '{"signatureId":"","position":0,"record":{}}',
  ]) {
    const walletKey = keyOf("id");
    const sealed = rootKey.seal("wallet", walletKey, Buffer.from(text));
    const error = await caught(() => openWallet(rootKey, { walletKey, sealed }));
    expect([error.code, error.message]).toEqual([
      "VAULT_CORRUPT",
      expect.stringContaining(`wallet record ${Buffer.from(walletKey).toString("hex")} has an unknown shape`),
    ]);
  }
});

test("a summary tells chain and network only where the record has them in the right type", () => {
  const summary = (record: Parameters<typeof summarize>[0]["record"]) =>
    summarize({ signatureId: "id", position: 0, record });
  expect(summary({ chain: "ETH", testnet: false })).toEqual({
    signatureId: "id",
    chain: "ETH",
    testnet: false,
  });
  expect(summary({ chain: 5, testnet: "no" })).toEqual({
    signatureId: "id",
    chain: undefined,
    testnet: undefined,
  });
});
