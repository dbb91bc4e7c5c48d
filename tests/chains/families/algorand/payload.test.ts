import { describe, expect, test } from "bun:test";
import { algorand } from "../../../../chains/algo.ts";
import type { Network } from "../../../../chains/chain.ts";
import { addressJson, common, OTHER, payment, pendingOf, RECEIVER } from "./transaction-object.ts";

const describeTransaction = (payload: unknown, network: Network = "mainnet") =>
  algorand.describe(pendingOf(payload), network);

describe("an Algorand payload is refused", () => {
  test.each([
    ["it is no JSON", "zzz", "it is not a JSON object"],
    ["it is cut off", JSON.stringify(payment()).slice(0, -20), "it is not a JSON object"],
    ["its type is not one that can be shown", payment({ type: "appl" }), "type must be one of"],
    ["its sender is missing", payment({ from: undefined }), "from is missing"],
    ["its receiver is missing", payment({ to: undefined }), "to is missing"],
    ["its amount is missing", payment({ amount: undefined }), "amount is missing"],
    ["its fee is missing", payment({ fee: undefined }), "fee is missing"],
    ["its amount is negative", payment({ amount: -1 }), "amount must be a JSON integer"],
    ["its amount is a fraction", payment({ amount: 0.5 }), "amount must be a JSON integer"],
    ["its amount has more than 64 bits", payment({ amount: 2n ** 64n }), "amount must be a JSON integer"],
    ["its note is too long", payment({ note: new Uint8Array(1025) }), "note must have at most 1024"],
    ["its note is text", payment({ note: "hello" }), "note must be bytes"],
    ["a byte is none", payment({ note: [256] }), "note must be bytes"],
    ["a byte is missing", payment({ note: { 0: 1, 2: 1 } }), "note must be bytes"],
    ["its lease is short", payment({ lease: new Uint8Array(31) }), "lease must have 32 bytes"],
    ["its rounds are the wrong way round", payment({ lastRound: 1 }), "lastRound must lie"],
    ["it is valid for too long", payment({ lastRound: 13_467 }), "lastRound must lie"],
    ["it is not a transaction but other data", payment({ tag: Buffer.from("MX") }), "tag must be TX"],
    ["it has a member of another type", payment({ assetIndex: 5 }), "assetIndex is not supported"],
    ["it has an unknown member", payment({ vaultHint: "x" }), "vaultHint is not supported"],
    [
      "the checksum of an address differs",
      payment({ to: { ...addressJson(RECEIVER), checksum: addressJson(OTHER).checksum } }),
      "to must be an address with its checksum",
    ],
    ["an address in text has a wrong letter", payment({ to: RECEIVER.replace("P", "Q") }), "checksum"],
    ["an asset name is too long", { ...common("acfg"), assetName: "é".repeat(17) }, "at most 32 bytes"],
    ["an asset has too many decimals", { ...common("acfg"), assetDecimals: 20 }, "from 0 to 19"],
  ])("when %s", (_, payload, reason) => {
    expect(() => describeTransaction(payload)).toThrow(reason);
  });

  test("when it is for another network than that of the daemon", () => {
    const wrong = expect.objectContaining({ code: "NETWORK_MISMATCH" });
    expect(() => describeTransaction(payment(), "testnet")).toThrow(wrong);
    expect(() => describeTransaction(payment({ genesisID: "testnet-v1.0" }))).toThrow(wrong);
    expect(() => describeTransaction(payment({ genesisHash: new Uint8Array(32).fill(1) }))).toThrow(wrong);
  });
});

describe("an Algorand payload is read", () => {
  test("with addresses in text as well", () => {
    const inText = describeTransaction(payment({ to: RECEIVER }));
    expect(inText).toEqual(describeTransaction(payment()));
  });

  test("without a genesis ID, which says no more than the hash", () => {
    expect(describeTransaction(payment({ genesisID: undefined }))).toHaveLength(2);
  });

  test("with empty members of other types, which algosdk writes", () => {
    const empty = { assetIndex: 0, appArgs: [], boxes: {}, nonParticipation: false, voteKey: null };
    expect(describeTransaction(payment(empty))).toHaveLength(2);
  });
});
