import { describe, expect, test } from "bun:test";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { bech32 } from "@scure/base";
import { cardano } from "../../../../chains/ada.ts";
import { PRIVATE_KEY, SENDER } from "./payment.ts";

const CHAIN_CODE = "33".repeat(32);
const PUBLIC_KEY = bytesToHex(cardano.parsePrivateKey(PRIVATE_KEY, "testnet").key.publicKey);
const CBOR_HEX = `5880${PRIVATE_KEY}${PUBLIC_KEY}${CHAIN_CODE}`;
/** RFC 8032, 7.1, test 2. */
const SEED = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const PUBLIC_KEY_OF_SEED = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

const parse = (text: string) => cardano.parsePrivateKey(text, "testnet");
const bech = (prefix: string, hex: string) => bech32.encode(prefix, bech32.toWords(hexToBytes(hex)), 256);
const file = (type: string, cborHex: string) => JSON.stringify({ type, description: "Payment", cborHex });

describe("an extended Cardano key is read from", () => {
  test.each([
    ["128 hex digits", PRIVATE_KEY],
    ["128 upper-case hex digits with 0x and blanks around", ` 0x${PRIVATE_KEY.toUpperCase()}\n`],
    ["192 hex digits, with its chain code", PRIVATE_KEY + CHAIN_CODE],
    ["addr_xsk of CIP-5", bech("addr_xsk", PRIVATE_KEY + CHAIN_CODE)],
    ["the CBOR of cardano-cli", CBOR_HEX],
    ["the file of cardano-cli", file("PaymentExtendedSigningKeyShelley_ed25519_bip32", CBOR_HEX)],
  ])("%s", (_, text) => {
    expect(parse(text)).toMatchObject({ address: SENDER, warnings: [] });
    expect(cardano.derivePrivateKey({ privateKey: text }, 0, "testnet")).toBe(PRIVATE_KEY);
  });
});

describe("a plain Cardano key is read from", () => {
  test.each([
    ["addr_sk of CIP-5", bech("addr_sk", SEED)],
    ["the CBOR of cardano-cli", `5820${SEED}`],
    ["the file of cardano-cli", file("PaymentSigningKeyShelley_ed25519", `5820${SEED}`)],
  ])("%s", (_, text) => {
    expect(bytesToHex(parse(text).key.publicKey)).toBe(PUBLIC_KEY_OF_SEED);
  });
});

describe("of Cardano keys, refused without being quoted is", () => {
  test.each([
    ["a key that is too short", PRIVATE_KEY.slice(2)],
    ["a key that is not hex", `zz${PRIVATE_KEY.slice(2)}`],
    ["a scalar that is not one of BIP32-Ed25519", `ff${PRIVATE_KEY.slice(2)}`],
    ["another public key inside", CBOR_HEX.replace(PUBLIC_KEY, "44".repeat(32))],
    ["the key of an account", bech("acct_xsk", PRIVATE_KEY + CHAIN_CODE)],
    ["the key of a stake", bech("stake_xsk", PRIVATE_KEY + CHAIN_CODE)],
    ["a wrong checksum", `${bech("addr_xsk", PRIVATE_KEY + CHAIN_CODE).slice(0, -1)}b`],
    ["the file of a stake key", file("StakeExtendedSigningKeyShelley_ed25519_bip32", CBOR_HEX)],
    ["a file that is no JSON", `{${PRIVATE_KEY}`],
    ["an empty text", ""],
  ])("%s", (_, text) => {
    let caught: unknown;
    try {
      parse(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toHaveProperty("code", "INVALID_KEY");
    expect(String((caught as Error).message)).not.toInclude(PRIVATE_KEY.slice(10, 30));
  });
});

describe("a Cardano wallet", () => {
  const mnemonic = "test walk nut penalty hip pave soap entry language right filter choice";

  test("is not restored from words whose checksum does not match", () => {
    expect(() => cardano.restoreWallet(mnemonic.replace("choice", "walk"), "mainnet")).toThrow("checksum");
  });

  test.each([-1, 0.5, 2 ** 31])("has no address at index %d", (index) => {
    expect(() => cardano.deriveAddress({ mnemonic }, index, "mainnet")).toThrow(
      expect.objectContaining({ code: "INVALID_KEY" }),
    );
  });

  test("generates words that restore it", () => {
    const { mnemonic: words = "", ...rest } = cardano.generateWallet("mainnet");
    expect(words.split(" ")).toHaveLength(24);
    expect(cardano.restoreWallet(words, "mainnet")).toEqual({ mnemonic: words, ...rest });
  });

  test("without a key has no address", () => {
    expect(() => cardano.deriveAddress({}, 0, "mainnet")).toThrow(
      expect.objectContaining({ code: "INVALID_KEY" }),
    );
  });
});
