import { describe, expect, test } from "bun:test";
import { algorand } from "../../../../chains/algo.ts";
import { MNEMONIC, SENDER } from "./transaction-object.ts";

const { secret = "" } = algorand.restoreWallet(MNEMONIC, "mainnet");

describe("an Algorand wallet", () => {
  test("is made anew with an address and its secret", () => {
    const wallet = algorand.generateWallet("mainnet");
    expect(Object.keys(wallet)).toEqual(["address", "secret"]);
    expect(algorand.deriveAddress({ secret: wallet.secret! }, 0, "mainnet")).toBe(wallet.address!);
    expect(algorand.generateWallet("mainnet")).not.toEqual(wallet);
  });

  test("is restored from the 25 words of its account, which it does not keep", () => {
    expect(algorand.restoreWallet(MNEMONIC, "mainnet")).toEqual({ address: SENDER, secret });
  });

  test.each([
    ["a word is not on the list", MNEMONIC.replace("advice", "advise")],
    ["two words are swapped", MNEMONIC.replace("advice pudding", "pudding advice")],
    ["a word is missing", MNEMONIC.replace(" sponsor", "")],
    ["a key of more than 256 bits", `${"zoo ".repeat(24)}zoo`],
  ])("is not restored when %s", (_, words) => {
    expect(() => algorand.restoreWallet(words, "mainnet")).toThrow("failed to decode mnemonic");
  });

  test("without any key gives none", () => {
    expect(() => algorand.derivePrivateKey({ address: SENDER }, 0, "mainnet")).toThrow(
      "neither a secret nor",
    );
  });
});

describe("an Algorand secret", () => {
  const bytes = Buffer.from(
    [...secret]
      .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
      .join("")
      .slice(0, 512)
      .match(/.{8}/g)!
      .map((bits) => Number.parseInt(bits, 2)),
  );

  test.each([
    ["the 25 words", MNEMONIC],
    ["base32", secret],
    [
      "base32 in lower case, padded, with 0 for O and 1 for I",
      `${secret.replaceAll("O", "0").replaceAll("I", "1").toLowerCase()}=`,
    ],
    ["base64", bytes.toString("base64")],
    ["hex", bytes.toString("hex")],
  ])("is read from %s", (_, text) => {
    expect(algorand.parsePrivateKey(text, "mainnet").address).toBe(SENDER);
    expect(algorand.derivePrivateKey({ privateKey: text }, 0, "mainnet")).toBe(secret);
  });

  test.each([
    ["is too short", secret.slice(0, 60)],
    ["is too long", `${secret}AAAA`],
    ["has letters that base32 does not have", secret.replace("A", "8")],
    ["is empty", ""],
  ])("is not read when it %s", (_, text) => {
    expect(() => algorand.parsePrivateKey(text, "mainnet")).toThrow(
      expect.objectContaining({ code: "INVALID_KEY", message: "bad secret key size" }),
    );
  });

  test("is not read when its public key is that of another key", () => {
    const other = Buffer.from(bytes);
    other[63] = other[63]! ^ 1;
    const read = () => algorand.parsePrivateKey(other.toString("hex"), "mainnet");
    expect(read).toThrow("is not the public key of the first half");
  });
});
