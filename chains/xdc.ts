/**
 * XDC Network. Keys: BIP-44 with coin type 550, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-50.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { SHANGHAI } from "./families/evm/network-rules.ts";
import { nodeGasPrice, tatumTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const XDC = 10n ** 18n;

export const xdcNetwork: EvmChain = evmChain({
  ticker: "XDC",
  name: "XDC Network",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/550'/0'/0", testnet: "m/44'/1'/0'/0" },
  // Testnet: Apothem.
  chainIds: { mainnet: [50n], testnet: [51n] },
  // EIP-3860 came with EIP-1559; of Prague nothing is known.
  networkRules: {
    50: {
      ...SHANGHAI,
      source: "https://github.com/XinFinOrg/XDPoSChain/blob/v2.6.8/common/constants.mainnet.go",
    },
    51: {
      ...SHANGHAI,
      source: "https://github.com/XinFinOrg/XDPoSChain/blob/v2.6.8/common/constants.testnet.go",
    },
  },
  addressPrefix: "xdc",
  node: {
    path: "/v3/xdc/web3/{key}",
    testnetTypes: [],
    chainIdMethod: "eth_chainId",
    chainIdAsked: "when-missing",
  },
  gasEstimate: {
    method: "eth_estimateGas",
    when: "always",
    margin: 0n,
    // As the nodes of this chain have always been asked.
    chainIdForm: "number",
    prices: "of-payload",
  },
  nonceZero: "kept",
  accountNonce: tatumTransactionCount("/v3/xdc/transaction/count"),
  gasPrice: nodeGasPrice("eth_gasPrice"),
  gasPriceZero: "kept",
  maxGasPrice: 100_000n * GWEI,
  maxFee: 2_000n * XDC,
  broadcastPath: "/v3/xdc/broadcast",
  offChainWithdrawal: false,
});
