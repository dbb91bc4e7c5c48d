import { expect, test } from "bun:test";
import { loadChain, tickers } from "../../../chains/index.ts";
import { tokenCurve } from "../../../src/wallets/token-wallets.ts";

const ON_ED25519 = ["XRP", "XLM", "SOL", "EGLD", "ADA", "ALGO"];

test.each([...tickers])("a token makes keys for %s on a curve that tokens have", async (ticker) => {
  const chain = (await loadChain(ticker))!;
  expect(tokenCurve(chain.facts)).toBe(ON_ED25519.includes(ticker) ? "ed25519" : "secp256k1");
});
