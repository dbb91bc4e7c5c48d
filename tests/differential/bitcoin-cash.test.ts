import { describe, expect, test } from "bun:test";
import {
  type CashAddressTypeBits,
  createVirtualMachineBCH2023,
  decodeCashAddress,
  decodeTransactionBCH,
  encodeCashAddressNonStandard,
  encodeLockingBytecodeP2pkh,
  encodeLockingBytecodeP2sh20,
  encodeLockingBytecodeP2sh32,
  encodeTransactionBCH,
  generateSigningSerializationBCH,
  hash160,
  hash256,
  lockingBytecodeToBase58Address,
  lockingBytecodeToCashAddress,
  type Output,
  SigningSerializationTypeBCH,
  secp256k1,
  type TransactionBCH,
} from "@bitauth/libauth";
import { hex } from "@scure/base";
import fc from "fast-check";
import { bitcoinCash } from "../../chains/bch.ts";
import type { SignedTransaction } from "../../chains/chain.ts";
import { parseAddress } from "../../chains/families/bitcoin-cash/address.ts";
import { addressOfScript } from "../../chains/families/utxo/address.ts";
import {
  decodeCashAddress as ourDecode,
  encodeCashAddress as ourEncode,
} from "../../chains/families/utxo/cash-address.ts";
import { signSchnorr as ourSchnorr, verifySchnorr } from "../../chains/keys/bch-schnorr.ts";
import { memorySecp256k1Key } from "../../chains/keys/secp256k1.ts";
import type { SigningKey } from "../../chains/signing-key.ts";
import { privateKeySigner } from "../chains/families/utxo/payment.ts";
import { offlineEnvironment } from "../chains/families/utxo/signing-vectors.ts";
import { caseCount } from "./case-count.ts";
import { type KeyPair, keyPair, signDer, signSchnorr, unwrap } from "./independent-keys.ts";

const FEE = 10_000n;
const DUST = 546n;
const HASH_TYPE = SigningSerializationTypeBCH.allOutputs;

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((data) => Uint8Array.from(data));
const privateKey = bytes(32).map((key) => key.map((byte, index) => (index === 0 ? (byte % 254) + 1 : byte)));
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

