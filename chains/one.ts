/**
 * Harmony. Keys: BIP-44 with coin type 1023, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-1666600000.json
 * Bech32 addresses: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { nodeGasPrice, nodeTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const ONE = 10n ** 18n;

export const harmony: EvmChain = evmChain({
  ticker: "ONE",
  name: "Harmony",
  curve: "secp256k1",
  status: { kind: "sunset", date: "2026-09-10", source: "Harmony: last block of the main network" },
  derivationPath: { mainnet: "m/44'/1023'/0'/0", testnet: "m/44'/1'/0'/0" },
  chainIds: { mainnet: [1666600000n], testnet: [1666700000n] },
  // The network ended before it had a date for EIP-3860.
  networkRules: {},
  addressPrefix: "0x",
  // Wallets show 0x addresses. The testnet has its own prefix, but its tools write that of mainnet as well.
  bech32Prefixes: { mainnet: ["one"], testnet: ["one", "tone"] },
  node: {
    path: "/v3/one/web3/{key}",
    testnetTypes: [],
    chainIdMethod: "eth_chainId",
    chainIdAsked: "when-missing",
  },
  gasEstimate: {
    method: "eth_estimateGas",
    when: "missing",
    margin: 0n,
    chainIdForm: "hex",
    prices: "of-payload",
  },
  nonceZero: "kept",
  accountNonce: nodeTransactionCount("eth_getTransactionCount", "latest", "checksummed"),
  gasPrice: nodeGasPrice("eth_gasPrice"),
  gasPriceZero: "replaced",
  maxGasPrice: 100_000n * GWEI,
  maxFee: 10_000n * ONE,
  broadcastPath: "/v3/one/broadcast",
  offChainWithdrawal: true,
});
