import { describe, expect, test } from "bun:test";
import { keccak256 } from "viem";
import { celo } from "../../../../chains/celo.ts";
import { readSignedCelo } from "../../../../chains/families/celo/read-back.ts";
import {
  digestToSign,
  type EvmTransaction,
  serializeSigned,
} from "../../../../chains/families/evm/encode.ts";
import { assertSignedAsMeant } from "../../../../chains/families/evm/read-back.ts";
import { signRecoverable } from "../../../../chains/keys/secp256k1.ts";

/** The example of celo-org/developer-tooling, packages/sdk/wallets/wallet-local/src/local-wallet.test.ts */
const PRIVATE_KEY = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";
const CIP_64 = {
  type: "cip64",
  chainId: 44378n,
  nonce: 0n,
  maxPriorityFeePerGas: 99n,
  maxFeePerGas: 99n,
  gas: 10n,
  to: "0x588e4b68193001e4d10928660ab4165b813717c0",
  value: 10n ** 18n,
  data: "0xabcdef",
  accessList: [],
  feeCurrency: "0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826",
} as const satisfies EvmTransaction;

const { key } = celo.parsePrivateKey(PRIVATE_KEY, "testnet");
const { publicKey: sender } = key;
const signed = async (transaction: EvmTransaction) =>
  serializeSigned(transaction, await signRecoverable(key, digestToSign(transaction)));

test("the CIP-64 example of Celo's developer tooling comes out bit by bit", async () => {
  const raw = await signed(CIP_64);
  expect(raw).toBe(
    "0x7bf88282ad5a8063630a94588e4b68193001e4d10928660ab4165b813717c0880de0b6b3a764000083abcdefc094cd2a3d9f938e13cd947ec05abc7fe734df8dd82680a091b5504a59e529e7efa42dbb97fbc3311a91d035c873a94ab0789441fc989f84a02e8254d6b3101b63417e5d496833bc84f4832d4a8bf8a2b83e291d8f38c0f62d",
  );
  expect(keccak256(raw)).toBe("0x645afc1d19fe805c0c0956e70d5415487bf073741d7b297ccb7e7040c6ce5df6");
});

const { maxFeePerGas: _max, maxPriorityFeePerGas: _priority, accessList: _list, ...call } = CIP_64;
const LEGACY: EvmTransaction = { ...call, type: "celo-legacy", gasPrice: 7n };
const ACCESS_LIST = [{ address: CIP_64.to, storageKeys: [`0x${"ab".repeat(32)}`] }] as const;

describe("a signed transaction is read back as it was meant:", () => {
  const { feeCurrency: _, ...legacyWithoutCurrency } = LEGACY;
  const { to: _to, ...creation } = CIP_64;
  const transactions: readonly EvmTransaction[] = [
    CIP_64,
    { ...CIP_64, accessList: ACCESS_LIST },
    creation,
    LEGACY,
    legacyWithoutCurrency as EvmTransaction,
    { ...call, type: "legacy", gasPrice: 7n } as EvmTransaction,
  ];
  test.each(transactions)("%p", async (transaction) => {
    const { feeCurrency: _, ...ethereum } = { feeCurrency: undefined, ...transaction };
    const meant = transaction.type === "legacy" ? (ethereum as EvmTransaction) : transaction;
    assertSignedAsMeant(await signed(meant), meant, sender, readSignedCelo);
  });
});

describe("reading a signed Celo transaction back finds another", () => {
  const other = "0x3535353535353535353535353535353535353535";
  test.each([
    ["chainId", CIP_64, { chainId: 5n }],
    ["nonce", CIP_64, { nonce: 1n }],
    ["gas", CIP_64, { gas: 11n }],
    ["to", CIP_64, { to: other }],
    ["to", CIP_64, { to: undefined }],
    ["value", CIP_64, { value: 1n }],
    ["data", CIP_64, { data: "0x" }],
    ["maxFeePerGas", CIP_64, { maxFeePerGas: 100n }],
    ["maxPriorityFeePerGas", CIP_64, { maxPriorityFeePerGas: 98n }],
    ["accessList", CIP_64, { accessList: ACCESS_LIST }],
    ["feeCurrency", CIP_64, { feeCurrency: other }],
    ["chainId", LEGACY, { chainId: 5n }],
    ["nonce", LEGACY, { nonce: 1n }],
    ["gas", LEGACY, { gas: 11n }],
    ["to", LEGACY, { to: other }],
    ["value", LEGACY, { value: 1n }],
    ["data", LEGACY, { data: "0x" }],
    ["gasPrice", LEGACY, { gasPrice: 8n }],
    ["feeCurrency", LEGACY, { feeCurrency: other }],
    ["feeCurrency", LEGACY, { feeCurrency: undefined }],
    ["type", LEGACY, { type: "cip64" }],
  ])("%s", async (field, written, change) => {
    const meant = { ...written, ...change } as EvmTransaction;
    const raw = await signed(written);
    expect(() => assertSignedAsMeant(raw, meant, sender, readSignedCelo)).toThrow(`another ${field} than`);
  });

  test("sender", async () => {
    const raw = await signed(CIP_64);
    const { publicKey } = celo.parsePrivateKey(`0x${"35".repeat(32)}`, "testnet").key;
    expect(() => assertSignedAsMeant(raw, CIP_64, publicKey, readSignedCelo)).toThrow("another sender than");
  });
});
