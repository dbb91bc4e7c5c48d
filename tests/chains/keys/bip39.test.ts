import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/curves/utils.js";
import { mnemonicToSeedSync } from "@scure/bip39";
import { ChainError } from "../../../chains/error.ts";
import { assertMnemonic, generateMnemonic, mnemonicToSeed } from "../../../chains/keys/bip39.ts";

/** English vectors of BIP-39: https://github.com/trezor/python-mnemonic/blob/master/vectors.json */
const VECTORS = [
  "legal winner thank year wave sausage worth useful legal winner thank yellow",
  "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
  "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid letter always",
  "trash tobacco dizzy hard already first water bench price sentence diary quick bomb also expect amazing airport royal",
  "absent gorilla van acoustic humor firm title dolphin bulk barely citizen recall crane moment aspect appear track phrase actual enforce steel spoon afraid benefit",
];
const ABANDON = `${"abandon ".repeat(11)}about`;

describe("mnemonic", () => {
  test("a new one has 24 words, is valid and is not repeated", () => {
    const mnemonic = generateMnemonic();
    expect(mnemonic.split(" ")).toHaveLength(24);
    expect(() => assertMnemonic(mnemonic)).not.toThrow();
    expect(generateMnemonic()).not.toBe(mnemonic);
  });

  test.each([...VECTORS, ABANDON])("the published mnemonic %p is accepted", (mnemonic) => {
    expect(() => assertMnemonic(mnemonic)).not.toThrow();
  });

  test.each([
    ["a wrong checksum", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo"],
    ["a word that is not in the list", `${"abandon ".repeat(11)}bitcoin`],
    ["too few words", "zoo zoo zoo"],
    ["no words", ""],
    ["upper case", ABANDON.toUpperCase()],
    ["two blanks", ABANDON.replace(" ", "  ")],
  ])("%s is refused without repeating the words", (_, mnemonic) => {
    let error: unknown;
    try {
      assertMnemonic(mnemonic);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({ code: "INVALID_KEY" });
    expect((error as ChainError).message).not.toMatch(/zoo|abandon|bitcoin/i);
  });
});

describe("what is wrong with words that are no mnemonic", () => {
  const abandon = (count: number): string => "abandon ".repeat(count);

  test.each([
    ["a mistyped word", `${abandon(11)}abuot`, "word 12 is not in the English list (near word 12: about, "],
    ["two of them", `abondon ${abandon(10)}zoos`, "words 1 and 12 are not in the English list"],
    ["a word that is cut off", `${abandon(11)}appr`, "(near word 12: approve"],
    ["other words", "eins zwei drei vier fünf sechs sieben acht", "words 1, 2, 3, 4, 5 and 3 more are not"],
    ["capital letters", `Abandon ${abandon(10)}About`, "words 1 and 12 have capital letters"],
    ["a missing word", abandon(11).trim(), "it has 11 words"],
    ["one word", "abandon", "it has 1 word."],
    ["another order", `about ${abandon(11)}`.trim(), "its 12 words are all in the list, but the checksum"],
    ["nothing", "", "there are no words"],
  ])("is told: %s", (_what, words, problem) => {
    expect(() => assertMnemonic(words)).toThrow(problem);
  });
});

describe("the seed of BIP-39", () => {
  // The seed of this mnemonic without passphrase stands in many places, for example in the tests of BIP-49 wallets.
  test("is that of BIP-39 with an empty passphrase", () => {
    expect(bytesToHex(mnemonicToSeed(ABANDON))).toBe(
      "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1" +
        "9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4",
    );
  });

  test.each(VECTORS)("of %p is the same as in @scure/bip39", (mnemonic) => {
    expect(mnemonicToSeed(mnemonic)).toEqual(mnemonicToSeedSync(mnemonic));
  });

  test("is normalised (NFKD) first", () => {
    expect(mnemonicToSeed("caf\u00e9")).toEqual(mnemonicToSeed("cafe\u0301"));
  });

  test("exists for stored words that are no valid mnemonic", () => {
    expect(mnemonicToSeed("not a mnemonic")).toHaveLength(64);
  });
});
