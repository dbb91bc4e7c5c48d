import { describe, expect, test } from "bun:test";
import { ethereum } from "../../../../chains/eth.ts";
import { parsePayload } from "../../../../chains/families/evm/payload.ts";
import { pendingOf, RECIPIENT } from "./evm-requests.ts";

const parse = (payload: unknown) => parsePayload(pendingOf(payload), ethereum.facts, "testnet");

const CHECKSUMMED = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"; // an example of EIP-55

describe("quantities of an EVM payload", () => {
  test.each([
    ["a JSON integer", "15", 15n],
    ["decimal text", '"15"', 15n],
    ["0x-hex text", '"0xF"', 15n],
    ["a JSON number with an exponent", "1e21", 10n ** 21n],
    ["a JSON number with an empty fraction", "15.0", 15n],
    ["a JSON integer above 2^53", "9007199254740993", 9007199254740993n],
    ["the largest word", `"${2n ** 256n - 1n}"`, 2n ** 256n - 1n],
  ])("are read from %s", (_, json, wei) => {
    expect(parse(`{"to":"${RECIPIENT}","value":${json}}`).value).toBe(wei);
  });

  test.each([
    "1.5",
    '"1.5"',
    '"1e18"',
    "1e-1",
    "1.000000000000000000001",
    "1e400",
    "-1",
    "-9007199254740993",
    '"-1"',
    '"0x"',
    '"0xg"',
    '" 1"',
    '""',
    "true",
    "[1]",
    `"${2n ** 256n}"`,
    `"${"0".repeat(100)}"`,
  ])("are refused from %s", (json) => {
    expect(() => parse(`{"to":"${RECIPIENT}","value":${json}}`)).toThrow("value must");
  });

  test("are bound to 64 bits for gas and to 53 for the nonce", () => {
    expect(parse({ to: RECIPIENT, gas: 2n ** 64n - 1n, nonce: 2n ** 53n - 1n })).toMatchObject({
      gas: 2n ** 64n - 1n,
      nonce: 2n ** 53n - 1n,
    });
    expect(() => parse({ to: RECIPIENT, gas: 2n ** 64n })).toThrow("gas must be at most");
    expect(() => parse({ to: RECIPIENT, nonce: 2n ** 53n })).toThrow("nonce must be at most");
  });

  test("are missing when the caller's way to say so is used", () => {
    for (const missing of [undefined, null, ""]) {
      const payload = parse({ to: RECIPIENT, nonce: missing, gas: missing, gasPrice: missing });
      expect(Object.keys(payload)).toEqual(["to", "fees"]);
      expect(payload.fees).toEqual({ type: "legacy" });
    }
    expect(parse({ to: RECIPIENT, nonce: 0, gas: 0 })).toMatchObject({ nonce: 0n });
    expect(parse({ to: RECIPIENT, nonce: 0, gas: 0 })).not.toHaveProperty("gas");
  });
});

describe("the recipient of an EVM payload", () => {
  test.each([
    CHECKSUMMED,
    CHECKSUMMED.toLowerCase(),
    CHECKSUMMED.slice(2),
    `0x${CHECKSUMMED.slice(2).toUpperCase()}`,
  ])("is read from %s", (to) => {
    expect(parse({ to }).to).toBe("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359");
  });

  test.each([
    ["a wrong checksum", CHECKSUMMED.replace("fB", "Fb"), "to has a wrong EIP-55 checksum"],
    ["a blank before it", ` ${RECIPIENT}`, "to must be an address"],
    ["a blank after it", `${RECIPIENT} `, "to must be an address"],
    ["a digit too few", RECIPIENT.slice(0, -1), "to must be an address"],
    ["no text", "", "to is empty; leave it out to create a contract"],
    ["a number", 5, "to must be an address"],
  ])("is refused with %s", (_, to, message) => {
    expect(() => parse({ to, data: "0x00" })).toThrow(message);
  });

  test("is absent to create a contract, which needs code", () => {
    expect(parse({ data: "0x6000" })).not.toHaveProperty("to");
    expect(parse({ to: null, data: "0x6000" })).not.toHaveProperty("to");
    expect(() => parse({ value: 1 })).toThrow("neither a recipient (to) nor data");
    expect(() => parse({ data: "0x" })).toThrow("neither a recipient (to) nor data");
  });
});

describe("data of an EVM payload", () => {
  test.each([
    ["0x-hex", { data: "0xABcd" }],
    ["hex without 0x", { data: "abcd" }],
    ["input", { input: "0xabcd" }],
    ["data and the same input", { data: "abcd", input: "0xABCD" }],
  ])("is read from %s", (_, members) => {
    expect(parse({ to: RECIPIENT, ...members }).data).toBe("0xabcd");
  });

  test.each([
    ["half a byte", { data: "0xabc" }, "data must be hex text"],
    ["other letters", { data: "0xzz" }, "data must be hex text"],
    ["a number", { data: 12 }, "data must be hex text"],
    ["another input", { data: "0xabcd", input: "0xabce" }, "data and input differ"],
  ])("is refused with %s", (_, members, message) => {
    expect(() => parse({ to: RECIPIENT, ...members })).toThrow(message);
  });
});

