import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/curves/utils.js";
import { bech32 } from "@scure/base";
import { readAddress } from "../../../../chains/families/cardano/address.ts";

// CIP-19, "Test Vectors": types 0 to 7, by their letters of the network.
const PAYMENT_KEY_HASH = "9493315cd92eb5d8c4304e67b7e16ae36d61d34502694657811a2c8e";
const BASE =
  "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x";
const SCRIPT = "addr1w8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcyjy7wx";
const POINTER = "addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k";
const ENTERPRISE = "addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8";
const STAKE = "stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgw";
const BYRON = "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi";
const BYRON_TESTNET = "FHnt4NL7yPYJaAqDL8ErS5zwnJ1CmUsF1ADBoVJYkyYvhKmY83jTG5ePhRiNNEL";

describe("an address that can hold coins", () => {
  test.each([BASE, ENTERPRISE, POINTER])("of a key names the key's hash: %s", (text) => {
    expect(readAddress(text, "mainnet").paymentKeyHash).toBe(PAYMENT_KEY_HASH);
  });

  test("of a script is spent from by no key", () => {
    const { bytes, paymentKeyHash } = readAddress(SCRIPT, "mainnet");
    expect(bytesToHex(bytes)).toBe("71c37b1b5dc0669f1d3c61a6fddb2e8fde96be87b881c60bce8e8d542f");
    expect(paymentKeyHash).toBeUndefined();
  });

  test("of the Byron era is read with its checksum", () => {
    expect(bytesToHex(readAddress(BYRON, "mainnet").bytes)).toStartWith("82d818");
  });
});

describe("of Cardano addresses, refused is", () => {
  const refusal = (text: string, network: "mainnet" | "testnet"): unknown => {
    try {
      return readAddress(text, network);
    } catch (error) {
      return error;
    }
  };

  test.each([ENTERPRISE, BYRON])("an address of mainnet on a test network: %s", (text) => {
    expect(refusal(text, "testnet")).toHaveProperty("code", "NETWORK_MISMATCH");
  });

  test("an address of a test network on mainnet", () => {
    expect(refusal(BYRON_TESTNET, "mainnet")).toHaveProperty("code", "NETWORK_MISMATCH");
  });

  test("an address of a network id that no network has", () => {
    for (let id = 2; id < 16; id++) {
      for (const [prefix, network] of [
        ["addr", "mainnet"],
        ["addr_test", "testnet"],
      ] as const) {
        const bytes = Uint8Array.of(0x60 + id, ...new Uint8Array(28));
        expect(refusal(bech32.encodeFromBytes(prefix, bytes), network)).toHaveProperty(
          "code",
          "INVALID_TRANSACTION",
        );
      }
    }
  });

  test.each([
    ["a stake address", STAKE],
    ["a wrong checksum", ENTERPRISE.replace("x2", "x3")],
    ["a wrong checksum of the Byron era", BYRON.replace("bk", "bj")],
    ["a truncated address", BASE.slice(0, -7)],
    ["an empty text", ""],
    ["a very long text", "a".repeat(100_000)],
  ])("%s", (_, text) => {
    expect(refusal(text, "mainnet")).toHaveProperty("code", "INVALID_TRANSACTION");
  });
});
