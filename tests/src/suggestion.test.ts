import { describe, expect, test } from "bun:test";
import { didYouMean, suggestion } from "../../src/suggestion.ts";

const commands = ["daemon", "export", "getaddress", "getprivatekey"];

describe("the word that was probably meant", () => {
  test.each([
    ["daemn", "daemon"],
    ["exprot", "export"],
    ["getadress", "getaddress"],
    ["DAEMON", "daemon"],
    ["getPrivateKey", "getprivatekey"],
  ])("%s: %s", (typed, meant) => {
    expect(suggestion(typed, commands)).toBe(meant);
  });

  test("of short words is one letter away at most", () => {
    expect(suggestion("BTX", ["BTC"])).toBe("BTC");
    expect(suggestion("BXX", ["BTC"])).toBeUndefined();
  });

  test.each(["", "wallet", "toString", "x"])("is none for %j", (typed) => {
    expect(suggestion(typed, commands)).toBeUndefined();
  });

  test("is none where nothing is known", () => {
    expect(suggestion("x", [])).toBeUndefined();
  });
});

test("the word that was probably meant is put as a question", () => {
  expect(didYouMean("daemn", commands)).toBe("Did you mean daemon?");
  expect(didYouMean("tesnet", ["testnet"], "--")).toBe("Did you mean --testnet?");
  expect(didYouMean("x", commands)).toBeUndefined();
});
