import { describe, expect, test } from "bun:test";
import { keyLines, mnemonicLines } from "../../../src/wallets/answer-lines.ts";

const abandon = (count: number): string => "abandon ".repeat(count).trim();
const twelve = `${abandon(11)} about`;
/** With {@link twelve} before it a mnemonic of 24 words. */
const otherTwelve = `${"zoo ".repeat(11)}before`;
const twentyFour = `${abandon(23)} art`;

describe("the lines of a mnemonic", () => {
  test.each<[string, string[], number | undefined]>([
    ["one of 24 words", [twentyFour], 1],
    ["one of 12 words, which may go on", [twelve], undefined],
    ["one before a password", [twelve, "geheim", "geheim"], 1],
    ["one before a password of such words", [twelve, "correct horse battery", "geheim"], 1],
    ["two before a password", [abandon(12), `${abandon(11)} art`, "geheim"], 2],
    ["a word a line", [...twelve.split(" "), "geheim"], 12],
    ["two in capitals", [abandon(12).toUpperCase(), `${abandon(11)} art`.toUpperCase(), "geheim"], 2],
    ["words of another kind", ["not a mnemonic", "geheim"], 1],
    ["an empty one", ["", "geheim"], 1],
  ])("before other answers: %s", (_what, lines, count) => {
    expect(mnemonicLines(false)(lines, false)).toBe(count as number);
  });

  test.each<[string, string[]]>([
    ["the first half is a mnemonic itself", [twelve, otherTwelve, "geheim"]],
    ["the rest may be a password or mistyped", [twelve, abandon(12), "geheim"]],
    ["shorter ones may be several answers", [abandon(6), `${abandon(5)} about`, abandon(6), "geheim"]],
  ])("before other answers are refused when %s", (_what, lines) => {
    expect(() => mnemonicLines(false)(lines, false)).toThrow(
      "it cannot be told which of them are the mnemonic",
    );
  });

  test.each<[string, string[], number]>([
    ["both halves", [twelve, otherTwelve], 2],
    ["what is not of it", [twelve, "geheim"], 1],
    ["one that is not whole", [abandon(5)], 1],
  ])("by itself: %s", (_what, lines, count) => {
    expect(mnemonicLines(true)(lines, true)).toBe(count);
  });
});

describe("the lines of a private key", () => {
  test.each<[string, string[], number | undefined]>([
    ["hex digits", ["0xab", "geheim"], 1],
    ["a PEM file", ["-----BEGIN X-----", "YQ==", "-----END X-----", "geheim"], 3],
    ["the beginning of one", ["-----BEGIN X-----", "YQ=="], undefined],
    ["JSON", ["{", '"a": 1', "}", "geheim"], 3],
    ["JSON of one line", ["[1,2]", "geheim"], 1],
    ["the beginning of JSON", ["[1,"], undefined],
    ["words of an account's mnemonic", [abandon(13), abandon(12), "geheim"], 2],
    ["an empty line", ["", "geheim"], 1],
  ])("are those of %s", (_what, lines, count) => {
    expect(keyLines(lines, false)).toBe(count as number);
  });
});
