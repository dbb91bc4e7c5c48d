/**
 * BNB Smart Chain. Keys: BIP-44 with coin type 60, Ethereum's, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-56.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { OSAKA } from "./families/evm/network-rules.ts";
import { constantGasPrice, tatumTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const BNB = 10n ** 18n;

export const bnbSmartChain: EvmChain = evmChain({
  ticker: "BSC",
  name: "BNB Smart Chain",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/60'/0'/0", testnet: "m/44'/1'/0'/0" },
  chainIds: { mainnet: [56n], testnet: [97n] },
  // Osaka/Mendel: on mainnet since 2026-04-28.
  networkRules: {
    56: { ...OSAKA, source: "https://github.com/bnb-chain/bsc/blob/v1.7.2/params/config.go" },
    97: { ...OSAKA, source: "https://github.com/bnb-chain/bsc/blob/v1.7.2/params/config.go" },
  },
  addressPrefix: "0x",
  node: {
    path: "/v3/bsc/web3/{key}",
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
  accountNonce: tatumTransactionCount("/v3/bsc/transaction/count"),
  gasPrice: constantGasPrice(10n * GWEI),
  gasPriceZero: "replaced",
  maxGasPrice: 1_000n * GWEI,
  maxFee: BNB,
  broadcastPath: "/v3/bsc/broadcast",
  offChainWithdrawal: false,
});