describe("the sender of an EVM payload", () => {
  test.each([0, "", null, undefined, `0x${"0".repeat(40)}`])("%j says nothing", (from) => {
    expect(parse({ to: RECIPIENT, from })).not.toHaveProperty("from");
  });

  test("is read as an address", () => {
    expect(parse({ to: RECIPIENT, from: CHECKSUMMED }).from).toBe(
      "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359",
    );
    expect(() => parse({ to: RECIPIENT, from: 3 })).toThrow("from must be an address");
  });
});

describe("the chain id of an EVM payload", () => {
  test("is a JSON integer", () => {
    expect(parse({ to: RECIPIENT, chainId: 1 }).chainId).toBe(1n);
  });

  test.each(["1", "0x1", 0, -1, 1.5, 2n ** 53n])("%p is refused", (chainId) => {
    expect(() => parse({ to: RECIPIENT, chainId })).toThrow("chainId must be");
  });
});

describe("the transaction type of an EVM payload", () => {
  const market = { maxFeePerGas: "30", maxPriorityFeePerGas: "0x2" };
  const accessList = [{ address: RECIPIENT, storageKeys: [`0x${"Ab".repeat(32)}`] }];
  const readList = [{ address: RECIPIENT, storageKeys: [`0x${"ab".repeat(32)}`] }];

  test.each([
    ["legacy", {}, { type: "legacy" }],
    ["legacy", { type: 0, gasPrice: 7 }, { type: "legacy", gasPrice: 7n }],
    ["EIP-2930", { accessList }, { type: "eip2930", accessList: readList }],
    ["EIP-2930", { type: "0x1" }, { type: "eip2930", accessList: [] }],
    ["EIP-1559", market, { type: "eip1559", maxFeePerGas: 30n, maxPriorityFeePerGas: 2n, accessList: [] }],
    [
      "EIP-1559",
      { ...market, type: 2, gasPrice: "0", accessList },
      { type: "eip1559", maxFeePerGas: 30n, maxPriorityFeePerGas: 2n, accessList: readList },
    ],
  ])("is %s with %j", (_, members, fees) => {
    expect(parse({ to: RECIPIENT, ...members }).fees as object).toEqual(fees);
  });

  test.each([
    [{ ...market, gasPrice: 1 }, "exclude each other"],
    [{ maxFeePerGas: 1 }, "needs maxPriorityFeePerGas"],
    [{ maxPriorityFeePerGas: 1 }, "needs maxFeePerGas"],
    [{ maxFeePerGas: 1, maxPriorityFeePerGas: 2 }, "maxPriorityFeePerGas is above maxFeePerGas"],
    [{ ...market, type: 0 }, "type 0 has no maxFeePerGas"],
    [{ ...market, type: 1 }, "type 1 has no maxFeePerGas"],
    [{ type: 2, gasPrice: 1 }, "type 2 needs maxFeePerGas"],
    [{ type: 0, accessList }, "type 0 has no accessList"],
    [{ type: 3, ...market }, "type 3 is not supported"],
    [{ type: "legacy" }, "type must be a whole number"],
    [{ accessList: [{ address: RECIPIENT, storageKeys: ["0x1"] }] }, "storageKeys.0 must be 32 bytes"],
    [{ accessList: [{ address: "0x1", storageKeys: [] }] }, "accessList.0.address must be an address"],
    [{ blobVersionedHashes: [] }, "blobVersionedHashes is not supported"],
    [{ ...market, authorizationList: [] }, "authorizationList is not supported"],
  ])("is refused with %j", (members, message) => {
    expect(() => parse({ to: RECIPIENT, ...members })).toThrow(message);
  });
});

test.each(["", "{", "[]", "null", "1", '"text"'])("%j is not the JSON object of an EVM payload", (text) => {
  expect(() => parse(text)).toThrow("is not a JSON object");
});

test("unknown members of an EVM payload are ignored", () => {
  expect(parse({ to: RECIPIENT, comment: "x", v: "0x1" })).toEqual({
    to: RECIPIENT,
    fees: { type: "legacy" },
  });
});

test("an error has a code and names the transaction", () => {
  expect(() => ethereum.describe(pendingOf({ to: RECIPIENT, value: "x" }), "testnet")).toThrow(
    expect.objectContaining({
      code: "INVALID_TRANSACTION",
      message: expect.stringContaining("5e68c66581f2ee32bc354087"),
    }),
  );
});
