import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { base58 } from "@scure/base";
import type {
  ChainEnvironment,
  PendingTransaction,
  SignedTransaction,
  Signer,
  WalletFields,
} from "../../../../chains/chain.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { solana } from "../../../../chains/sol.ts";
import { signerOf } from "../../offline-signing-vectors.ts";
import { randomizedEd25519TokenKey } from "../../token-key.ts";
import { messageBytes, pendingOf, SYSTEM, systemTransfer, type TestMessage } from "./message-builder.ts";
import { nodeEnvironment, queue } from "./node-environment.ts";

const alice = solana.generateWallet("mainnet");
const bob = solana.generateWallet("mainnet");
const mint = solana.generateWallet("mainnet");
const target = base58.encode(randomBytes(32));

const HEIGHT = 250_000_000;

describe("signing a Solana transaction", () => {
  test.each([undefined, 0])(
    "only the blockhash of a message of version %p changes, and everybody signs",
    async (version) => {
      const blockhash = randomBytes(32);
      const message: TestMessage = {
        ...(version !== undefined && { version }),
        signers: [alice.address!],
        readonlySigners: [bob.address!],
        writable: [target],
        readonly: [SYSTEM],
        instructions: [systemTransfer(bob.address!, target, 5n)],
      };
      const signed = await sign(pendingOf(messageBytes(message)), [bob, alice], node(latest(blockhash)));

      const wire = Buffer.from(signed.payload, "base64");
      const expected = messageBytes({ ...message, blockhash });
      expect(wire[0]).toBe(2);
      expect(wire.subarray(129).equals(expected)).toBe(true);
      expect(ed25519.verify(wire.subarray(1, 65), expected, base58.decode(alice.address!))).toBe(true);
      expect(ed25519.verify(wire.subarray(65, 129), expected, base58.decode(bob.address!))).toBe(true);
      expect(signed).toMatchObject({
        transactionId: base58.encode(wire.subarray(1, 65)),
        filledIn: { blockhash: base58.encode(blockhash) },
        expiry: { kind: "height", value: BigInt(HEIGHT) },
      });
    },
  );

  test("a message of version 1 has its signatures behind it, without their number", async () => {
    const blockhash = randomBytes(32);
    const message: TestMessage = {
      version: 1,
      signers: [alice.address!],
      readonlySigners: [bob.address!],
      writable: [target],
      readonly: [SYSTEM],
      instructions: [systemTransfer(bob.address!, target, 5n)],
      resources: { priorityFee: 5000n, unitLimit: 1000 },
    };
    const signed = await sign(pendingOf(messageBytes(message)), [bob, alice], node(latest(blockhash)));

    const wire = Buffer.from(signed.payload, "base64");
    const expected = messageBytes({ ...message, blockhash });
    const signatures = wire.subarray(expected.length);
    expect(wire.subarray(0, expected.length).equals(expected)).toBe(true);
    expect(signatures).toHaveLength(128);
    expect(ed25519.verify(signatures.subarray(0, 64), expected, base58.decode(alice.address!))).toBe(true);
    expect(ed25519.verify(signatures.subarray(64), expected, base58.decode(bob.address!))).toBe(true);
    expect(signed.transactionId).toBe(base58.encode(signatures.subarray(0, 64)));
  });

  test("the fee that a message of version 1 names is held to the bound", async () => {
    const message = (priorityFee: bigint): Buffer =>
      messageBytes({
        version: 1,
        signers: [alice.address!],
        writable: [target],
        readonly: [SYSTEM],
        instructions: [systemTransfer(alice.address!, target, 5n)],
        resources: { priorityFee },
      });
    expect(sign(pendingOf(message(999_995_001n)), [alice])).rejects.toThrow("TATUM_KMS_MAX_FEE_SOL");
    expect(await sign(pendingOf(message(999_995_000n)), [alice])).toMatchObject({ filledIn: {} });
  });

  test("the blockhash is asked for at last, after everything was checked", async () => {
    const environment = node(latest());
    const refused = pendingOf(payment([alice.address!, bob.address!]));
    expect(sign(refused, [alice], environment)).rejects.toMatchObject({ code: "MISSING_KEY" });
    expect(environment.calls).toEqual([]);
    await sign(pendingOf(payment()), [alice], environment);
    expect(environment.calls).toEqual([
      { method: "getLatestBlockhash", params: [{ commitment: "finalized" }] },
    ]);
  });

  test("the mint key of the payload signs beside the wallets", async () => {
    const transaction = pendingOf(payment([alice.address!, mint.address!]), { mintPK: mint.privateKey });
    expect(Buffer.from((await sign(transaction, [alice])).payload, "base64")[0]).toBe(2);
  });

  test("a wallet named twice signs once", async () => {
    expect(Buffer.from((await sign(pendingOf(payment()), [alice, alice])).payload, "base64")[0]).toBe(1);
  });

  test("two equal payments get different blockhashes, or else the network would carry out one of them", async () => {
    const [one, two] = [latest(), latest()];
    const environment = node(queue(one, one, one, two));
    const message = payment();
    const first = await sign({ ...pendingOf(message), id: "a".repeat(24) }, [alice], environment);
    const second = await sign({ ...pendingOf(message), id: "b".repeat(24) }, [alice], environment);
    expect(second.transactionId).not.toBe(first.transactionId);
    expect(environment.pauses).toEqual([500, 500]);

    const stuck = node(two);
    const third = sign({ ...pendingOf(message), id: "c".repeat(24) }, [alice], stuck);
    expect(third).rejects.toMatchObject({ code: "NODE_ANSWER_INVALID" });
    // The same pending transaction may be signed again: these are the same bytes.
    expect((await sign({ ...pendingOf(message), id: "b".repeat(24) }, [alice], stuck)).payload).toBe(
      second.payload,
    );
  });

  test("so do equal payments when the first was signed before a restart: the journal knows its transaction id", async () => {
    const [one, two] = [latest(), latest()];
    const asked: string[] = [];
    const isTaken = async (transactionId: string): Promise<boolean> => asked.push(transactionId) === 1;
    const environment = node(queue(one, two), { isTaken });
    const { transactionId } = await sign(pendingOf(payment()), [alice], environment);
    expect(environment.pauses).toEqual([500]);
    expect(asked).toHaveLength(2);
    expect(asked[0]).not.toBe(transactionId);
    expect(asked[1]).toBe(transactionId);
  });

  test("so do equal payments whose signatures differ: the network knows a transaction by its message", async () => {
    const [one, two] = [latest(), latest()];
    const environment = node(queue(one, one, two));
    const seed = randomBytes(32);
    const signer: Signer = {
      signatureId: "token",
      kind: "private-key",
      key: async () => randomizedEd25519TokenKey(seed),
    };
    const message = payment([base58.encode(ed25519.getPublicKey(seed))]);
    const pay = (id: string) =>
      solana.sign({ transaction: { ...pendingOf(message), id }, signers: [signer] }, environment);
    const blockhashes = [await pay("d".repeat(24)), await pay("e".repeat(24))].map(
      ({ filledIn }) => filledIn["blockhash"],
    );
    expect(new Set(blockhashes).size).toBe(2);
    expect(environment.pauses).toEqual([500]);
  });

  test("the wallet of a mnemonic signs at its first account where no index is given", async () => {
    const { mnemonic } = alice;
    expect((await sign(pendingOf(payment()), [{ mnemonic: mnemonic! }])).payload).toStartWith("A");
    const other = solana.deriveAddress({ mnemonic: mnemonic! }, 3, "mainnet");
    const transaction = { ...pendingOf(payment([other])), index: 3 };
    expect((await sign(transaction, [{ mnemonic: mnemonic! }])).payload).toStartWith("A");
  });

  test.each([
    ["no wallet", [], "No signers"],
    ["a wallet that does not sign it", [alice, bob], "unknown signer"],
    ["only another wallet", [bob], "unknown signer"],
  ])("%s is refused", (_, wallets, problem) => {
    expect(sign(pendingOf(payment()), wallets)).rejects.toThrow(problem);
  });

  test("the fee payer's key must be among the wallets: the mint key alone does not sign", () => {
    const transaction = pendingOf(payment([mint.address!]), { mintPK: mint.privateKey });
    expect(sign(transaction, [])).rejects.toThrow("No signers");
    expect(sign(pendingOf(payment([alice.address!, bob.address!])), [bob])).rejects.toThrow("pays the fee");
  });

  test.each<[string, Readonly<Record<string, unknown>> | string]>([
    ["no JSON", "abcdef"],
    ["no object", "[]"],
    ["no txData", { txData: undefined }],
    ["an odd number of digits", { txData: "012" }],
    ["base64", { txData: "AQAB" }],
    ["a mint key that is a number", { mintPK: 5 }],
  ])("a payload with %s is refused", (_, payload) => {
    const pending = pendingOf(payment(), typeof payload === "string" ? {} : payload);
    const transaction =
      typeof payload === "string" ? { ...pending, serializedTransaction: payload } : pending;
    expect(sign(transaction, [alice])).rejects.toMatchObject({ code: "INVALID_TRANSACTION" });
  });

  test("a mint key that is no key is refused, and the message does not show it", async () => {
    const error = await sign(pendingOf(payment(), { mintPK: "SecretText" }), [alice]).catch(
      (failure: Error) => failure,
    );
    expect(error).toMatchObject({ code: "INVALID_KEY" });
    expect(String(error)).not.toContain("SecretText");
  });

  test("a fee above the bound is refused", () => {
    expect(sign(pendingOf(payment()), [alice], node(latest(), { setting: () => "4999" }))).rejects.toThrow(
      "TATUM_KMS_MAX_FEE_SOL",
    );
  });

  test.each([
    ["null", null],
    ["no value", {}],
    [
      "a blockhash of 31 bytes",
      { value: { blockhash: base58.encode(new Uint8Array(31).fill(255)), lastValidBlockHeight: 1 } },
    ],
    ["no height", { value: { blockhash: base58.encode(new Uint8Array(32)) } }],
    [
      "a fraction as height",
      { value: { blockhash: base58.encode(new Uint8Array(32)), lastValidBlockHeight: 1.5 } },
    ],
  ])("a node that answers %s: nothing is signed", (_, answer) => {
    expect(sign(pendingOf(payment()), [alice], node(answer))).rejects.toMatchObject({
      code: "NODE_ANSWER_INVALID",
    });
  });
});

function payment(signers = [alice.address!]): Buffer {
  const instructions = [systemTransfer(signers[0]!, target, 5n)];
  return messageBytes({ signers, writable: [target], readonly: [SYSTEM], instructions });
}

function latest(blockhash: Uint8Array = randomBytes(32)): JsonValue {
  return {
    context: { slot: 1 },
    value: { blockhash: base58.encode(blockhash), lastValidBlockHeight: HEIGHT },
  };
}

function node(answer: JsonValue | ReturnType<typeof queue>, more: Partial<ChainEnvironment> = {}) {
  return nodeEnvironment({ getLatestBlockhash: answer }, more);
}

function sign(
  transaction: PendingTransaction,
  wallets: readonly WalletFields[],
  environment: ChainEnvironment = node(latest()),
): Promise<SignedTransaction> {
  const signers = wallets.map((wallet, position) => signerOf(`wallet ${position}`, wallet, solana));
  return solana.sign({ transaction, signers }, environment);
}
