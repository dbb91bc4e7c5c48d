import { describe, expect, test } from "bun:test";
import { createVirtualMachineBCH2023, decodeTransactionBCH } from "@bitauth/libauth";
import { hex } from "@scure/base";
import { RawOldTx, Script } from "@scure/btc-signer/script.js";
import { bitcoinCash } from "../../../../chains/bch.ts";
import type { PendingTransaction, SignedTransaction, Signer } from "../../../../chains/chain.ts";
import { ChainError, type ChainErrorCode } from "../../../../chains/error.ts";
import { publicKeyHashScript } from "../../../../chains/families/utxo/spendable-script.ts";
import type { SigningKey } from "../../../../chains/signing-key.ts";
import { privateKeySigner, testKey } from "../utxo/payment.ts";
import { offlineEnvironment } from "../utxo/signing-vectors.ts";
import { payload, pending, receiver, transactionOf } from "./payment.ts";

const a = testKey(1);
const b = testKey(2);
const walletA = privateKeySigner("wallet-a", a);
const walletB = privateKeySigner("wallet-b", b);

describe("keys on-chain", () => {
  test("entry n of hashes signs input n, a wallet as often as it is named", async () => {
    const amounts = [10_000, 20_000, 30_000];
    const transaction = pending(payload(amounts), { hashes: ["wallet-a", "wallet-b", "wallet-a"] });
    const signed = await sign(transaction, [walletA, walletB, walletA]);
    expect(publicKeysOf(signed)).toEqual([a, b, a].map(({ publicKey }) => publicKey));
    expect(runScripts(signed, amounts, [a, b, a])).toBe(true);
  });

  test("the entries of signatures follow those of hashes", async () => {
    const transaction = pending(payload([10_000, 20_000, 30_000]), {
      hashes: ["wallet-b"],
      signatures: [{ id: "words", index: 7 }, { id: "wallet-a" }],
    });
    const words = { ...mnemonicSigner({ 7: testKey(7) }), index: 7 };
    const signed = await sign(transaction, [walletB, words, walletA]);
    expect(publicKeysOf(signed)).toEqual([b, testKey(7), a].map(({ publicKey }) => publicKey));
  });

  test("a mnemonic among the hashes is no key", async () => {
    const transaction = pending(payload([10_000]), {
      hashes: ["words"],
      signatures: [{ id: "words", index: 3 }],
    });
    const words = mnemonicSigner({ 3: testKey(3) });
    const signed = await sign(transaction, [words, { ...words, index: 3 }]);
    expect(publicKeysOf(signed)).toEqual([testKey(3).publicKey]);
  });

  test("each key is asked for once", async () => {
    let asked = 0;
    const counting: Signer = {
      ...walletA,
      key: async () => {
        asked += 1;
        return a;
      },
    };
    const transaction = pending(payload([10_000, 20_000]), { hashes: ["wallet-a", "wallet-a"] });
    await sign(transaction, [counting, counting]);
    expect(asked).toBe(1);
  });

  test.each([
    ["first", ["unknown", "wallet-a", "wallet-b"], [walletA, walletB]],
    ["in the middle", ["wallet-a", "unknown", "wallet-b"], [walletA, walletB]],
    ["last", ["wallet-a", "wallet-b", "unknown"], [walletA, walletB]],
    ["between two of the same wallet", ["wallet-a", "unknown", "wallet-a"], [walletA, walletA]],
  ])("an unknown wallet %s is named; the others do not move", async (_, hashes, signers) => {
    // As many inputs as known wallets: moving the keys would look complete.
    for (const amounts of [
      [10_000, 20_000],
      [10_000, 20_000, 30_000],
    ]) {
      const error = await refusal(pending(payload(amounts), { hashes }), signers, "MISSING_KEY");
      expect(error.message).toStartWith("Wallet unknown, number ");
    }
  });

  test("a mnemonic among the signatures without an index is named", async () => {
    const transaction = pending(payload([10_000, 20_000]), {
      signatures: [{ id: "words" }, { id: "words", index: 3 }],
    });
    const error = await refusal(
      transaction,
      [{ ...mnemonicSigner({ 3: testKey(3) }), index: 3 }],
      "MISSING_KEY",
    );
    expect(error.message).toStartWith("Wallet words, number 1 ");
  });

  test("no key at all is told in the words of the original", async () => {
    const error = await refusal(pending(payload([10_000]), { hashes: ["unknown"] }), [], "MISSING_KEY");
    expect(error.message).toStartWith("Wallets with requested private keys were not found.");
  });

  test("fewer keys than inputs: the input is named", async () => {
    const transaction = pending(payload([10_000, 20_000]), { hashes: ["wallet-a"] });
    const error = await refusal(transaction, [walletA], "MISSING_KEY");
    expect(error.message).toStartWith(`Input 1 (${"02".repeat(32)}:1) is not signed: `);
  });

  test("more keys than inputs are refused", async () => {
    const transaction = pending(payload([10_000]), { hashes: ["wallet-a", "wallet-b"] });
    const error = await refusal(transaction, [walletA, walletB], "INVALID_TRANSACTION");
    expect(error.message).toContain("names 2 keys, but has only 1 inputs");
  });
});

