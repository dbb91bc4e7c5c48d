/**
 * KuCoin Community Chain. Keys: BIP-44 with coin type 60, Ethereum's, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-321.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { constantGasPrice, nodeTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const KCS = 10n ** 18n;

export const kuCoinCommunityChain: EvmChain = evmChain({
  ticker: "KCS",
  name: "KuCoin Community Chain",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/60'/0'/0", testnet: "m/44'/1'/0'/0" },
  chainIds: { mainnet: [321n], testnet: [322n] },
  // Its nodes are go-ethereum from before Shanghai.
  networkRules: {},
  addressPrefix: "0x",
  node: {
    path: "/v3/kcs/web3/{key}",
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
  gasPrice: constantGasPrice(GWEI),
  gasPriceZero: "replaced",
  maxGasPrice: 10_000n * GWEI,
  maxFee: 20n * KCS,
  broadcastPath: "/v3/kcs/broadcast",
  offChainWithdrawal: false,
});
