import { describe, expect, test } from "bun:test";
import { base32nopad } from "@scure/base";
import algosdk from "algosdk";
import fc from "fast-check";
import { algorand } from "../../chains/algo.ts";
import type { Network } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { GENESIS } from "../../chains/families/algorand/networks.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((data) => Uint8Array.from(data));
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 70_000n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const assetIndex = uint64.map((index) => index || 1n);
const account = bytes(32).map((key) => new algosdk.Address(key));
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const text = (maximumBytes: number) =>
  fc.string({ maxLength: 32, unit: "grapheme" }).filter((value) => Buffer.byteLength(value) <= maximumBytes);

/** What algosdk makes a transaction from, for each type, beside the names that the JSON has for it. */
const paymentParams = fc.record(
  { receiver: account, amount: uint64, closeRemainderTo: account },
  { requiredKeys: ["receiver", "amount"] },
);
const assetTransferParams = fc.record(
  { assetIndex, receiver: account, amount: uint64, closeRemainderTo: account, assetSender: account },
  { requiredKeys: ["assetIndex", "receiver", "amount"] },
);
const assetFreezeParams = fc.record({ assetIndex, freezeTarget: account, frozen: fc.boolean() });
const assetConfigParams = fc.record(
  {
    assetIndex,
    total: uint64,
    decimals: fc.integer({ min: 0, max: 19 }),
    defaultFrozen: fc.boolean(),
    manager: account,
    reserve: account,
    freeze: account,
    clawback: account,
    unitName: text(8),
    assetName: text(32),
    assetURL: text(96),
    assetMetadataHash: bytes(32),
  },
  { requiredKeys: [] },
);

type Params<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

interface TypeCase {
  readonly sdk: Partial<algosdk.TransactionParams> & { readonly type: algosdk.TransactionType };
  readonly json: Record<string, unknown>;
}

const typeCase: fc.Arbitrary<TypeCase> = fc.oneof(
  paymentParams.map((params) => ({
    sdk: { type: algosdk.TransactionType.pay, paymentParams: params },
    json: { to: params.receiver, amount: params.amount, closeRemainderTo: params.closeRemainderTo },
  })),
  assetTransferParams.map((params) => ({
    sdk: { type: algosdk.TransactionType.axfer, assetTransferParams: params },
    json: {
      assetIndex: params.assetIndex,
      to: params.receiver,
      amount: params.amount,
      closeRemainderTo: params.closeRemainderTo,
      assetRevocationTarget: params.assetSender,
    },
  })),
  assetFreezeParams.map((params) => ({
    sdk: { type: algosdk.TransactionType.afrz, assetFreezeParams: params },
    json: {
      assetIndex: params.assetIndex,
      freezeAccount: params.freezeTarget,
      freezeState: params.frozen,
    },
  })),
  assetConfigParams.map((params) => ({
    sdk: { type: algosdk.TransactionType.acfg, assetConfigParams: params },
    json: configurationJson(params),
  })),
);

function configurationJson(params: Params<typeof assetConfigParams>): Record<string, unknown> {
  const {
    assetIndex: index,
    total,
    decimals,
    defaultFrozen,
    unitName,
    assetName,
    assetURL,
    ...rest
  } = params;
  return {
    assetIndex: index,
    assetTotal: total,
    assetDecimals: decimals,
    assetDefaultFrozen: defaultFrozen,
    assetUnitName: unitName,
    assetName,
    assetURL,
    assetManager: rest.manager,
    assetReserve: rest.reserve,
    assetFreeze: rest.freeze,
    assetClawback: rest.clawback,
    assetMetadataHash: rest.assetMetadataHash,
  };
}

const common = fc.record({
  seed: bytes(32),
  fee: fc.oneof(fc.nat(5000), fc.maxSafeNat()),
  firstRound: fc.nat(2 ** 40),
  validity: fc.nat(1000),
  note: maybe(bytes(0, 1024)),
  lease: maybe(bytes(32)),
  group: maybe(bytes(32)),
  rekeyTo: maybe(account),
  network: fc.constantFrom<Network>("mainnet", "testnet"),
});

