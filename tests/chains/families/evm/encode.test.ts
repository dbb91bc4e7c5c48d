import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Hex, TransactionSerializable } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { ethereum } from "../../../../chains/eth.ts";
import {
  digestToSign,
  type EvmTransaction,
  serializeSigned,
} from "../../../../chains/families/evm/encode.ts";
import { assertSignedAsMeant } from "../../../../chains/families/evm/read-back.ts";
import { signRecoverable } from "../../../../chains/keys/secp256k1.ts";
import { PRIVATE_KEY, RECIPIENT, SENDER } from "./evm-requests.ts";

const { key } = ethereum.parsePrivateKey(PRIVATE_KEY, "mainnet");
const { key: otherKey } = ethereum.parsePrivateKey(`0x${"35".repeat(32)}`, "mainnet");
const account = privateKeyToAccount(PRIVATE_KEY);

const signed = async (transaction: EvmTransaction) =>
  serializeSigned(transaction, await signRecoverable(key, digestToSign(transaction)));

/** The example in the text of https://eips.ethereum.org/EIPS/eip-155 */
const EIP_155 = {
  type: "legacy",
  chainId: 1n,
  nonce: 9n,
  gasPrice: 20n * 10n ** 9n,
  gas: 21000n,
  to: RECIPIENT,
  value: 10n ** 18n,
  data: "0x",
} as const satisfies EvmTransaction;

test("the example of EIP-155 comes out bit by bit", async () => {
  expect(Buffer.from(digestToSign(EIP_155)).toString("hex")).toBe(
    "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
  );
  expect(await signed(EIP_155)).toBe(
    "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
  );
});

/**
 * The first two cases of ethereumjs/ethereumjs-monorepo, packages/tx/test/json/eip1559.json (chain id 7822), without
 * the RLP header around them.
 */
const EIP_1559_KEY = "0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63";
const EIP_1559 = {
  type: "eip1559",
  chainId: 7822n,
  to: `0x${"0".repeat(36)}aaaa`,
  data: "0x",
  accessList: [],
} as const;

test.each([
  [
    { nonce: 819n, value: 43203529n, gas: 35552n, maxPriorityFeePerGas: 75853n, maxFeePerGas: 121212n },
    "0x02f870821e8e8203338301284d8301d97c828ae094000000000000000000000000000000000000aaaa8402933bc980c080a0d067f2167008c59219652f91cbf8788dbca5f771f6e91e2b7657e85b78b472e0a01d305af9fe81fdba43f0dfcd400ed24dcace0a7e30d4e85701dcaaf484cd079e",
  ],
  [
    { nonce: 353n, value: 61901619n, gas: 32593n, maxPriorityFeePerGas: 38850n, maxFeePerGas: 136295n },
    "0x02f86f821e8e8201618297c283021467827f5194000000000000000000000000000000000000aaaa8403b08b3380c001a004205678f13fc1d7b10feea6513dfa76e24418b6e08097d95c6f93a3b64e536da01d45ad61bfece43862de2cce7d2575a8c1d08c26c87f3cb5f26d7b0be54a91b2",
  ],
] as const)("the EIP-1559 example %# of EthereumJS comes out bit by bit", async (amounts, raw) => {
  const { key: signer } = ethereum.parsePrivateKey(EIP_1559_KEY, "mainnet");
  const transaction: EvmTransaction = { ...EIP_1559, ...amounts };
  const signature = await signRecoverable(signer, digestToSign(transaction));
  expect(serializeSigned(transaction, signature)).toBe(raw);
});

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const bytes = (length: { minLength: number; maxLength: number }) =>
  fc.uint8Array(length).map((array): Hex => `0x${Buffer.from(array).toString("hex")}`);
const address = bytes({ minLength: 20, maxLength: 20 });
const accessList = fc.array(
  fc.record({ address, storageKeys: fc.array(bytes({ minLength: 32, maxLength: 32 }), { maxLength: 3 }) }),
  { maxLength: 3 },
);
const anyTransaction: fc.Arbitrary<EvmTransaction> = fc
  .tuple(
    fc.record(
      {
        chainId: fc.bigInt({ min: 1n, max: 2n ** 40n }),
        nonce: uint(53),
        gas: uint(64),
        to: address,
        value: uint(256),
        data: bytes({ minLength: 0, maxLength: 300 }),
      },
      { requiredKeys: ["chainId", "nonce", "gas", "value", "data"] },
    ),
    fc.oneof(
      fc.record({ type: fc.constant("legacy" as const), gasPrice: uint(200) }),
      fc.record({ type: fc.constant("eip2930" as const), gasPrice: uint(200), accessList }),
      fc
        .record({
          type: fc.constant("eip1559" as const),
          maxFeePerGas: uint(200),
          maxPriorityFeePerGas: uint(200),
          accessList,
        })
        .filter(({ maxFeePerGas, maxPriorityFeePerGas }) => maxPriorityFeePerGas <= maxFeePerGas),
    ),
  )
  .map(([call, fees]) => ({ ...call, ...fees }) as EvmTransaction);

test("every transaction equals the one viem's account signs", async () => {
  await fc.assert(
    fc.asyncProperty(anyTransaction, async (transaction) => {
      const { chainId, nonce, ...rest } = transaction;
      const other = { ...rest, chainId: Number(chainId), nonce: Number(nonce) } as TransactionSerializable;
      const raw = await signed(transaction);
      expect(raw).toBe(await account.signTransaction(other));
      assertSignedAsMeant(raw, transaction, key.publicKey);
    }),
    { numRuns: 60 },
  );
});

describe("reading a signed EVM transaction back finds another", () => {
  const { gasPrice: _, ...call } = EIP_155;
  const market: EvmTransaction = {
    ...call,
    type: "eip1559",
    maxFeePerGas: 30n,
    maxPriorityFeePerGas: 2n,
    accessList: [{ address: RECIPIENT, storageKeys: [`0x${"ab".repeat(32)}`] }],
  };

  test.each([
    ["chainId", EIP_155, { chainId: 5n }],
    ["nonce", EIP_155, { nonce: 10n }],
    ["gasPrice", EIP_155, { gasPrice: 1n }],
    ["gas", EIP_155, { gas: 21001n }],
    ["to", EIP_155, { to: SENDER }],
    ["value", EIP_155, { value: 10n ** 17n }],
    ["data", EIP_155, { data: "0x00" }],
    ["type", EIP_155, { type: "eip1559" }],
    ["maxFeePerGas", market, { maxFeePerGas: 31n }],
    ["maxPriorityFeePerGas", market, { maxPriorityFeePerGas: 3n }],
    ["accessList", market, { accessList: [] }],
  ])("%s", async (field, written, change) => {
    const meant = { ...written, ...change } as EvmTransaction;
    const raw = await signed(written);
    expect(() => assertSignedAsMeant(raw, meant, key.publicKey)).toThrow(`another ${field} than`);
  });

  test("sender", async () => {
    const raw = await signed(EIP_155);
    expect(() => assertSignedAsMeant(raw, EIP_155, otherKey.publicKey)).toThrow("another sender than");
  });

  test("sender, where one bit of the signature is another", async () => {
    const raw = await signed(EIP_155);
    for (const at of [-1, -40, -80]) {
      const digit = (Number.parseInt(raw.at(at) ?? "", 16) ^ 1).toString(16);
      const altered = `${raw.slice(0, at)}${digit}${at === -1 ? "" : raw.slice(at + 1)}` as Hex;
      expect(() => assertSignedAsMeant(altered, EIP_155, key.publicKey)).toThrow("another sender than");
    }
  });
});
