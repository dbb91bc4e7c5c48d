import { describe, expect, test } from "bun:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { concatBytes, hexToBytes } from "@noble/curves/utils.js";
import { bech32 } from "@scure/base";
import { encode } from "cborg";
import { cardano } from "../../../../chains/ada.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { enterpriseAddress } from "../../../../chains/families/cardano/address.ts";
import { readRosettaTransaction, transactionHash } from "../../../../chains/families/cardano/encode.ts";
import { randomizedEd25519TokenKey } from "../../token-key.ts";
import {
  type Body,
  bytesOfAddress,
  COIN,
  type Dishonesty,
  envelope,
  hexOf,
  honestBody,
  inputOperation,
  OTHER_KEY,
  outputOperation,
  PRIVATE_KEY,
  RECIPIENT,
  SENDER,
  STRANGER,
  sign,
  TTL,
  transactionOf,
  type Witness,
  witnessSet,
} from "./payment.ts";

/** The honest body with one change, encoded. */
function bodyWith(change: (body: Body) => unknown): Uint8Array {
  const body = honestBody();
  change(body);
  return encode(body);
}

const outputs = (...entries: readonly (readonly [string, unknown])[]) =>
  entries.map(([address, value]) => [bytesOfAddress(address), value]);

/** A payment of 10 ADA from coins of two addresses: its operations, its body, and what is to be signed. */
function paymentFromTwo(first: string, second: string) {
  const operations = [
    inputOperation(first, "-10000000"),
    inputOperation(second, "-200000", `${COIN}:1`),
    outputOperation(RECIPIENT, "10000000"),
  ];
  const body = bodyWith((fields) =>
    fields
      .set(0, [
        [hexToBytes(COIN), 0],
        [hexToBytes(COIN), 1],
      ])
      .set(1, outputs([RECIPIENT, 10_000_000])),
  );
  const payloads = (hash: string) =>
    [first, second].map((address) => ({ account_identifier: { address }, hex_bytes: hash }));
  return { operations, body, payloads };
}

/** Every signature that a construction API got to see. */
async function signaturesGiven(lie: Dishonesty): Promise<number> {
  let count = 0;
  const signed = (body: Uint8Array, witnesses: readonly Witness[]): Uint8Array => {
    count += witnesses.length;
    return transactionOf(body, witnessSet(witnesses));
  };
  await sign({ signed, ...lie }).catch(() => undefined);
  return count;
}

describe("a Cardano payment", () => {
  test("is signed with the key of the address that it spends from", async () => {
    const { payload, transactionId } = await sign();
    const key = cardano.parsePrivateKey(PRIVATE_KEY, "testnet").key;
    const body = encode(honestBody());
    const signature = await key.sign(hexToBytes(transactionId));
    expect(payload).toBe(envelope(transactionOf(body, witnessSet([[key.publicKey, signature]]))));
    expect(ed25519.verify(signature, hexToBytes(transactionId), key.publicKey)).toBe(true);
  });

  test("records its fee and its last slot, after which it expires", async () => {
    const { filledIn, expiry } = await sign();
    expect(filledIn).toEqual({ fee: "200000", ttl: String(TTL) });
    // 1655769600 is when slot 86,400 of preprod began.
    expect(expiry).toEqual({ kind: "time", value: (1_655_769_600n + BigInt(TTL) - 86_400n) * 1000n });
  });

  test("that has expired already is signed with a warning", async () => {
    const warnings: string[] = [];
    await sign({}, { now: () => Date.UTC(2030, 0), warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining(`slot ${TTL}`)]);
  });

  test.each<[string, Dishonesty]>([
    ["with the outputs of Babbage (maps)", { body: bodyWith(babbageOutputs) }],
    ["with a set of the Conway era (tag 258)", { body: conwayBody() }],
    ["that comes as its body alone", { unsigned: (body) => body }],
    ["that comes as a transaction of Mary (three parts)", { unsigned: maryTransaction }],
  ])("%s is understood", async (_, lie) => {
    expect(await sign(lie)).toHaveProperty("filledIn.fee", "200000");
  });

  test("of two addresses gets a signature of each", async () => {
    const { operations, body, payloads } = paymentFromTwo(SENDER, STRANGER);
    const witnesses: Witness[] = [];
    const signed = (bytes: Uint8Array, made: readonly Witness[]): Uint8Array => {
      witnesses.push(...made);
      return transactionOf(bytes, witnessSet(made));
    };
    await sign({ body, payloads, signed }, { operations, privateKeys: [OTHER_KEY, PRIVATE_KEY] });
    expect(witnesses).toHaveLength(2);
  });

  test("of two addresses of one key gets one signature, though a token would not make it twice the same", async () => {
    const key = randomizedEd25519TokenKey(new Uint8Array(32).fill(9));
    const address = enterpriseAddress(key.publicKey, "testnet");
    // CIP-19, type 0: the payment part and a stake part.
    const base = concatBytes(Uint8Array.of(0x00), bytesOfAddress(address).subarray(1), new Uint8Array(28));
    const withStakePart = bech32.encode("addr_test", bech32.toWords(base), false);
    const { operations, body, payloads } = paymentFromTwo(address, withStakePart);
    // The ledger has a set of witnesses: what is twice the same is there once.
    const signed = (bytes: Uint8Array, made: readonly Witness[]): Uint8Array => {
      const unlike = new Map(made.map((witness) => [witness.map(hexOf).join(), witness]));
      return transactionOf(bytes, witnessSet([...unlike.values()]));
    };
    const { payload } = await sign({ body, payloads, signed }, { operations, privateKeys: [], keys: [key] });
    const { witnesses } = readRosettaTransaction(payload, "payload");
    expect(witnesses).toHaveLength(1);
    expect(ed25519.verify(witnesses[0]![1], transactionHash(body), key.publicKey)).toBe(true);
  });
});

