import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { encodeFunctionData, parseAbi } from "viem";
import { celo } from "../../../../chains/celo.ts";
import { ethereum } from "../../../../chains/eth.ts";
import { pendingOf, RECIPIENT, SENDER } from "./evm-requests.ts";

const TOKEN = "0xdac17f958d2ee523a2206206994597c13d831ec7";
const described = (payload: object, more = {}) =>
  ethereum.describe(pendingOf(payload, more), "mainnet") as readonly object[];

const abi = parseAbi([
  "function transfer(address to, uint256 amount)",
  "function transferFrom(address from, address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
  "function setApprovalForAll(address operator, bool approved)",
  "function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] amounts, bytes data)",
  "function mintWithTokenURI(address to, uint256 id, string uri)",
  "function burn(uint256 id)",
]);
const transferData = encodeFunctionData({ abi, functionName: "transfer", args: [RECIPIENT, 2n ** 200n] });

describe("coins of an EVM transaction", () => {
  test("without data are a transfer", () => {
    expect(described({ to: RECIPIENT, value: "1000000000000000000" })).toEqual([
      { kind: "transfer", to: RECIPIENT, amount: "1000000000000000000", asset: "ETH" },
    ]);
  });

  test("show their sender when the payload does", () => {
    expect(described({ to: RECIPIENT, from: SENDER, value: 1 })).toEqual([
      { kind: "transfer", from: SENDER, to: RECIPIENT, amount: "1", asset: "ETH" },
    ]);
  });
});

describe("tokens of an EVM transaction", () => {
  test("are a transfer of the contract's asset", () => {
    expect(described({ to: TOKEN, data: transferData })).toEqual([
      { kind: "transfer", to: RECIPIENT, amount: String(2n ** 200n), asset: TOKEN },
    ]);
  });

  test("do not hide coins sent along", () => {
    expect(described({ to: TOKEN, data: transferData, value: 5 })).toEqual([
      { kind: "transfer", to: RECIPIENT, amount: String(2n ** 200n), asset: TOKEN },
      { kind: "transfer", to: TOKEN, amount: "5", asset: "ETH" },
    ]);
  });
});

describe("a contract call of the EVM", () => {
  test.each([
    [
      "transferFrom(address,address,uint256)",
      encodeFunctionData({ abi, functionName: "transferFrom", args: [SENDER, RECIPIENT, 7n] }),
      [SENDER, RECIPIENT, "7"],
    ],
    [
      "approve(address,uint256)",
      encodeFunctionData({ abi, functionName: "approve", args: [SENDER, 2n ** 256n - 1n] }),
      [SENDER, String(2n ** 256n - 1n)],
    ],
    [
      "setApprovalForAll(address,bool)",
      encodeFunctionData({ abi, functionName: "setApprovalForAll", args: [SENDER, true] }),
      [SENDER, "true"],
    ],
    [
      "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
      encodeFunctionData({
        abi,
        functionName: "safeBatchTransferFrom",
        args: [SENDER, RECIPIENT, [1n, 2n], [3n, 4n], "0xabcd"],
      }),
      [SENDER, RECIPIENT, "[1,2]", "[3,4]", "0xabcd"],
    ],
    [
      "mintWithTokenURI(address,uint256,string)",
      encodeFunctionData({ abi, functionName: "mintWithTokenURI", args: [SENDER, 9n, "ipfs://A"] }),
      [SENDER, "9", "ipfs://A"],
    ],
    ["burn(uint256)", encodeFunctionData({ abi, functionName: "burn", args: [3n] }), ["3"]],
  ] as const)("of %s has its arguments", (method, data, args) => {
    expect(described({ to: TOKEN, data, value: 1 })).toEqual([
      { kind: "contract-call", to: TOKEN, amount: "1", method, arguments: [...args] },
    ]);
  });

  test.each([
    ["an unknown method", "0x12345678abcd", "0x12345678"],
    ["less than a selector", "0x1234", "0x1234"],
    ["an argument missing", transferData.slice(0, -64), "0xa9059cbb"],
    ["bytes after the arguments", `${transferData}00`, "0xa9059cbb"],
    ["an address with more than 20 bytes", `0xa9059cbb01${transferData.slice(12)}`, "0xa9059cbb"],
  ])("with %s has its selector and what follows as it is", (_, data, method) => {
    const rest = data.slice(method.length);
    expect(described({ to: TOKEN, data })).toEqual([
      { kind: "contract-call", to: TOKEN, amount: "0", method, arguments: rest === "" ? [] : [`0x${rest}`] },
    ]);
  });
});

test("no recipient is the creation of a contract", () => {
  expect(described({ data: "0x600060", value: 2 })).toEqual([
    {
      kind: "contract-creation",
      amount: "2",
      codeBytes: 3,
      codeDigest: createHash("sha256").update(Buffer.from("600060", "hex")).digest("hex"),
    },
  ]);
});

describe("the fee", () => {
  const fee = (payload: object, more = {}) =>
    described({ to: RECIPIENT, ...payload }, more).find(
      (intent) => "kind" in intent && intent.kind === "fee",
    );

  test("is the most the transaction can cost when gas limit and price are explicit", () => {
    expect(fee({ gas: 21000, gasPrice: 10 })).toEqual({ kind: "fee", amount: "210000", asset: "ETH" });
    expect(fee({ gas: 21000, maxFeePerGas: 20, maxPriorityFeePerGas: 1 })).toMatchObject({
      amount: "420000",
    });
  });

  test("is not shown when the signer decides one of them", () => {
    expect(fee({ gas: 21000 })).toBeUndefined();
    expect(fee({ gas: 21000, gasPrice: "0x0" })).toBeUndefined();
    expect(fee({ gasPrice: 10 })).toBeUndefined();
    expect(fee({ gas: 21000, gasPrice: 10 }, { withdrawalId: "5e68c66581f2ee32bc354088" })).toBeUndefined();
  });

  test("whose amount the node decides still names the token that pays it", () => {
    const payload = { to: RECIPIENT, value: 1, feeCurrency: TOKEN };
    expect(celo.describe(pendingOf(payload, { chain: "CELO" }), "mainnet")).toEqual([
      { kind: "transfer", to: RECIPIENT, amount: "1", asset: "CELO" },
      { kind: "data", field: "feeCurrency", hex: TOKEN.slice(2) },
    ]);
  });
});