describe("an off-chain withdrawal", () => {
  const keys = { 0: testKey(10), 4: testKey(14), 9: testKey(19) };
  const words = mnemonicSigner(keys);
  const amounts = [10_000, 20_000, 30_000];
  const change = { vIn: "-1", vInIndex: -1, amount: 0.1 };
  const entries = [entry(0, 4), entry(1, 9), entry(2, 4)];
  const expected = [keys[4], keys[9], keys[4]].map(({ publicKey }) => publicKey);

  test.each([
    ["last", [...entries, change]],
    ["first", [change, ...entries]],
    ["in the middle", [entries[0]!, change, entries[1]!, entries[2]!]],
    ["missing", entries],
    ["last and the entries in another order", [entries[2]!, entries[0]!, entries[1]!, change]],
  ])("finds the key of each input when the change is %s", async (_, withdrawalResponses) => {
    const signed = await sign(withdrawal(withdrawalResponses), [words]);
    expect(publicKeysOf(signed)).toEqual(expected);
    expect(runScripts(signed, amounts, [keys[4], keys[9], keys[4]])).toBe(true);
  });

  test("takes index 0 where the ledger gives none", async () => {
    const transaction = withdrawal([entry(0, null), entry(1, undefined), entry(2, 0), change]);
    const signed = await sign(transaction, [words]);
    expect(publicKeysOf(signed)).toEqual([0, 1, 2].map(() => keys[0].publicKey));
  });

  test.each([
    ["CashAddr", (address: string) => address],
    ["CashAddr without prefix", (address: string) => address.replace("bitcoincash:", "")],
  ])("checks the ledger's address, written as %s", async (_, write) => {
    const address = write(addressOf(keys[4]));
    const right = withdrawal([entry(0, 4, address), entry(1, 9), entry(2, 4, address)]);
    expect(publicKeysOf(await sign(right, [words]))).toEqual(expected);
    const wrong = withdrawal([entry(0, 4, address), entry(1, 9, address), entry(2, 4)]);
    const error = await refusal(wrong, [words], "MISSING_KEY");
    expect(error.message).toBe(
      `Input 1 is not signed: it spends from ${address}, which is not the address of wallet words at index 9.`,
    );
  });

  test("refuses an address that is none", async () => {
    const transaction = withdrawal([entry(0, 4, "nonsense"), entry(1, 9), entry(2, 4)]);
    await refusal(transaction, [words], "INVALID_KEY");
  });

  test.each([
    [
      "an input is missing",
      [entries[0]!, entries[1]!, change],
      "has 3 inputs, but withdrawalResponses has 2",
    ],
    ["an input is there twice", [...entries, entries[0]!], "has 3 inputs, but withdrawalResponses has 4"],
    ["an index differs", [entries[0]!, entries[1]!, { ...entries[2]!, vInIndex: 0 }], "Input 2 ("],
    [
      "a transaction differs",
      [{ ...entries[0]!, vIn: "ab".repeat(32) }, entries[1]!, entries[2]!],
      "Input 0 (",
    ],
    [
      "a derivation index is a text",
      [entry(0, "4" as never), entries[1]!, entries[2]!],
      "withdrawalResponses is not valid: 0.address.derivationKey must",
    ],
  ])("refuses a list in which %s", async (_, list, message) => {
    const error = await refusal(withdrawal(list), [words], "INVALID_TRANSACTION");
    expect(error.message).toContain(message);
  });

  test("without the list is refused", async () => {
    const transaction = pending(payload(amounts), { hashes: ["words"], withdrawalId: "1" });
    const error = await refusal(transaction, [words], "INVALID_TRANSACTION");
    expect(error.message).toEndWith("has a withdrawalId, but its withdrawalResponses is missing.");
    expect(error.reportedText).toBe("Error: Unsupported chain.");
  });

  test("needs a mnemonic wallet that is known", async () => {
    await refusal(withdrawal(entries), [walletA], "MISSING_KEY");
    await refusal(withdrawal(entries), [], "MISSING_KEY");
  });

  function withdrawal(withdrawalResponses: NonNullable<PendingTransaction["withdrawalResponses"]>) {
    const members = { hashes: ["words"], withdrawalId: "94febc85c8586f99a9168813", withdrawalResponses };
    return pending(payload(amounts), members);
  }
});

