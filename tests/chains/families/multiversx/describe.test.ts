import { describe, expect, test } from "bun:test";
import type { Intent } from "../../../../chains/chain.ts";
import { multiversx } from "../../../../chains/egld.ts";
import { pendingOf } from "../../signing-request.ts";

const ALICE = "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th";
const BOB = "erd1spyavw0956vq68xj8y4tenjpq2wd5a9p2c6j8gsz7ztyrnpxrruqzu66jx";
const BOB_HEX = "8049d639e5a6980d1cd2392abcce41029cda74a1563523a202f09641cc2618f8";
/** The wrapped EGLD contract of shard 0. */
const CONTRACT = "erd1qqqqqqqqqqqqqpgqvc7gdl0p4s97guh498wgz75k8sav6sjfjlwqh679jy";
const WEGLD_HEX = Buffer.from("WEGLD-bd4d79").toString("hex");
const NFT_HEX = Buffer.from("PUNKS-2b3c4d").toString("hex");

const intents = (payload: object) => multiversx.describe(pendingOf({ from: ALICE, ...payload }), "mainnet");
const transfer = (to: string, amount: string, asset: string): Intent => ({
  kind: "transfer",
  from: ALICE,
  to,
  amount,
  asset,
});

describe("the intents of a transaction of MultiversX", () => {
  test("are a transfer of coins", () => {
    expect(intents({ to: BOB, value: "1.5" })).toEqual([transfer(BOB, "1500000000000000000", "EGLD")]);
  });

  test("show text that goes along as data", () => {
    expect(intents({ to: BOB, value: "0", data: "hi" })).toEqual([
      transfer(BOB, "0", "EGLD"),
      { kind: "data", hex: "6869" },
    ]);
  });

  test("are a transfer of tokens", () => {
    const data = `ESDTTransfer@${WEGLD_HEX}@0de0b6b3a7640000`;
    expect(intents({ to: BOB, data })).toEqual([transfer(BOB, "1000000000000000000", "WEGLD-bd4d79")]);
  });

  test("are a transfer of tokens to a contract, and its call", () => {
    const data = `ESDTTransfer@${WEGLD_HEX}@01@${Buffer.from("unwrapEgld").toString("hex")}@05`;
    expect(intents({ to: CONTRACT, data })).toEqual([
      transfer(CONTRACT, "1", "WEGLD-bd4d79"),
      {
        kind: "contract-call",
        from: ALICE,
        to: CONTRACT,
        amount: "0",
        method: "unwrapEgld",
        arguments: ["05"],
      },
    ]);
  });

  test("are a transfer of one item of a collection to the account in the data", () => {
    const data = `ESDTNFTTransfer@${NFT_HEX}@0a@01@${BOB_HEX}`;
    expect(intents({ to: ALICE, data })).toEqual([transfer(BOB, "1", "PUNKS-2b3c4d-0a")]);
  });

  test("are transfers of several tokens", () => {
    const coin = Buffer.from("EGLD-000000").toString("hex");
    const data = `MultiESDTNFTTransfer@${BOB_HEX}@03@${WEGLD_HEX}@00@02@${NFT_HEX}@0b@01@${coin}@@07`;
    expect(intents({ to: ALICE, data })).toEqual([
      transfer(BOB, "2", "WEGLD-bd4d79"),
      transfer(BOB, "1", "PUNKS-2b3c4d-0b"),
      transfer(BOB, "7", "EGLD"),
    ]);
  });

  test("are a call of a contract", () => {
    expect(intents({ to: CONTRACT, value: "1", data: "wrapEgld" })).toEqual([
      {
        kind: "contract-call",
        from: ALICE,
        to: CONTRACT,
        amount: "1000000000000000000",
        method: "wrapEgld",
        arguments: [],
      },
    ]);
  });

  test.each([
    ["an amount is missing", `ESDTTransfer@${WEGLD_HEX}`],
    ["the token has no such name", "ESDTTransfer@616263@01"],
    ["there are fewer payments than said", `MultiESDTNFTTransfer@${BOB_HEX}@02@${WEGLD_HEX}@00@02`],
    ["an argument has half a byte", `ESDTTransfer@${WEGLD_HEX}@1`],
  ])("are not guessed when %s", (_, data) => {
    expect(intents({ to: BOB, data })).toEqual([
      transfer(BOB, "0", "EGLD"),
      { kind: "data", hex: Buffer.from(data).toString("hex") },
    ]);
  });
});
