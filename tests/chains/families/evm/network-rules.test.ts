import { describe, expect, test } from "bun:test";
import type { Hex } from "viem";
import { ethereum } from "../../../../chains/eth.ts";
import type { EvmTransaction } from "../../../../chains/families/evm/encode.ts";
import { assertTakenByNetwork } from "../../../../chains/families/evm/network-rules.ts";
import { evmChains, testedEvmChain } from "./evm-chains.ts";
import { RECIPIENT, requestOf, SENDER } from "./evm-requests.ts";
import { environmentOf } from "./fake-environment.ts";

/** The rules of every network, as their sources have them. */
const NETWORKS = evmChains.flatMap((chain) =>
  testedEvmChain(chain).networks.map(
    ({ chainId, codeBytes, dataGas, mostGas }) =>
      [chain.facts.ticker, chainId, codeBytes, dataGas, mostGas] as const,
  ),
);

const bytes = (count: number, byte = "11"): Hex => `0x${byte.repeat(count)}`;

function transactionOf(members: object): EvmTransaction {
  const legacy = {
    type: "legacy",
    gasPrice: 1n,
    nonce: 0n,
    value: 1n,
    data: "0x",
    gas: 16_000_000n,
  } as const;
  return { ...legacy, to: RECIPIENT, chainId: 1n, ...members } as EvmTransaction;
}

function take(ticker: string, members: object): string {
  const { facts } = evmChains.find((chain) => chain.facts.ticker === ticker)!;
  try {
    assertTakenByNetwork(transactionOf(members), SENDER, facts);
    return "taken";
  } catch (error) {
    expect(error).toMatchObject({ name: "ChainError", code: "INVALID_TRANSACTION" });
    return (error as Error).message;
  }
}

test("every network of every EVM chain has its line", () => {
  const known = evmChains.flatMap(({ facts }) => [...facts.chainIds.mainnet, ...facts.chainIds.testnet]);
  expect(NETWORKS.map(([, chainId]) => chainId).toSorted()).toEqual(known.toSorted());
});

test("every rule of an EVM network names where it is written", () => {
  for (const { facts } of evmChains) {
    for (const [chainId, { source }] of Object.entries(facts.networkRules)) {
      expect([...facts.chainIds.mainnet, ...facts.chainIds.testnet]).toContain(BigInt(chainId));
      expect(source).toStartWith("https://");
    }
  }
});

describe.each(NETWORKS)("%s, chain id %d", (ticker, chainId, codeBytes, dataGas, gasLimit) => {
  test("creates contracts from as much code as its rules allow", () => {
    const create = (count: number) => take(ticker, { chainId, to: undefined, data: bytes(count) });
    if (codeBytes === undefined) return expect(create(400_000)).toBe("taken");
    expect(create(codeBytes)).toBe("taken");
    expect(create(codeBytes + 1)).toBe(
      `data has ${codeBytes + 1} bytes of code, but ${ticker} creates a contract from ${codeBytes} at most.`,
    );
  });

  test("calls contracts with more data than that", () => {
    expect(take(ticker, { chainId, data: bytes(200_000) })).toBe("taken");
  });

  test("wants gas for the data", () => {
    const data = bytes(1_000);
    expect(take(ticker, { chainId, data, gas: dataGas })).toBe("taken");
    expect(take(ticker, { chainId, data, gas: dataGas - 1n })).toBe(
      `gasLimit is too low. given ${dataGas - 1n}, need at least ${dataGas}.`,
    );
  });

  test("takes no more gas than its rules allow", () => {
    if (gasLimit === undefined) return expect(take(ticker, { chainId, gas: 2n ** 32n })).toBe("taken");
    expect(take(ticker, { chainId, gas: gasLimit })).toBe("taken");
    expect(take(ticker, { chainId, gas: gasLimit + 1n })).toBe(
      `gasLimit is ${gasLimit + 1n}, but a transaction of ${ticker} may name ${gasLimit} at most.`,
    );
  });
});

const ACCESS_LIST = [{ address: RECIPIENT, storageKeys: [bytes(32, "00"), bytes(32, "01")] }] as const;

describe("the least gas", () => {
  test.each<[string, string, bigint, object, bigint]>([
    ["a payment", "ETH", 1n, {}, 21_000n],
    ["a call", "ETH", 1n, { value: 0n, data: "0x11223344" }, 21_160n],
    ["a contract", "ETH", 1n, { to: undefined, data: bytes(64, "00") }, 53_260n],
    [
      "a contract of so much code that the floor counts",
      "ETH",
      1n,
      { to: undefined, data: bytes(3_000) },
      141_000n,
    ],
    ["a contract before EIP-3860", "KCS", 321n, { to: undefined, data: bytes(64, "00") }, 53_256n],
    ["zero and other bytes without a floor", "XDC", 50n, { data: "0x0001ff" }, 21_036n],
    ["zero and other bytes with a floor", "ETH", 1n, { data: "0x0001ff" }, 21_090n],
    ["an access list", "ETH", 1n, { type: "eip2930", accessList: ACCESS_LIST }, 27_200n],
    ["an access list in Amsterdam", "ETH", 11155111n, { type: "eip2930", accessList: ACCESS_LIST }, 33_276n],
    ["a payment in Amsterdam", "ETH", 11155111n, {}, 21_000n],
    ["a payment to oneself in Amsterdam", "ETH", 11155111n, { to: SENDER }, 12_000n],
    ["a call without value in Amsterdam", "ETH", 11155111n, { value: 0n }, 15_000n],
    ["a contract in Amsterdam", "ETH", 11155111n, { to: undefined, data: bytes(64) }, 28_096n],
    ["a payment on a network that is not known", "ETH", 31337n, { data: bytes(1_000) }, 37_000n],
  ])("of %s", (_, ticker, chainId, members, needed) => {
    expect(take(ticker, { chainId, ...members, gas: needed })).toBe("taken");
    expect(take(ticker, { chainId, ...members, gas: needed - 1n })).toBe(
      `gasLimit is too low. given ${needed - 1n}, need at least ${needed}.`,
    );
  });
});

describe("a pending transaction", () => {
  const PAYLOAD = { to: RECIPIENT, value: "1", gas: 21_000, gasPrice: 1, nonce: 1, chainId: 1 };
  const sign = (payload: object) =>
    ethereum.sign(requestOf(ethereum, payload), environmentOf([], { network: "mainnet" }));

  test("that the network takes is signed", async () => {
    expect(await sign(PAYLOAD)).toMatchObject({ filledIn: {} });
  });

  test.each([
    ["too much code", { to: undefined, data: bytes(49_153), gas: 16_000_000 }],
    ["too little gas for its data", { data: bytes(1_000), gas: 60_999 }],
    ["too much gas", { gas: 16_777_217 }],
  ])("with %s is refused", async (_, members) => {
    await expect(sign({ ...PAYLOAD, ...members })).rejects.toMatchObject({ code: "INVALID_TRANSACTION" });
  });
});