function babbageOutputs(body: Body): void {
  const list = body.get(1) as readonly (readonly [Uint8Array, number])[];
  body.set(
    1,
    list.map(
      ([address, amount]) =>
        new Map<number, unknown>([
          [0, address],
          [1, amount],
        ]),
    ),
  );
}

/** `d90102` is the tag 258. */
function conwayBody(): Uint8Array {
  return hexToBytes(hexOf(encode(honestBody())).replace("a40081", "a400d9010281"));
}

function maryTransaction(body: Uint8Array): Uint8Array {
  return Uint8Array.of(0x83, ...body, 0xa0, 0xf6);
}

describe("nothing is signed when the construction API built something else:", () => {
  const token = new Map([[new Uint8Array(28), new Map([[new Uint8Array(1), 5]])]]);
  test.each<[string, (body: Body) => unknown]>([
    ["another recipient", (body) => body.set(1, outputs([STRANGER, 5_000_000], [SENDER, 4_800_000]))],
    ["another amount", (body) => body.set(1, outputs([RECIPIENT, 4_999_999], [SENDER, 4_800_001]))],
    [
      "one more output",
      (body) => body.set(1, outputs([RECIPIENT, 5_000_000], [SENDER, 4_700_000], [STRANGER, 100_000])),
    ],
    ["no change", (body) => body.set(1, outputs([RECIPIENT, 5_000_000]))],
    ["another fee", (body) => body.set(2, 200_001)],
    ["another coin", (body) => body.set(0, [[hexToBytes(COIN), 1]])],
    [
      "one more coin",
      (body) =>
        body.set(0, [
          [hexToBytes(COIN), 0],
          [hexToBytes(COIN), 1],
        ]),
    ],
    ["native tokens", (body) => body.set(1, outputs([RECIPIENT, [5_000_000, token]], [SENDER, 4_800_000]))],
    [
      "a datum",
      (body) =>
        body.set(1, [
          [bytesOfAddress(RECIPIENT), 5_000_000, new Uint8Array(32)],
          [bytesOfAddress(SENDER), 4_800_000],
        ]),
    ],
    ["certificates", (body) => body.set(4, [])],
    ["withdrawals", (body) => body.set(5, new Map())],
    ["auxiliary data", (body) => body.set(7, new Uint8Array(32))],
    ["minting", (body) => body.set(9, new Map())],
    ["collateral", (body) => body.set(13, [])],
    ["no last slot", (body) => body.delete(3)],
    ["no inputs", (body) => body.delete(0)],
  ])("%s", async (_, change) => {
    const body = bodyWith(change);
    await expect(sign({ body })).rejects.toHaveProperty("code", "UNSAFE_TRANSACTION");
    expect(await signaturesGiven({ body })).toBe(0);
  });

  const honest = hexOf(encode(honestBody()));
  test.each<[string, Dishonesty]>([
    ["a body behind which there are bytes", { unsigned: (body) => Uint8Array.of(...body, 0) }],
    ["a truncated body", { unsigned: (body) => body.slice(0, -1) }],
    ["a field twice", { body: hexToBytes(`a5${honest.slice(2)}021a00030d40`) }],
    [
      "an integer longer than needed",
      { body: hexToBytes(honest.replace("021a00030d40", "021b0000000000030d40")) },
    ],
    [
      "an array without a length",
      { body: hexToBytes(honest.replace("a40081", "a4009f").replace("000182", "00ff0182")) },
    ],
    ["metadata", { unsigned: (body) => transactionOf(body, new Map(), [0xf5, 0xa0]) }],
    ["a transaction marked as invalid", { unsigned: (body) => transactionOf(body, new Map(), [0xf4, 0xf6]) }],
    ["a script", { unsigned: (body) => transactionOf(body, new Map([[1, []]])) }],
    ["no transaction at all", { unsigned: () => Uint8Array.of(0x01) }],
    ["arrays in arrays, ever deeper", { unsigned: () => new Uint8Array(200_000).fill(0x81) }],
  ])("%s", async (_, lie) => {
    await expect(sign(lie)).rejects.toHaveProperty("name", "ChainError");
    expect(await signaturesGiven(lie)).toBe(0);
  });

  const payload = (address: string, hex_bytes: string) => ({ account_identifier: { address }, hex_bytes });
  test.each<[string, Dishonesty]>([
    ["the hash of something else", { payloads: () => [payload(SENDER, "00".repeat(32))] }],
    ["one hash more", { payloads: (hash) => [payload(SENDER, hash), payload(SENDER, "00".repeat(32))] }],
    ["the signature of another address", { payloads: (hash) => [payload(STRANGER, hash)] }],
    [
      "the signature of one more address",
      { payloads: (hash) => [payload(SENDER, hash), payload(STRANGER, hash)] },
    ],
    ["no signature", { payloads: () => [] }],
    [
      "signatures in an unsigned transaction",
      { unsigned: (body) => transactionOf(body, witnessSet([FOREIGN])) },
    ],
  ])("it asks for %s", async (_, lie) => {
    await expect(sign(lie)).rejects.toHaveProperty("code", "UNSAFE_TRANSACTION");
    expect(await signaturesGiven(lie)).toBe(0);
  });
});

