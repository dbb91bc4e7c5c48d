/** A daemon that waits for nothing says so, and what would help. */
import { describe, expect, test } from "bun:test";
import { tickers as allTickers } from "../../../chains/index.ts";
import { tellIdleChains } from "../../../src/daemon/idle-chains.ts";

/** Wallets named as `ETH` or, for the test network, `ETH-test`. */
function told(wallets: string, network: "mainnet" | "testnet", chains?: string): string | undefined {
  const summaries = wallets
    .split(" ")
    .filter((name) => name !== "")
    .map((name, at) => {
      const [chain, testnet] = name.split("-");
      return { signatureId: String(at), chain, testnet: testnet !== undefined };
    });
  const tickers = chains?.split(",") ?? allTickers;
  return tellIdleChains(summaries, { network, tickers, chainsAreNamed: chains !== undefined });
}

describe("a vault without wallets of the daemon's network", () => {
  test.each([
    ["", "mainnet", "The vault holds no mainnet wallets; waiting for some."],
    [
      "ETH-test ETH-test BTC-test",
      "mainnet",
      "The vault holds no mainnet wallets; waiting for some. It holds 3 wallets for testnet (ETH 2, BTC 1): add --testnet to have them served.",
    ],
    [
      "SOL",
      "testnet",
      "The vault holds no testnet wallets; waiting for some. It holds 1 wallet for mainnet (SOL 1): leave --testnet out to have them served.",
    ],
  ] as const)("%s, %s", (wallets, network, text) => {
    expect(told(wallets, network)).toBe(text);
  });
});

describe("chains that are named", () => {
  test("are told one by one when there are no wallets of them", () => {
    expect(told("BTC", "mainnet", "SOL,BTC")).toBe(
      "The vault holds no mainnet wallets of SOL; waiting for some.",
    );
    expect(told("BTC SOL-test", "mainnet", "SOL,BTC,ADA")).toBe(
      "The vault holds no mainnet wallets of SOL, ADA; waiting for some. It holds 1 wallet for testnet (SOL 1): add --testnet to have them served.",
    );
  });

  test("do not hide that there are wallets of others alone", () => {
    expect(told("BTC ETH ETH", "mainnet", "SOL")).toBe(
      "The vault holds no mainnet wallets of SOL; waiting for some. It holds 3 wallets for mainnet (BTC 1, ETH 2): --chain leaves them out.",
    );
  });

  test("are not told when each has a wallet, though others have none", () => {
    expect(told("BTC SOL ETH XRP-test", "mainnet", "SOL,BTC")).toBeUndefined();
  });
});

describe("where no chain is named", () => {
  test("one whose wallets are all of the other network is told", () => {
    expect(told("BTC ETH-test ETH-test", "mainnet")).toBe(
      "The vault holds 2 wallets for testnet (ETH 2): add --testnet to have them served.",
    );
  });

  test("nothing is told of chains with wallets of both, or of none", () => {
    expect(told("BTC BTC-test", "mainnet")).toBeUndefined();
    expect(told("BTC", "mainnet")).toBeUndefined();
    expect(told("BTC BTC-test", "testnet")).toBeUndefined();
  });
});
