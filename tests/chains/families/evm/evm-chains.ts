/** Every chain of the EVM family, with what the tests have to know of it. */
import type { EvmChain } from "../../../../chains/families/evm/chain.ts";
import { loadChain, tickers } from "../../../../chains/index.ts";
import { testedChainOf } from "../../tested-chains.ts";
import type { TestedEvmChain } from "./tested-chain.ts";

const chains = await Promise.all(tickers.map((ticker) => loadChain(ticker)));

export const evmChains: readonly EvmChain[] = chains.filter(
  (chain): chain is EvmChain => chain !== undefined && "chainIds" in chain.facts,
);

export const testedEvmChain = ({ facts }: EvmChain) => testedChainOf(facts.ticker) as TestedEvmChain;