describe("signatures", () => {
  test("are Schnorr where the key can, with hash type 0x41", async () => {
    const signed = await sign(pending(payload([10_000]), { hashes: ["wallet-a"] }), [walletA]);
    const signature = signatureOf(signed);
    expect(signature).toHaveLength(65);
    expect(signature.at(-1)).toBe(0x41);
  });

  test("are ECDSA in DER where the key cannot, with the same hash type", async () => {
    const token = privateKeySigner("wallet-a", withoutSchnorr(a));
    const signed = await sign(pending(payload([10_000]), { hashes: ["wallet-a"] }), [token]);
    const signature = signatureOf(signed);
    expect(signature[0]).toBe(0x30);
    expect(signature.at(-1)).toBe(0x41);
    expect(runScripts(signed, [10_000], [a])).toBe(true);
  });

  test("of a token and of a key in memory go together in one transaction", async () => {
    const amounts = [10_000, 20_000];
    const token = privateKeySigner("wallet-a", withoutSchnorr(a));
    const transaction = pending(payload(amounts), { hashes: ["wallet-a", "wallet-b"] });
    expect(runScripts(await sign(transaction, [token, walletB]), amounts, [a, b])).toBe(true);
  });

  test("of an uncompressed key push it as it is", async () => {
    const uncompressed = testKey(1, false);
    const transaction = pending(payload([10_000]), { hashes: ["wallet-a"] });
    const signed = await sign(transaction, [privateKeySigner("wallet-a", uncompressed)]);
    expect(publicKeysOf(signed)).toEqual([uncompressed.publicKey]);
    expect(runScripts(signed, [10_000], [uncompressed])).toBe(true);
  });

  const broken: [string, SigningKey][] = [
    ["Schnorr of another key", { ...withoutSchnorr(a), signBitcoinCashSchnorr: schnorrOf(b) }],
    ["ECDSA of another key", { ...withoutSchnorr(a), sign: (digest) => b.sign(digest) }],
    [
      "a Schnorr signature that is too short",
      { ...withoutSchnorr(a), signBitcoinCashSchnorr: async () => new Uint8Array(63) },
    ],
    [
      "a Schnorr signature of another digest",
      { ...withoutSchnorr(a), signBitcoinCashSchnorr: async () => schnorrOf(a)(new Uint8Array(32)) },
    ],
  ];
  test.each(broken)("are refused when the key gives %s", async (_, key) => {
    const transaction = pending(payload([10_000]), { hashes: ["wallet-a"] });
    const error = await refusal(transaction, [privateKeySigner("wallet-a", key)], "INVALID_KEY");
    expect(error.message).toContain(hex.encode(a.publicKey));
  });
});

describe("what is kept", () => {
  test("lock time, sequences and outputs stay, the version becomes 2", async () => {
    const given = transactionOf([10_000]);
    const change = {
      version: 1,
      lockTime: 750_001,
      inputs: given.inputs.map((input) => ({ ...input, sequence: 5 })),
      outputs: [...given.outputs, { amount: 0n, script: hex.decode("6a026b6d") }],
    };
    const signed = await sign(pending(payload([10_000], change), { hashes: ["wallet-a"] }), [walletA]);
    const { version, lockTime, inputs, outputs } = RawOldTx.decode(hex.decode(signed.payload));
    expect({ version, lockTime }).toEqual({ version: 2, lockTime: 750_001 });
    expect(inputs[0]!.sequence).toBe(5);
    expect(outputs).toEqual(change.outputs);
  });
});

