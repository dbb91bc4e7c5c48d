/**
 * Ethereum. Keys: BIP-44 with coin type 60, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-1.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { AMSTERDAM, OSAKA } from "./families/evm/network-rules.ts";
import { tatumFee, tatumTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;

export const ethereum: EvmChain = evmChain({
  ticker: "ETH",
  name: "Ethereum",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/60'/0'/0", testnet: "m/44'/1'/0'/0" },
  // Testnets: Sepolia and Holesky.
  chainIds: { mainnet: [1n], testnet: [11155111n, 17000n] },
  networkRules: {
    1: { ...OSAKA, source: "https://eips.ethereum.org/EIPS/eip-7607" },
    // Glamsterdam, since 2026-10-06; other networks of Ethereum have no date for it yet.
    11155111: {
      ...AMSTERDAM,
      source: "https://blog.ethereum.org/en/2026/09/17/glamsterdam-testnet-announcement",
    },
    17000: { ...OSAKA, source: "https://eips.ethereum.org/EIPS/eip-7607" },
  },
  addressPrefix: "0x",
  node: {
    path: "/v3/ethereum/web3/{key}",
    testnetTypes: ["ethereum-sepolia", "ethereum-holesky", "ethereum-rinkeby"],
    chainIdMethod: "eth_chainId",
    chainIdAsked: "when-missing",
  },
  gasEstimate: {
    method: "eth_estimateGas",
    when: "missing-or-withdrawal",
    margin: 0n,
    chainIdForm: "hex",
    prices: "of-payload",
  },
  nonceZero: "kept-when-gas-is-estimated",
  accountNonce: tatumTransactionCount("/v3/ethereum/transaction/count"),
  gasPrice: tatumFee("/v3/blockchain/fee/ETH"),
  gasPriceZero: "replaced",
  maxGasPrice: 10_000n * GWEI,
  maxFee: ETHER,
  broadcastPath: "/v3/ethereum/broadcast",
  offChainWithdrawal: true,
});
