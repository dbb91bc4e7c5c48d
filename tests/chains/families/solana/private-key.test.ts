import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/curves/utils.js";
import { base58 } from "@scure/base";
import { solana } from "../../../../chains/sol.ts";

const { privateKey, address } = solana.generateWallet("mainnet") as { privateKey: string; address: string };
const bytes = base58.decode(privateKey);

describe("Solana secret keys", () => {
  test.each([
    ["base58, as wallets export it", privateKey],
    ["128 hex digits", bytesToHex(bytes)],
    ["128 hex digits in upper case", bytesToHex(bytes).toUpperCase()],
    ["the file of solana-keygen", JSON.stringify([...bytes])],
    ["with blanks around it", ` ${privateKey}\n`],
  ])("%s", (_, text) => {
    expect(solana.parsePrivateKey(text, "mainnet")).toMatchObject({ address, warnings: [] });
    expect(solana.derivePrivateKey({ privateKey: text }, 0, "mainnet")).toBe(privateKey);
  });

  test.each([
    ["an address", address, "bad secret key size"],
    ["a seed in hex", bytesToHex(bytes.subarray(0, 32)), "bad secret key size"],
    ["63 bytes", base58.encode(bytes.subarray(0, 63)), "bad secret key size"],
    ["65 bytes", base58.encode(Uint8Array.from([...bytes, 1])), "bad secret key size"],
    [
      "an array with a number too large",
      JSON.stringify([...bytes.subarray(0, 63), 256]),
      "bad secret key size",
    ],
    ["an array of 63", JSON.stringify([...bytes.subarray(0, 63)]), "bad secret key size"],
    ["letters that base58 does not have", "0OIl", "bad secret key size"],
    ["nothing", "", "bad secret key size"],
    [
      "another key's public half",
      base58.encode(Uint8Array.from([...bytes.subarray(0, 32), ...bytes.subarray(0, 32)])),
      "second half",
    ],
  ])("%s is refused, and the message does not show it", (_, text, problem) => {
    const parse = (): unknown => solana.parsePrivateKey(text, "mainnet");
    expect(parse).toThrow(problem);
    if (text !== "") expect(parse).not.toThrow(text);
  });

  test("a wallet without a key is refused", () => {
    expect(() => solana.derivePrivateKey({ address }, 0, "mainnet")).toThrow("neither");
  });

  test("a new wallet has a mnemonic, its first address and the key of it", () => {
    const wallet = solana.generateWallet("testnet");
    expect(Object.keys(wallet)).toEqual(["mnemonic", "address", "privateKey"]);
    expect(wallet.mnemonic!.split(" ")).toHaveLength(24);
    expect(solana.restoreWallet(wallet.mnemonic!, "testnet")).toEqual(wallet);
  });
});