describe("the fee of a Bitcoin Cash transaction", () => {
  test.each([
    ["in total", 10_000_001n, { TATUM_KMS_MAX_FEE_RATE_BCH: "100000000" }, "Raise TATUM_KMS_MAX_FEE_BCH if"],
    ["for each byte", 500_000n, {}, "Raise TATUM_KMS_MAX_FEE_RATE_BCH if"],
  ])("is limited %s, and the limit can be raised", async (_, fee, settings, message) => {
    const transaction = feeOf(fee);
    const error = await refusal(transaction, [walletA], "UNSAFE_TRANSACTION", settings);
    expect(error.message).toContain(message);
    const raised = { TATUM_KMS_MAX_FEE_BCH: "100000000", TATUM_KMS_MAX_FEE_RATE_BCH: "100000000" };
    expect(await sign(transaction, [walletA], raised)).toMatchObject({ filledIn: {} });
  });

  test("is exact for amounts above 2^32", async () => {
    const amount = 2n ** 32n + 20_000_000n;
    // Taken modulo 2^32 the amount would pay less than the outputs take.
    const outputs = [{ amount: amount - 1_000n, script: receiver }];
    const transaction = pending(payload([amount], { outputs }), { hashes: ["wallet-a"] });
    expect(runScripts(await sign(transaction, [walletA]), [amount], [a])).toBe(true);
  });

  test("is never negative", async () => {
    const error = await refusal(feeOf(-1n), [walletA], "UNSAFE_TRANSACTION");
    expect(error.message).toContain("but the inputs hold only 200000000 satoshi");
  });

  function feeOf(fee: bigint): PendingTransaction {
    const outputs = [{ amount: 200_000_000n - fee, script: receiver }];
    return pending(payload([200_000_000], { outputs }), { hashes: ["wallet-a"] });
  }
});

test("no account lane is needed on Bitcoin Cash: inputs are not numbered", async () => {
  const transaction = pending(payload([10_000]));
  expect(await bitcoinCash.sendingAccount({ transaction, signers: [] })).toBeUndefined();
});

/** Lets the virtual machine of libauth run the scripts of all inputs, by the rules of nodes that relay. */
function runScripts(
  signed: SignedTransaction,
  amounts: readonly (number | bigint)[],
  owners: readonly SigningKey[],
): string | true {
  const transaction = decodeTransactionBCH(hex.decode(signed.payload));
  if (typeof transaction === "string") throw new Error(transaction);
  const sourceOutputs = owners.map(({ publicKey }, index) => ({
    lockingBytecode: publicKeyHashScript(publicKey),
    valueSatoshis: BigInt(amounts[index]!),
  }));
  return createVirtualMachineBCH2023(true).verify({ sourceOutputs, transaction });
}

function sign(
  transaction: PendingTransaction,
  signers: readonly Signer[],
  settings: Record<string, string> = {},
): Promise<SignedTransaction> {
  return bitcoinCash.sign({ transaction, signers }, offlineEnvironment("mainnet", settings));
}

async function refusal(
  transaction: PendingTransaction,
  signers: readonly Signer[],
  code: ChainErrorCode,
  settings: Record<string, string> = {},
): Promise<ChainError> {
  const result = await sign(transaction, signers, settings).catch((error: unknown) => error);
  expect(result).toBeInstanceOf(ChainError);
  expect((result as ChainError).code).toBe(code);
  return result as ChainError;
}

function mnemonicSigner(keys: Readonly<Record<number, SigningKey>>): Signer {
  return { signatureId: "words", kind: "mnemonic", key: async (index = -1) => keys[index]! };
}

/** A key as a hardware token gives it. */
function withoutSchnorr(key: SigningKey): SigningKey {
  return { curve: key.curve, publicKey: key.publicKey, sign: (digest) => key.sign(digest) };
}

function schnorrOf(key: SigningKey): (digest: Uint8Array) => Promise<Uint8Array> {
  return (digest) => key.signBitcoinCashSchnorr!(digest);
}

function entry(position: number, derivationKey: number | null | undefined, address?: string) {
  return {
    vIn: hex.encode(new Uint8Array(32).fill(position + 1)),
    vInIndex: position,
    amount: 0.0001,
    address: {
      currency: "BCH",
      ...(derivationKey !== undefined && { derivationKey }),
      ...(address !== undefined && { address }),
    },
  };
}

function addressOf({ publicKey }: SigningKey): string {
  const outputs = [{ amount: 1_000n, script: publicKeyHashScript(publicKey) }];
  const [transfer] = bitcoinCash.describe(pending(payload([1_000], { outputs })), "mainnet");
  return (transfer as { to: string }).to;
}

function scriptItems(signed: SignedTransaction, index: number): Uint8Array[] {
  const { inputs } = RawOldTx.decode(hex.decode(signed.payload));
  return Script.decode(inputs[index]!.finalScriptSig) as Uint8Array[];
}

function signatureOf(signed: SignedTransaction): Uint8Array {
  return scriptItems(signed, 0)[0]!;
}

function publicKeysOf(signed: SignedTransaction): Uint8Array[] {
  const { inputs } = RawOldTx.decode(hex.decode(signed.payload));
  return inputs.map((_, index) => scriptItems(signed, index)[1]!);
}
