import { describe, expect, test } from "bun:test";
import { algorand } from "../../../../chains/algo.ts";
import { encodeCanonical } from "../../../../chains/families/algorand/encode.ts";
import { signEd25519 } from "../../../../chains/keys/ed25519.ts";
import { addressJson, MNEMONIC, OTHER, RECEIVER, SENDER } from "./transaction-object.ts";

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("the canonical MessagePack of Algorand", () => {
  // From https://github.com/msgpack/msgpack/blob/master/spec.md: the shortest format of each value.
  test.each([
    [127n, "7f"],
    [128n, "cc80"],
    [256n, "cd0100"],
    [65_536n, "ce00010000"],
    [2n ** 32n, "cf0000000100000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [true, "c3"],
    ["pay", "a3706179"],
    ["x".repeat(32), `d920${"78".repeat(32)}`],
    [new Uint8Array(2), "c4020000"],
    [new Uint8Array(256), `c50100${"00".repeat(256)}`],
  ])("encodes %p", (value, hex) => {
    expect(hexOf(encodeCanonical(value))).toBe(hex);
  });

  test("orders the members of a map and leaves out those that are zero, false or empty", () => {
    const map = { b: 1n, a: "x", zero: 0n, no: false, text: "", bytes: new Uint8Array(), map: { zero: 0n } };
    expect(hexOf(encodeCanonical(map))).toBe("82a161a178a16201");
  });

  test("makes the payment that the SDKs of Algorand compare theirs with", async () => {
    // "should match golden ... go code" of tests/7.AlgoSDK.js in algorand/js-algorand-sdk.
    const golden =
      "gqNzaWfEQPhUAZ3xkDDcc8FvOVo6UinzmKBCqs0woYSfodlmBMfQvGbeUx3Srxy3dyJDzv7rLm26BRv9FnL2/AuT7NYfiAWjdHhui6NhbXTNA+il" +
      "Y2xvc2XEIEDpNJKIJWTLzpxZpptnVCaJ6aHDoqnqW2Wm6KRCH/xXo2ZlZc0EmKJmds0wsqNnZW6sZGV2bmV0LXYzMy4womdoxCAmCyAJoJOohot5" +
      "WHIvpeVG7eftF+TYXEx4r7BFJpDt0qJsds00mqRub3RlxAjqABVHQ2y/lqNyY3bEIHts4k/rW6zAsWTinCIsV/X2PcOH1DkEglhBHF/hD3wCo3Nu" +
      "ZMQg5/D4TQaBHfnzHI2HixFV9GcdUaGFwgCQhmf0SVhwaKGkdHlwZaNwYXk=";
    const txn = {
      type: "pay",
      snd: addressJson(SENDER).publicKey,
      rcv: addressJson(RECEIVER).publicKey,
      close: addressJson(OTHER).publicKey,
      amt: 1000n,
      fee: 1176n,
      fv: 12_466n,
      lv: 13_466n,
      gen: "devnet-v33.0",
      gh: Uint8Array.fromBase64("JgsgCaCTqIaLeVhyL6XlRu3n7Rfk2FxMeK+wRSaQ7dI="),
      note: Uint8Array.fromBase64("6gAVR0Nsv5Y="),
    };
    const { key } = algorand.parsePrivateKey(MNEMONIC, "mainnet");
    const sig = await signEd25519(key, Buffer.concat([Buffer.from("TX"), encodeCanonical(txn)]));
    expect(encodeCanonical({ sig, txn }).toBase64()).toBe(golden);
  });
});
