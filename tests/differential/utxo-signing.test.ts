import { expect, test } from "bun:test";
import { hash160, secp256k1 } from "@bitauth/libauth";
import { payments, script as scripts, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { bitcoin } from "../../chains/btc.ts";
import type { Chain, SignedTransaction } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { dogecoin } from "../../chains/doge.ts";
import { memorySecp256k1Key } from "../../chains/keys/secp256k1.ts";
import { litecoin } from "../../chains/ltc.ts";
import { privateKeySigner } from "../chains/families/utxo/payment.ts";
import { offlineEnvironment } from "../chains/families/utxo/signing-vectors.ts";
import { caseCount } from "./case-count.ts";
import { type KeyPair, keyPair, signDer } from "./independent-keys.ts";

/**
 * bitcoinjs-lib builds and serialises the transaction and computes what is signed, libauth signs: the result has to be
 * the same byte for byte, for random transactions with inputs of all kinds the coin has.
 */

const COIN = 100_000_000n;
const SIGHASH_ALL = 0x01;
/** Below every limit, and enough for any size. */
const FEE = 100_000n;

type InputKind = "p2pk" | "p2pkh" | "p2wpkh" | "p2sh-p2wpkh";

interface Spending {
  readonly kind: InputKind;
  readonly key: number;
  readonly txid: Uint8Array;
  readonly outputIndex: number;
  readonly sequence: number;
  readonly amount: bigint;
}

interface Scenario {
  readonly privateKeys: readonly Uint8Array[];
  readonly uncompressed: readonly boolean[];
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly Spending[];
  readonly outputs: readonly { readonly script: Uint8Array; readonly share: number }[];
}

const bytes = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length, min: 1, max: 254 })
    .map((data) => Uint8Array.from(data));
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

function outputScript(kinds: readonly InputKind[]): fc.Arbitrary<Uint8Array> {
  const witness = kinds.includes("p2wpkh")
    ? [bytes(20).map((hash) => payments.p2wpkh({ hash }).output!), bytes(34).map(pushWitnessVersion1)]
    : [];
  return fc.oneof(
    bytes(20).map((hash) => payments.p2pkh({ hash }).output!),
    bytes(20).map((hash) => payments.p2sh({ hash }).output!),
    bytes(40).map((data) => payments.embed({ data: [data] }).output!),
    ...witness,
  );
}

function pushWitnessVersion1(program: Uint8Array): Uint8Array {
  return Uint8Array.of(0x51, 0x20, ...program.subarray(2));
}

