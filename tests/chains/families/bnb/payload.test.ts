import { describe, expect, test } from "bun:test";
import { bnbBeaconChain } from "../../../../chains/bnb.ts";
import {
  buffer,
  type Coins,
  ONE_BNB,
  payloadOf,
  pendingOf,
  RECIPIENT,
  SENDER,
  sign,
  TRANSFER,
} from "./transfer.ts";

const offline = { chain_id: "Binance-Chain-Tigris", account_number: 1, sequence: 0 };
const describePayload = (payload: unknown) => bnbBeaconChain.describe(pendingOf(payload), "mainnet");
const coins = (...amounts: readonly [string, unknown][]) =>
  amounts.map(([denom, amount]) => ({ denom, amount }));
const transferOf = (own: readonly object[], given = own): Coins => ({
  inputs: [{ address: SENDER, coins: own }],
  outputs: [{ address: RECIPIENT, coins: given }],
});

describe("a BNB transfer is described by", () => {
  test("what each recipient gets of each asset", () => {
    const both = coins(["BNB", 5], ["KMS-1A1", "9223372036854775807"]);
    expect(describePayload(payloadOf(transferOf(both)))).toEqual([
      { kind: "transfer", from: SENDER, to: RECIPIENT, amount: "5", asset: "BNB" },
      { kind: "transfer", from: SENDER, to: RECIPIENT, amount: "9223372036854775807", asset: "KMS-1A1" },
    ]);
  });

  test("its memo", () => {
    expect(describePayload(payloadOf(TRANSFER, { memo: "zpráva" }))).toContainEqual({
      kind: "data",
      hex: Buffer.from("zpráva").toString("hex"),
    });
  });
});

describe("of BNB transfers, refused is", () => {
  const honest = payloadOf();
  const otherAmount = coins(["BNB", 100_000_001]);
  test.each<[string, unknown]>([
    ["text that is no JSON", "c001"],
    ["a list", []],
    ["a payload without the message to sign", { ...honest, signMsg: undefined }],
    ["a message of another type", { ...honest, msg: { ...honest.msg, aminoPrefix: "CE6DC043" } }],
    [
      "another recipient to sign than to send",
      { ...honest, signMsg: { ...TRANSFER, outputs: TRANSFER.inputs } },
    ],
    ["another amount to sign than to send", { ...honest, signMsg: transferOf(otherAmount) }],
    [
      "an output more to sign than to send",
      { ...honest, signMsg: { ...TRANSFER, outputs: [...TRANSFER.outputs, ...TRANSFER.outputs] } },
    ],
    ["an unknown member of the message", { ...honest, signMsg: { ...TRANSFER, fee: 1 } }],
    ["an unknown member of a coin", payloadOf(transferOf([{ denom: "BNB", amount: 1, lock: 1 }]))],
    ["more going out than coming in", payloadOf(transferOf(ONE_BNB, otherAmount))],
    ["an amount of 0", payloadOf(transferOf(coins(["BNB", 0])))],
    ["a negative amount", payloadOf(transferOf(coins(["BNB", -1])))],
    ["an amount with a fraction", payloadOf(transferOf(coins(["BNB", 0.5])))],
    ["an amount above 64 bits", payloadOf(transferOf(coins(["BNB", 2n ** 63n])))],
    [
      "an address of 19 bytes",
      {
        ...honest,
        msg: {
          ...honest.msg,
          outputs: [{ address: { ...buffer(SENDER), data: Array(19).fill(0) }, coins: ONE_BNB }],
        },
      },
    ],
    ["no inputs", payloadOf({ ...TRANSFER, inputs: [] })],
    ["data", payloadOf(TRANSFER, { data: "AA==" })],
    ["a memo above 128 bytes", payloadOf(TRANSFER, { memo: "á".repeat(65) })],
    ["a memo that is not Unicode", payloadOf(TRANSFER, { memo: "\ud800" })],
    ["a sequence below 0", payloadOf(TRANSFER, { sequence: -1 })],
    ["very long text", `{"memo":"${"a".repeat(3_000_000)}"}`],
  ])("%s", async (_, payload) => {
    expect(() => describePayload(payload)).toThrow(expect.objectContaining({ code: "INVALID_TRANSACTION" }));
    await expect(sign(payload)).rejects.toHaveProperty("code", "INVALID_TRANSACTION");
  });

  test("a transfer on the other network", () => {
    expect(() => bnbBeaconChain.describe(pendingOf(honest), "testnet")).toThrow(
      expect.objectContaining({ code: "NETWORK_MISMATCH" }),
    );
  });

  test("a transfer of somebody else's coins", async () => {
    const payload = payloadOf({ inputs: TRANSFER.outputs, outputs: TRANSFER.inputs }, offline);
    await expect(sign(payload)).rejects.toMatchObject({
      code: "INVALID_TRANSACTION",
      message: expect.stringContaining(SENDER),
    });
  });
});

test("the transfer that the refused ones differ from is signed", async () => {
  expect(await sign(payloadOf(TRANSFER, offline))).toHaveProperty("filledIn.sequence", "0");
});