const FOREIGN: Witness = [new Uint8Array(32), new Uint8Array(64)];

describe("the signed transaction is refused when it has", () => {
  test.each<[string, Dishonesty["signed"] & {}]>([
    [
      "another body",
      (_, made) =>
        transactionOf(
          bodyWith((body) => body.set(3, TTL + 1)),
          witnessSet(made),
        ),
    ],
    ["no signatures", (body) => transactionOf(body, new Map())],
    ["a signature of somebody else", (body, made) => transactionOf(body, witnessSet([...made, FOREIGN]))],
    ["other signatures", (body) => transactionOf(body, witnessSet([FOREIGN]))],
    ["a signature twice", (body, made) => transactionOf(body, witnessSet([...made, ...made]))],
    ["a script", (body, made) => transactionOf(body, new Map([...witnessSet(made), [1, []]]))],
    ["metadata", (body, made) => transactionOf(body, witnessSet(made), [0xf5, 0xa0])],
  ])("%s", async (_, signed) => {
    await expect(sign({ signed })).rejects.toHaveProperty("name", "ChainError");
  });
});

describe("an answer of the construction API that is", () => {
  test.each<[string, JsonValue]>([
    ["a list", []],
    ["text", "ok"],
    ["without a transaction", { payloads: [] }],
    ["with a payload of another kind", { unsigned_transaction: "", payloads: [{ hex_bytes: "" }] }],
    ["not hex", { unsigned_transaction: "no hex", payloads: [] }],
    [
      "for another kind of signature",
      {
        unsigned_transaction: "",
        payloads: [{ account_identifier: { address: SENDER }, hex_bytes: "", signature_type: "ecdsa" }],
      },
    ],
  ])("%s is an invalid answer", async (_, answer) => {
    const post = async (path: string) => (path.endsWith("/payloads") ? answer : {});
    await expect(sign({}, { post })).rejects.toHaveProperty("code", "NODE_ANSWER_INVALID");
  });
});

describe("the fee of a Cardano transaction", () => {
  const withFee = (fee: bigint) => ({
    operations: [inputOperation(SENDER, String(-5_000_000n - fee)), outputOperation(RECIPIENT, "5000000")],
  });
  const lie = (fee: number): Dishonesty => ({
    body: bodyWith((body) => body.set(1, outputs([RECIPIENT, 5_000_000])).set(2, fee)),
  });

  test("of 10 ADA is signed", async () => {
    expect(await sign(lie(10_000_000), withFee(10_000_000n))).toHaveProperty("filledIn.fee", "10000000");
  });

  test("above 10 ADA is refused", async () => {
    await expect(sign(lie(10_000_001), withFee(10_000_001n))).rejects.toHaveProperty(
      "code",
      "UNSAFE_TRANSACTION",
    );
  });

  test("has the bound that the operator sets", async () => {
    const setting = (name: string) => (name === "TATUM_KMS_MAX_FEE_ADA" ? "199999" : undefined);
    await expect(sign({}, { setting })).rejects.toThrow("TATUM_KMS_MAX_FEE_ADA");
  });
});

describe("the wallet", () => {
  test("needs the key of every address that is spent from", async () => {
    await expect(sign({}, { privateKeys: [OTHER_KEY] })).rejects.toMatchObject({
      code: "MISSING_KEY",
      message: expect.stringContaining(SENDER),
    });
  });

  test("may hold more keys than needed", async () => {
    expect(await sign({}, { privateKeys: [OTHER_KEY, PRIVATE_KEY] })).toHaveProperty("payload");
  });
});
