import { describe, expect, test } from "bun:test";
import {
  envelopeMessage,
  payloadMessage,
  type Transaction,
} from "../../../../chains/families/flow/encode.ts";

/** packages/sdk/src/encode/encode.test.ts of https://github.com/onflow/fcl-js; FlowTests of the Swift and Kotlin SDKs. */
const BASE: Transaction = {
  script: { text: 'transaction { execute { log("Hello, World!") } }', arguments: [] },
  referenceBlock: "f0e4c2f76c58916ec258f246851bea091d14d4247a2fc3e18694461b1816e13b",
  gasLimit: 42,
  proposer: { address: "0000000000000001", keyIndex: 4, sequenceNumber: 10n },
  payer: "0000000000000001",
  authorizers: ["0000000000000001"],
};
const SIGNATURE = Buffer.from("f7225388c1d69d57e6251c9fda50cbbf9e05131e5adb81e5aa0422402f048162", "hex");

const TAG = "464c4f572d56302e302d7472616e73616374696f6e0000000000000000000000";
const PAYLOAD =
  "f872b07472616e73616374696f6e207b2065786563757465207b206c6f67282248656c6c6f2c20576f726c64212229207d207dc0a0f0e4c2f76c58916ec258f246851bea091d14d4247a2fc3e18694461b1816e13b2a880000000000000001040a880000000000000001c9880000000000000001";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("what is signed of a Flow transaction", () => {
  test("is the domain tag and the payload", () => {
    expect(hex(payloadMessage(BASE))).toBe(TAG + PAYLOAD);
  });

  test("is the payload and its signatures in the envelope", () => {
    expect(hex(envelopeMessage(BASE, []))).toBe(`${TAG}f875${PAYLOAD}c0`);
    const signed = (keyIndex: number) => [{ address: "0000000000000001", keyIndex, signature: SIGNATURE }];
    expect(hex(envelopeMessage(BASE, signed(4)))).toBe(`${TAG}f899${PAYLOAD}e4e38004a0${hex(SIGNATURE)}`);
    expect(hex(envelopeMessage(BASE, signed(0)))).toBe(`${TAG}f899${PAYLOAD}e4e38080a0${hex(SIGNATURE)}`);
  });

  test("has its signatures in the order of the roles, then of the keys", () => {
    const transaction = {
      ...BASE,
      payer: "0000000000000002",
      authorizers: ["0000000000000003", "0000000000000001"],
    };
    const of = (address: string, keyIndex: number) => ({ address, keyIndex, signature: SIGNATURE });
    const inOrder = [
      of("0000000000000001", 1),
      of("0000000000000001", 2),
      of("0000000000000002", 0),
      of("0000000000000003", 0),
    ];
    const [first, second, third, fourth] = inOrder;
    expect(envelopeMessage(transaction, [fourth!, second!, third!, first!])).toEqual(
      envelopeMessage(transaction, inOrder),
    );
    const places = hex(envelopeMessage(transaction, inOrder)).match(/e3(..)(..)a0f7225388/g);
    expect(places).toEqual(["e38001a0f7225388", "e38002a0f7225388", "e30180a0f7225388", "e30280a0f7225388"]);
  });
});