interface Scenario {
  readonly inputs: readonly {
    readonly privateKey: Uint8Array;
    readonly compressed: boolean;
    readonly txid: Uint8Array;
    readonly outputIndex: number;
    readonly sequence: number;
    readonly amount: bigint;
  }[];
  readonly outputs: readonly { readonly script: Uint8Array; readonly share: number }[];
  readonly lockTime: number;
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  inputs: fc.uniqueArray(
    fc.record({
      privateKey,
      compressed: fc.boolean(),
      txid: bytes(32),
      outputIndex: fc.oneof(fc.nat(5), uint32),
      sequence: fc.oneof(fc.constantFrom(0xffff_ffff, 0xffff_fffd), uint32),
      // Above 2^32 in most cases; five inputs stay below the supply.
      amount: fc.bigInt({ min: 1_000_000n, max: 400_000_000_000_000n }),
    }),
    { minLength: 1, maxLength: 5, selector: ({ txid, outputIndex }) => `${txid}:${outputIndex}` },
  ),
  outputs: fc.array(
    fc.record({
      script: fc.oneof(
        bytes(20).map(encodeLockingBytecodeP2pkh),
        bytes(20).map(encodeLockingBytecodeP2sh20),
        bytes(32).map(encodeLockingBytecodeP2sh32),
      ),
      share: fc.integer({ min: 1, max: 100 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  lockTime: uint32,
});

describe("transactions are those of libauth, and its virtual machine accepts them", () => {
  const machine = createVirtualMachineBCH2023(true);

  test.each<[string, (key: SigningKey) => SigningKey, (pair: KeyPair, digest: Uint8Array) => Uint8Array]>([
    ["Schnorr, from a key in memory", (key) => key, signSchnorr],
    ["ECDSA, from a key that cannot do Schnorr", withoutSchnorr, signDer],
  ])(
    "%s",
    async (_, adapt, sign) => {
      await fc.assert(
        fc.asyncProperty(scenario, async (drawn) => {
          const { transaction, spent, keys } = unsignedTransaction(drawn);
          const signed = await signWithChain(transaction, spent, keys, adapt);
          const expected = encodeTransactionBCH(signIndependently(transaction, spent, keys, sign));
          expect(signed.payload).toBe(hex.encode(expected));
          expect(signed.transactionId).toBe(hex.encode(hash256(expected).reverse()));

          const decoded = unwrap(decodeTransactionBCH(hex.decode(signed.payload)));
          expect(machine.verify({ sourceOutputs: spent, transaction: decoded })).toBe(true);
          const [first, ...others] = spent;
          const other = [{ ...first!, valueSatoshis: first!.valueSatoshis + 1n }, ...others];
          expect(machine.verify({ sourceOutputs: other, transaction: decoded })).toBeString();
        }),
        { numRuns: caseCount },
      );
    },
    600_000,
  );
});

describe("Schnorr signatures", () => {
  test("are those of libauth", () => {
    fc.assert(
      fc.property(privateKey, bytes(32), (key, digest) => {
        expect(ourSchnorr(key, digest)).toEqual(signSchnorr(keyPair(key), digest));
      }),
      { numRuns: caseCount },
    );
  }, 600_000);

  test("are judged as by libauth, also when a bit of them, of the digest or of the key is changed", () => {
    const change = fc.record({
      part: fc.constantFrom(0, 1, 2),
      bit: fc.nat(64 * 8 - 1),
      isChanged: fc.boolean(),
    });
    fc.assert(
      fc.property(
        privateKey,
        fc.boolean(),
        bytes(32),
        change,
        (key, compressed, digest, { part, bit, isChanged }) => {
          const pair = keyPair(key, compressed);
          const parts = [signSchnorr(pair, digest), digest, pair.publicKey].map((data) =>
            Uint8Array.from(data),
          );
          if (isChanged) {
            const data = parts[part]!;
            // The first byte of a public key says how it is written; there libauth takes more than one way.
            const first = part === 2 ? 1 : 0;
            data[first + (Math.floor(bit / 8) % (data.length - first))]! ^= 1 << (bit % 8);
          }
          const [signature, message, publicKey] = parts as [Uint8Array, Uint8Array, Uint8Array];
          const verdict = verifySchnorr(signature, message, publicKey);
          expect(verdict).toBe(secp256k1.verifySignatureSchnorr(signature, publicKey, message));
          expect(verdict).toBe(!isChanged);
        },
      ),
      { numRuns: caseCount },
    );
  }, 600_000);
});

describe("CashAddr addresses", () => {
  const prefix = fc.constantFrom("bitcoincash", "bchtest", "bchreg", "prefix");
  const hash = fc.constantFrom(20, 24, 28, 32, 40, 48, 56, 64).chain(bytes);

  test("are those of libauth", () => {
    fc.assert(
      fc.property(prefix, fc.nat(15), hash, (network, type, payload) => {
        const address = ourEncode({ prefix: network, type, hash: payload });
        const typeBits = type as CashAddressTypeBits;
        expect(address).toBe(
          encodeCashAddressNonStandard({
            prefix: network,
            typeBits,
            payload: payload as never,
            throwErrors: true,
          }).address,
        );
        const written = { prefix: network, type, hash: payload };
        expect(ourDecode(address, "other")).toEqual(written);
        expect(ourDecode(address.toUpperCase(), "other")).toEqual(written);
        expect(ourDecode(address.slice(network.length + 1), network)).toEqual(written);
      }),
      { numRuns: caseCount },
    );
  }, 600_000);

  test("with a changed letter are refused, as by libauth", () => {
    // Not the case of a letter: libauth takes mixed case, which the specification refuses.
    const letter = fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1 :");
    fc.assert(
      fc.property(bytes(20), fc.nat(41), letter, (payload, position, replacement) => {
        const address = ourEncode({ prefix: "bitcoincash", type: 0, hash: payload });
        const at = "bitcoincash:".length + position;
        fc.pre(address[at] !== replacement);
        const changed = address.slice(0, at) + replacement + address.slice(at + 1);
        expect(ourDecode(changed, "bitcoincash")).toBeUndefined();
        expect(decodeCashAddress(changed)).toBeString();
      }),
      { numRuns: caseCount },
    );
  }, 600_000);
});

const keyVersions = { extendedKey: { public: 0, private: 0 }, wif: 0 };
const parameters = {
  mainnet: { ...keyVersions, pubKeyHash: 0x00, scriptHash: 0x05, cashAddressPrefix: "bitcoincash" },
  testnet: { ...keyVersions, pubKeyHash: 0x6f, scriptHash: 0xc4, cashAddressPrefix: "bchtest" },
};
const prefixes = { mainnet: "bitcoincash", testnet: "bchtest" } as const;

describe("addresses of output scripts", () => {
  const script = fc.oneof(
    bytes(20).map(encodeLockingBytecodeP2pkh),
    bytes(20).map(encodeLockingBytecodeP2sh20),
    bytes(32).map(encodeLockingBytecodeP2sh32),
  );

  test.each(["mainnet", "testnet"] as const)(
    "are read and described as by libauth on %s",
    (network) => {
      const prefix = prefixes[network];
      fc.assert(
        fc.property(script, fc.boolean(), (bytecode, tokenSupport) => {
          const written = (token: boolean) =>
            unwrap(lockingBytecodeToCashAddress({ prefix, bytecode, tokenSupport: token })).address;
          expect(addressOfScript(bytecode, parameters[network])).toBe(written(false));
          expect(parseAddress(written(tokenSupport), parameters[network])).toEqual(bytecode);
          if (bytecode.length === 35) return; // The old form has no addresses of P2SH32.
          const legacy = lockingBytecodeToBase58Address(bytecode, network) as string;
          expect(parseAddress(legacy, parameters[network])).toEqual(bytecode);
        }),
        { numRuns: caseCount },
      );
    },
    600_000,
  );
});

interface Unsigned {
  readonly transaction: TransactionBCH;
  readonly spent: Output[];
  readonly keys: readonly KeyPair[];
}

function unsignedTransaction({ inputs, outputs, lockTime }: Scenario): Unsigned {
  const keys = inputs.map((input) => keyPair(input.privateKey, input.compressed));
  const spent = inputs.map(({ amount }, index) => ({
    lockingBytecode: encodeLockingBytecodeP2pkh(hash160(keys[index]!.publicKey)),
    valueSatoshis: amount,
  }));
  const total = inputs.reduce((sum, { amount }) => sum + amount, 0n) - FEE - DUST * BigInt(outputs.length);
  const shares = outputs.reduce((sum, { share }) => sum + BigInt(share), 0n);
  const transaction = {
    version: 2,
    inputs: inputs.map(({ txid, outputIndex, sequence }) => ({
      outpointTransactionHash: txid,
      outpointIndex: outputIndex,
      sequenceNumber: sequence,
      unlockingBytecode: new Uint8Array(),
    })),
    outputs: outputs.map(({ script, share }) => ({
      lockingBytecode: script,
      valueSatoshis: DUST + (total * BigInt(share)) / shares,
    })),
    locktime: lockTime,
  };
  return { transaction, spent, keys };
}

function signWithChain(
  transaction: TransactionBCH,
  spent: readonly Output[],
  keys: readonly KeyPair[],
  adapt: (key: SigningKey) => SigningKey,
): Promise<SignedTransaction> {
  const amounts = spent.map(({ valueSatoshis }) => valueSatoshis.toString()).join();
  const signers = keys.map(({ privateKey: secret, compressed }, index) =>
    privateKeySigner(`wallet-${index}`, adapt(memorySecp256k1Key(secret, { compressed }))),
  );
  const pending = {
    id: "5f9bd8b4a1b2c3d4e5f60718",
    chain: "BCH",
    hashes: signers.map(({ signatureId }) => signatureId),
    signatures: [],
    serializedTransaction: `${hex.encode(encodeTransactionBCH(transaction))}:[${amounts}]`,
  };
  return bitcoinCash.sign({ transaction: pending, signers }, offlineEnvironment("mainnet"));
}

function signIndependently(
  transaction: TransactionBCH,
  spent: Output[],
  keys: readonly KeyPair[],
  sign: (pair: KeyPair, digest: Uint8Array) => Uint8Array,
): TransactionBCH {
  const inputs = transaction.inputs.map((input, inputIndex) => {
    const pair = keys[inputIndex]!;
    const serialization = generateSigningSerializationBCH(
      { inputIndex, sourceOutputs: spent, transaction },
      {
        coveredBytecode: spent[inputIndex]!.lockingBytecode,
        signingSerializationType: Uint8Array.of(HASH_TYPE),
      },
    );
    const signature = Uint8Array.of(...sign(pair, hash256(serialization)), HASH_TYPE);
    const unlockingBytecode = Uint8Array.of(
      signature.length,
      ...signature,
      pair.publicKey.length,
      ...pair.publicKey,
    );
    return { ...input, unlockingBytecode };
  });
  return { ...transaction, inputs };
}

/** A key as a hardware token gives it. */
function withoutSchnorr(key: SigningKey): SigningKey {
  return { curve: key.curve, publicKey: key.publicKey, sign: (digest) => key.sign(digest) };
}
