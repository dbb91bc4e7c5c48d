import { expect, test } from "bun:test";
import { loadChain, tickers } from "../../../chains/index.ts";
import { tokenCurve } from "../../../src/wallets/token-wallets.ts";
import { testedChainOf } from "../../chains/tested-chains.ts";

test.each([...tickers])("a token makes keys for %s on a curve that tokens have", async (ticker) => {
  const chain = (await loadChain(ticker))!;
  expect(tokenCurve(chain.facts)).toBe(testedChainOf(ticker).tokenCurve);
});
