import { describe, expect, test } from "bun:test";
import { ethereum } from "../../../../chains/eth.ts";
import type { EvmChain } from "../../../../chains/families/evm/chain.ts";
import { parsePayload } from "../../../../chains/families/evm/payload.ts";
import { harmony } from "../../../../chains/one.ts";
import { xdcNetwork } from "../../../../chains/xdc.ts";
import { pendingOf } from "./evm-requests.ts";

const CHECKSUMMED = "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"; // an example of EIP-55
const LOWER_CASE = `0x${CHECKSUMMED.toLowerCase()}`;

const recipient = (chain: EvmChain, to: string, network: "mainnet" | "testnet" = "mainnet") =>
  parsePayload(pendingOf({ to }), chain.facts, network).to;

test.each([CHECKSUMMED.slice(1), `0x${CHECKSUMMED}0`, "Fb"])("%s is no address of the EVM", (to) => {
  expect(() => recipient(ethereum, to)).toThrow(
    "must be an address: 40 hex digits, with or without 0x, but is ",
  );
});

describe("an address of the XDC Network", () => {
  test.each([
    `xdc${CHECKSUMMED}`,
    `xdc${CHECKSUMMED.toLowerCase()}`,
    `0x${CHECKSUMMED}`,
    CHECKSUMMED.toLowerCase(),
  ])("is read from %s", (to) => {
    expect<string | undefined>(recipient(xdcNetwork, to)).toBe(LOWER_CASE);
  });

  test.each([
    ["a wrong checksum", `xdc${CHECKSUMMED.replace("fB", "Fb")}`, "wrong EIP-55 checksum"],
    ["a digit too few", `xdc${CHECKSUMMED.slice(1)}`, "with or without 0x or xdc"],
    ["two prefixes", `xdc0x${CHECKSUMMED}`, "must be an address"],
  ])("is refused with %s", (_, to, message) => {
    expect(() => recipient(xdcNetwork, to)).toThrow(message);
  });

  test("is none on another chain", () => {
    expect(() => recipient(ethereum, `xdc${CHECKSUMMED}`)).toThrow("must be an address");
  });

  test("may be the sender", async () => {
    const payload = { from: `xdc${CHECKSUMMED}`, to: `xdc${CHECKSUMMED}`, value: 1 };
    expect(xdcNetwork.describe(pendingOf(payload), "mainnet")).toEqual([
      { kind: "transfer", from: LOWER_CASE, to: LOWER_CASE, amount: "1", asset: "XDC" },
    ]);
  });
});

describe("an address of Harmony", () => {
  // The example of Harmony's SDK (@harmony-js/crypto, address.ts).
  const BECH32 = "one103q7qe5t2505lypvltkqtddaef5tzfxwsse4z7";
  const HEX = "0x7c41e0668b551f4f902cfaec05b5bdca68b124ce";
  // The same 20 bytes with the prefix of the testnet.
  const TESTNET = "tone103q7qe5t2505lypvltkqtddaef5tzfxw79s3z0";

  test.each(["mainnet", "testnet"] as const)("is read on %s", (network) => {
    expect<string | undefined>(recipient(harmony, BECH32, network)).toBe(HEX);
    expect<string | undefined>(recipient(harmony, BECH32.toUpperCase(), network)).toBe(HEX);
    expect<string | undefined>(recipient(harmony, HEX, network)).toBe(HEX);
  });

  test("of the testnet is refused on mainnet", () => {
    expect<string | undefined>(recipient(harmony, TESTNET, "testnet")).toBe(HEX);
    expect(() => recipient(harmony, TESTNET, "mainnet")).toThrow(
      "with or without 0x, or Bech32 text (one1...), but is ",
    );
  });

  test.each([
    ["a wrong checksum", `${BECH32.slice(0, -1)}q`],
    ["mixed case", `ONE${BECH32.slice(3)}`],
    ["another chain's prefix", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    ["a digit too few", BECH32.slice(0, -1)],
  ])("is refused with %s", (_, to) => {
    expect(() => recipient(harmony, to, "testnet")).toThrow("must be an address");
  });

  test("is none on another chain", () => {
    expect(() => recipient(ethereum, BECH32)).toThrow("must be an address");
  });
});
