import { describe, expect, test } from "bun:test";
import { flow } from "../../../../chains/flow.ts";
import { pendingOf } from "../../signing-request.ts";

const account = "0x25883e6c9d6d3ba7";
const to = "0x89f5ebac56825178";
const contractAddress = "6e3d7a10-48a4-4d6c-9077-86686ca8f634";
const publicKey =
  "26c8a38c68bc441a5c99abd6f183a8eb295b07e70b5c28fb9dbab860fc6aea66cc062f0ddaad02e2aeec861bcc281090c4fd94c97f86f248fb4802704dc47164";
const TATUM_NFT = "0x354e6721564ccd2c";

const intents = (type: number, body: object) =>
  flow.describe(pendingOf({ type, body: { account, ...body } }), "mainnet");
const call = (contract: string, method: string, ...args: string[]) => [
  { kind: "contract-call" as const, from: account, to: contract, amount: "0", method, arguments: args },
];

describe("the intents of a Flow transaction", () => {
  test("are a transfer, in units of 10^-8", () => {
    const transfer = { kind: "transfer", from: account, to, amount: "150000000" } as const;
    expect(intents(2, { to, amount: "1.5", currency: "FLOW" })).toEqual([{ ...transfer, asset: "FLOW" }]);
    expect(intents(2, { to, amount: "1.5", currency: "FUSD" })).toEqual([
      { ...transfer, asset: "0x3c5959b568896393" },
    ]);
  });

  test("are a new account or a new key", () => {
    expect(intents(0, { publicKey })).toEqual(call(account, "createAccount(publicKey)", publicKey));
    expect(intents(1, { publicKey })).toEqual(call(account, "addKey(publicKey)", publicKey));
  });

  test("are what happens to tokens", () => {
    expect(intents(4, { to, url: "ipfs://1", contractAddress })).toEqual(
      call(TATUM_NFT, "mint(to,url,type)", to, "ipfs://1", contractAddress),
    );
    expect(intents(5, { to: [to, to], url: ["a", "b"], contractAddress })).toEqual(
      call(TATUM_NFT, "mintMultiple(to,url,type)", `[${to},${to}]`, "[a,b]", contractAddress),
    );
    expect(intents(6, { tokenId: "9", contractAddress })).toEqual(
      call(TATUM_NFT, "burn(id,type)", "9", contractAddress),
    );
    expect(intents(7, { to, tokenId: "9", contractAddress })).toEqual(
      call(TATUM_NFT, "transfer(to,id,type)", to, "9", contractAddress),
    );
  });

  test("do not pretend to understand a text that somebody else wrote", () => {
    const args = [{ type: "UFix64", value: "1.5" }];
    expect(intents(8, { transaction: "transaction(a: UFix64) {}", args })).toEqual([
      { kind: "opaque", reason: expect.stringContaining('[{"type":"UFix64","value":"1.50000000"}]') },
    ]);
  });
});
