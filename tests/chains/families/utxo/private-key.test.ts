import { describe, expect, test } from "bun:test";
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check, hex } from "@scure/base";
import { bitcoin } from "../../../../chains/btc.ts";
import { dogecoin } from "../../../../chains/doge.ts";
import { ChainError } from "../../../../chains/error.ts";
import { litecoin } from "../../../../chains/ltc.ts";

/** Private key and its two forms: https://en.bitcoin.it/wiki/Wallet_import_format */
const HEX = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d";
const UNCOMPRESSED = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
const COMPRESSED = "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617";

const base58check = createBase58check(sha256);

describe("a private key of Bitcoin", () => {
  test.each([
    ["compressed WIF", COMPRESSED],
    ["hex", HEX],
    ["hex in upper case", HEX.toUpperCase()],
    ["hex with 0x", `0x${HEX}`],
    ["with blanks and line ends around it", ` \t${COMPRESSED}\r\n`],
  ])("is read from %s and has a P2WPKH address", (_, text) => {
    const { address, key, warnings } = bitcoin.parsePrivateKey(text, "mainnet");
    expect(address).toBe(bitcoin.deriveAddress({ privateKey: COMPRESSED }, 0, "mainnet"));
    expect(address).toStartWith("bc1q");
    expect(key.publicKey).toHaveLength(33);
    expect(warnings).toEqual([]);
  });

  test("is read from uncompressed WIF and has a P2PKH address", () => {
    const { address, key } = bitcoin.parsePrivateKey(UNCOMPRESSED, "mainnet");
    expect(address).toBe("1GAehh7TsJAHuUAeKZcXf5CnwuGuGgyX2S");
    expect(key.publicKey).toHaveLength(65);
  });

  test("in the form of the other network is read with a warning", () => {
    const { address, warnings } = bitcoin.parsePrivateKey(COMPRESSED, "testnet");
    expect(address).toStartWith("tb1q");
    expect(warnings).toEqual([
      "The private key is written in the form of BTC mainnet; it is used on testnet.",
    ]);
  });

  const secret = hex.decode(HEX);
  test.each([
    ["no text", ""],
    ["a wrong checksum", `${COMPRESSED.slice(0, -1)}8`],
    ["a character too few", COMPRESSED.slice(0, -1)],
    ["63 hex digits", HEX.slice(1)],
    ["66 hex digits", `${HEX}00`],
    ["a WIF of Litecoin", litecoin.derivePrivateKey({ mnemonic: "zoo" }, 0, "mainnet")],
    ["a WIF of 31 bytes", base58check.encode(Uint8Array.of(0x80, ...secret.subarray(1)))],
    ["another compression mark", base58check.encode(Uint8Array.of(0x80, ...secret, 2))],
    ["zero", "00".repeat(32)],
    ["the order of the curve", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"],
  ])("is not read from %s, and the text is not repeated", (_, text) => {
    let error: unknown;
    try {
      bitcoin.parsePrivateKey(text, "mainnet");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({ code: "INVALID_KEY" });
    const { message, cause } = error as ChainError;
    expect(cause).toBeUndefined();
    if (text !== "") expect(message).not.toContain(text);
  });
});

describe("a private key of Dogecoin", () => {
  test("has a P2PKH address", () => {
    expect(dogecoin.parsePrivateKey(HEX, "mainnet").address).toStartWith("D");
    expect(dogecoin.parsePrivateKey(HEX, "testnet").address).toStartWith("n");
  });

  test("is not read from a WIF of Bitcoin", () => {
    expect(() => dogecoin.parsePrivateKey(COMPRESSED, "mainnet")).toThrow("WIF of another coin");
  });
});

describe("a private key of Litecoin", () => {
  test("has a P2PKH address", () => {
    expect(litecoin.parsePrivateKey(HEX, "mainnet").address).toStartWith("L");
    expect(litecoin.parsePrivateKey(HEX, "testnet").address).toMatch(/^[mn]/);
  });
});
