/**
 * Polygon PoS. Keys: BIP-44 with coin type 966, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-137.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { PRAGUE } from "./families/evm/network-rules.ts";
import { nodeTransactionCount } from "./families/evm/node.ts";
import { polygonGasStation } from "./families/evm/polygon-gas-station.ts";

const GWEI = 10n ** 9n;
const POL = 10n ** 18n;

export const polygon: EvmChain = evmChain({
  ticker: "MATIC",
  name: "Polygon",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/966'/0'/0", testnet: "m/44'/1'/0'/0" },
  // Testnet: Amoy.
  chainIds: { mainnet: [137n], testnet: [80002n] },
  // Madhugiri took over EIP-7825 with twice the gas; on mainnet since 2025-12-09.
  networkRules: {
    137: {
      ...PRAGUE,
      maxGasLimit: 2n ** 25n,
      source: "https://github.com/0xPolygon/bor/releases/tag/v2.5.0",
    },
    80002: {
      ...PRAGUE,
      maxGasLimit: 2n ** 25n,
      source: "https://github.com/0xPolygon/bor/releases/tag/v2.5.0",
    },
  },
  addressPrefix: "0x",
  thirdParties: {
    POLYGON_GAS: {
      mainnet: "https://gasstation.polygon.technology/v2",
      testnet: "https://gasstation.polygon.technology/v2",
    },
  },
  node: {
    path: "/v3/polygon/web3/{key}",
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
  gasPrice: polygonGasStation("POLYGON_GAS"),
  gasPriceZero: "replaced",
  maxGasPrice: 50_000n * GWEI,
  maxFee: 1_000n * POL,
  broadcastPath: "/v3/polygon/broadcast",
  offChainWithdrawal: false,
});