/** JSON of algosdk's older transaction objects. */
function asJson(value: Record<string, unknown>): string {
  const plain = Object.entries(value).map(([name, member]) => [
    name,
    member instanceof algosdk.Address ? { publicKey: member.publicKey, checksum: member.checksum() } : member,
  ]);
  return stringifyExactJson(Object.fromEntries(plain));
}

function theirTransaction(
  sender: algosdk.Address,
  { fee, firstRound, validity, note, lease, group, rekeyTo, network }: Params<typeof common>,
  sdk: TypeCase["sdk"],
): algosdk.Transaction {
  const transaction = new algosdk.Transaction({
    ...sdk,
    sender,
    ...(note && { note }),
    ...(lease && { lease }),
    ...(rekeyTo && { rekeyTo }),
    suggestedParams: {
      flatFee: true,
      fee,
      minFee: 1000,
      firstValid: firstRound,
      lastValid: firstRound + validity,
      genesisID: GENESIS[network].id,
      genesisHash: algosdk.base64ToBytes(GENESIS[network].hash),
    },
  });
  if (group !== undefined) transaction.group = group;
  return transaction;
}

function ourPayload(
  sender: algosdk.Address,
  { fee, firstRound, validity, note, lease, group, rekeyTo, network }: Params<typeof common>,
  { sdk, json }: TypeCase,
): string {
  return asJson({
    name: "Transaction",
    tag: Buffer.from("TX"),
    from: sender,
    note: note ?? {},
    lease: lease ?? {},
    group,
    reKeyTo: rekeyTo,
    flatFee: false,
    fee,
    firstRound,
    lastRound: firstRound + validity,
    genesisID: GENESIS[network].id,
    genesisHash: Buffer.from(GENESIS[network].hash, "base64"),
    appArgs: [],
    ...json,
    type: sdk.type,
  });
}

describe("ALGO beside algosdk", () => {
  test("transactions of every type have the bytes and ids of algosdk", async () => {
    const property = fc.asyncProperty(common, typeCase, async (shared, ofType) => {
      const { addr, sk } = algosdk.mnemonicToSecretKey(algosdk.mnemonicFromSeed(shared.seed));
      const theirs = theirTransaction(addr, shared, ofType.sdk);
      const transaction = {
        id: "5e68c66581f2ee32bc354087",
        chain: "ALGO",
        serializedTransaction: ourPayload(addr, shared, ofType),
        hashes: ["26117108-223b-41d0-9e63-b299b21a6277"],
        signatures: [],
      };
      const signer = signerOf(transaction.hashes[0]!, { secret: base32nopad.encode(sk) }, algorand);
      const environment = offlineEnvironment({ network: shared.network });
      const signed = await algorand.sign({ transaction, signers: [signer] }, environment);
      expect(signed.payload).toBe(Buffer.from(theirs.signTxn(sk)).toString("hex"));
      expect(signed.transactionId).toBe(theirs.txID());
      expect(signed.expiry).toEqual({ kind: "height", value: theirs.lastValid + 1n });
      expect(algorand.describe(transaction, shared.network).length).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: caseCount });
  }, 600_000);

  test("mnemonics, secrets and addresses are those of algosdk", () => {
    const property = fc.property(bytes(32), (seed) => {
      const mnemonic = algosdk.mnemonicFromSeed(seed);
      const { addr, sk } = algosdk.mnemonicToSecretKey(mnemonic);
      const wallet = { address: addr.toString(), secret: base32nopad.encode(sk) };
      expect(algorand.restoreWallet(mnemonic, "mainnet")).toEqual(wallet);
      for (const text of [mnemonic, wallet.secret, algosdk.bytesToBase64(sk), algosdk.bytesToHex(sk)]) {
        expect(algorand.parsePrivateKey(text, "mainnet").address).toBe(wallet.address);
      }
    });
    fc.assert(property, { numRuns: caseCount });
  }, 600_000);
});