function scenario(kinds: readonly InputKind[], largestAmount: bigint): fc.Arbitrary<Scenario> {
  return fc.record({
    privateKeys: fc.array(bytes(32), { minLength: 3, maxLength: 3 }),
    uncompressed: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    version: fc.constantFrom(1, 2),
    lockTime: uint32,
    inputs: fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom(...kinds),
        key: fc.nat(2),
        txid: bytes(32),
        outputIndex: fc.oneof(fc.nat(5), uint32),
        sequence: fc.oneof(fc.constantFrom(0xffff_ffff, 0xffff_fffd), uint32),
        // Enough for the smallest share of it to be above the dust limit of Dogecoin.
        amount: fc.bigInt({ min: 100n * COIN, max: largestAmount }),
      }),
      { minLength: 1, maxLength: 6, selector: ({ txid, outputIndex }) => `${txid}:${outputIndex}` },
    ),
    outputs: fc.array(fc.record({ script: outputScript(kinds), share: fc.integer({ min: 1, max: 1_000 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
  });
}

/** The largest amount of an input is a sixth of what there may be, so that six inputs together are possible. */
test.each<[string, Chain, readonly InputKind[], bigint]>([
  ["BTC", bitcoin, ["p2pk", "p2pkh", "p2wpkh", "p2sh-p2wpkh"], 3_500_000n * COIN],
  ["LTC", litecoin, ["p2pk", "p2pkh", "p2wpkh", "p2sh-p2wpkh"], 14_000_000n * COIN],
  // 10^18 satoshi are far above 2^53.
  ["DOGE", dogecoin, ["p2pk", "p2pkh"], 10_000_000_000n * COIN],
])(
  "%s transactions are those of bitcoinjs-lib and libauth",
  async (_, chain, kinds, largestAmount) => {
    await fc.assert(
      fc.asyncProperty(scenario(kinds, largestAmount), async (drawn) => {
        const signed = await signWithChain(chain, drawn);
        const expected = signIndependently(drawn);
        expect(signed.payload).toBe(expected.toHex());
        expect(signed.transactionId).toBe(expected.getId());
        assertUnlocked(Transaction.fromHex(signed.payload), drawn);
      }),
      { numRuns: caseCount },
    );
  },
  600_000,
);

function keysOf({ privateKeys, uncompressed, inputs }: Scenario): KeyPair[] {
  return privateKeys.map((privateKey, index) => {
    const signsWitness = inputs.some(({ key, kind }) => key === index && kind.endsWith("p2wpkh"));
    return keyPair(privateKey, signsWitness || !uncompressed[index]);
  });
}

function spentScript(kind: InputKind, { publicKey: pubkey }: KeyPair): Uint8Array {
  switch (kind) {
    case "p2pk":
      return payments.p2pk({ pubkey }).output!;
    case "p2pkh":
      return payments.p2pkh({ hash: hash160(pubkey) }).output!;
    case "p2wpkh":
      return payments.p2wpkh({ pubkey }).output!;
    case "p2sh-p2wpkh":
      return payments.p2sh({ redeem: payments.p2wpkh({ pubkey }) }).output!;
  }
}

function outputAmounts({ inputs, outputs }: Scenario): bigint[] {
  const total = inputs.reduce((sum, { amount }) => sum + amount, 0n) - FEE;
  const shares = outputs.reduce((sum, { share }) => sum + BigInt(share), 0n);
  const amounts = outputs.map(({ share }) => (total * BigInt(share)) / shares);
  amounts[0]! += total - amounts.reduce((sum, amount) => sum + amount, 0n);
  return amounts;
}

function signWithChain(chain: Chain, drawn: Scenario): Promise<SignedTransaction> {
  const keys = keysOf(drawn);
  const amounts = outputAmounts(drawn);
  const hexOf = (data: Uint8Array) => Buffer.from(data).toString("hex");
  const serializedTransaction = stringifyExactJson({
    version: drawn.version,
    nLockTime: drawn.lockTime,
    inputs: drawn.inputs.map((input) => ({
      prevTxId: hexOf(input.txid),
      outputIndex: input.outputIndex,
      sequenceNumber: input.sequence,
      script: "",
      output: { satoshis: input.amount, script: hexOf(spentScript(input.kind, keys[input.key]!)) },
    })),
    outputs: drawn.outputs.map(({ script }, index) => ({ satoshis: amounts[index]!, script: hexOf(script) })),
  });
  const signers = keys.map(({ privateKey, compressed }, index) =>
    privateKeySigner(`wallet-${index}`, memorySecp256k1Key(privateKey, { compressed })),
  );
  const transaction = {
    id: "5f9bd8b4a1b2c3d4e5f60718",
    chain: chain.facts.ticker,
    hashes: signers.map(({ signatureId }) => signatureId),
    signatures: [],
    serializedTransaction,
  };
  return chain.sign({ transaction, signers }, offlineEnvironment("mainnet"));
}

function signIndependently(drawn: Scenario): Transaction {
  const keys = keysOf(drawn);
  const amounts = outputAmounts(drawn);
  const transaction = new Transaction();
  transaction.version = drawn.version;
  transaction.locktime = drawn.lockTime;
  for (const { txid, outputIndex, sequence } of drawn.inputs) {
    transaction.addInput(txid.toReversed(), outputIndex, sequence);
  }
  for (const [index, { script }] of drawn.outputs.entries()) transaction.addOutput(script, amounts[index]!);
  for (const [index, { kind, key, amount }] of drawn.inputs.entries()) {
    const pair = keys[key]!;
    const sign = (digest: Uint8Array) => Uint8Array.of(...signDer(pair, digest), SIGHASH_ALL);
    const script = spentScript(kind, pair);
    if (kind === "p2pk" || kind === "p2pkh") {
      const signature = sign(transaction.hashForSignature(index, script, SIGHASH_ALL));
      const stack = kind === "p2pk" ? [signature] : [signature, pair.publicKey];
      transaction.setInputScript(index, scripts.compile(stack));
    } else {
      const scriptCode = payments.p2pkh({ hash: hash160(pair.publicKey) }).output!;
      const digest = transaction.hashForWitnessV0(index, scriptCode, amount, SIGHASH_ALL);
      transaction.setWitness(index, [sign(digest), pair.publicKey]);
      if (kind === "p2sh-p2wpkh") {
        transaction.setInputScript(
          index,
          scripts.compile([payments.p2wpkh({ pubkey: pair.publicKey }).output!]),
        );
      }
    }
  }
  return transaction;
}

/** Takes the finished transaction apart and verifies every signature, without looking at how it was made. */
function assertUnlocked(transaction: Transaction, drawn: Scenario): void {
  const keys = keysOf(drawn);
  for (const [index, { kind, key, amount }] of drawn.inputs.entries()) {
    const { publicKey } = keys[key]!;
    const input = transaction.ins[index]!;
    const isWitness = kind.endsWith("p2wpkh");
    const [signature, pushedKey] = (
      isWitness ? input.witness : scripts.decompile(input.script)
    ) as Uint8Array[];
    if (kind !== "p2pk") expect(pushedKey).toEqual(publicKey);
    const scriptCode = payments.p2pkh({ hash: hash160(publicKey) }).output!;
    const digest = isWitness
      ? transaction.hashForWitnessV0(index, scriptCode, amount, SIGHASH_ALL)
      : transaction.hashForSignature(index, spentScript(kind, keys[key]!), SIGHASH_ALL);
    expect(signature!.at(-1)).toBe(SIGHASH_ALL);
    expect(secp256k1.verifySignatureDERLowS(signature!.slice(0, -1), publicKey, digest)).toBe(true);
  }
}
