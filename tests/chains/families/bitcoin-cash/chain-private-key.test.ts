import { describe, expect, test } from "bun:test";
import { bitcoinCash } from "../../../../chains/bch.ts";
import { ChainError } from "../../../../chains/error.ts";

/** One key in its three forms: https://en.bitcoin.it/wiki/Wallet_import_format */
const HEX = "0c28fca386c7a227600b2fe50b7cae11ec86d3bf1fbe471be89827e19d72aa1d";
const UNCOMPRESSED = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
const COMPRESSED = "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617";

describe("a private key of Bitcoin Cash", () => {
  test.each([
    ["compressed", COMPRESSED, 33],
    ["uncompressed", UNCOMPRESSED, 65],
  ])("is read from %s WIF", (_, text, length) => {
    const { address, key, warnings } = bitcoinCash.parsePrivateKey(` ${text}\n`, "mainnet");
    expect(key.publicKey).toHaveLength(length);
    expect(address).toStartWith("bitcoincash:q");
    expect(warnings).toEqual([]);
  });

  test("has another address when its public key is not compressed", () => {
    const [compressed, uncompressed] = [COMPRESSED, UNCOMPRESSED].map(
      (text) => bitcoinCash.parsePrivateKey(text, "mainnet").address,
    );
    expect(compressed).not.toBe(uncompressed!);
  });

  test("is not read from a WIF of the other network", () => {
    expect(() => bitcoinCash.parsePrivateKey(COMPRESSED, "testnet")).toThrow(
      "The private key is one of BCH mainnet, but it is used on testnet.",
    );
  });

  test.each([HEX, `0x${HEX}`, "", `${COMPRESSED.slice(0, -1)}8`])("is not read from %p", (text) => {
    let error: unknown;
    try {
      bitcoinCash.parsePrivateKey(text, "mainnet");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({ code: "INVALID_KEY" });
    expect((error as ChainError).message).toBe(
      "Not a private key of BCH: expected WIF with a matching checksum.",
    );
  });
});
