/** Which chain people mean. */
import { describe, expect, test } from "bun:test";
import { loadChain, tickers } from "../../chains/index.ts";
import { knownChain, knownTickers, tickerNamed } from "../../src/chain-names.ts";
import { KmsError } from "../../src/errors.ts";

function refused(list: string): KmsError {
  try {
    knownTickers(list);
  } catch (error) {
    if (error instanceof KmsError) return error;
  }
  throw new Error("The list was taken.");
}

describe("a chain", () => {
  test("has its ticker, in capitals or not, and the name that it calls itself by", async () => {
    for (const ticker of tickers) {
      expect(tickerNamed(ticker)).toBe(ticker);
      expect(tickerNamed(ticker.toLowerCase())).toBe(ticker);
      expect(tickerNamed((await loadChain(ticker))?.facts.name ?? "")).toBe(ticker);
    }
  });

  test.each([
    ["POL", "MATIC"],
    ["polygon", "MATIC"],
    ["KAIA", "KLAY"],
    ["Klaytn", "KLAY"],
    ["TRX", "TRON"],
    ["Bitcoin", "BTC"],
    ["bitcoin-cash", "BCH"],
    ["Bitcoin Cash", "BCH"],
    ["ETHEREUM", "ETH"],
    ["XBT", "BTC"],
    ["elrond", "EGLD"],
    [" btc ", "BTC"],
    ["btc,", "BTC"],
    [", Pol ,", "MATIC"],
  ])("%s is %s", async (name, ticker) => {
    expect(tickerNamed(name)).toBe(ticker);
    expect((await knownChain(name)).facts.ticker).toBe(ticker);
  });

  test.each(["", "XTZ", "BINANCE", "TEZOS", "constructor", "BTC,ETH", "BTCC"])("%j is none", (name) => {
    expect(tickerNamed(name)).toBeUndefined();
  });
});

test("a chain that is none is told, with all that there are", async () => {
  const error = await knownChain("XTZ").catch((failure: KmsError) => failure);
  expect(error).toBeInstanceOf(KmsError);
  const { message, hint } = error as KmsError;
  expect(message).toBe("Unsupported blockchain: XTZ.");
  expect(hint).toBe(`Supported: ${[...tickers].sort().join(", ")}.`);
});

test.each([
  ["bitcon", "BTC"],
  ["Etherium", "ETH"],
  ["bitcoin-csh", "BCH"],
  ["polgon", "MATIC"],
  ["BTCC", "BTC"],
])("%s is none, and %s is thought to be meant", (name, ticker) => {
  expect(refused(name).hint).toBe(`Did you mean ${ticker}?`);
});

describe("a list of chains", () => {
  test.each([
    ["ETH,", ["ETH"]],
    [",ETH,,btc, POL ,", ["ETH", "BTC", "MATIC"]],
    ["ETH,eth,Ethereum", ["ETH"]],
  ])("%s", (list, known) => {
    expect(knownTickers(list)).toEqual(known);
  });

  test.each(["", ",", " , "])("%j names none", (list) => {
    expect(refused(list)).toMatchObject({ code: "USAGE", message: "The list of chains is empty." });
  });

  test.each([
    [
      "ETH,XTZ",
      "Unsupported blockchain: XTZ.",
      new RegExp(`^Supported: ${[...tickers].sort().join(", ")}\\.$`),
    ],
    ["BTCC", "Unsupported blockchain: BTCC.", /^Did you mean BTC\?$/],
    ["binance", "Unsupported blockchain: binance.", /^BSC is .* BNB /],
    ["canary.of.a/secret", "Unsupported blockchain.", /^Supported: /],
  ])("%s is refused: %s", (list, message, hint) => {
    const error = refused(list);
    expect([error.code, error.message, error.hint]).toEqual(["USAGE", message, expect.stringMatching(hint)]);
  });
});
