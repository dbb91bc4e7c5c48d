/**
 * Kaia, which was Klaytn until 2024: the Tatum API and its nodes keep the old name.
 * Keys: BIP-44 with coin type 8217, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-8217.json
 */

import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { PRAGUE } from "./families/evm/network-rules.ts";
import { nodeGasPrice, nodeTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const KAIA = 10n ** 18n;

export const kaia: EvmChain = evmChain({
  ticker: "KLAY",
  name: "Kaia",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/8217'/0'/0", testnet: "m/44'/1'/0'/0" },
  // Testnet: Kairos.
  chainIds: { mainnet: [8217n], testnet: [1001n] },
  // Its Osaka left EIP-7825 out.
  networkRules: {
    8217: { ...PRAGUE, source: "https://github.com/kaiachain/kaia/blob/v2.2.1/params/config.go" },
    1001: { ...PRAGUE, source: "https://github.com/kaiachain/kaia/blob/v2.2.1/params/config.go" },
  },
  addressPrefix: "0x",
  node: {
    path: "/v3/blockchain/node/KLAY/{key}",
    testnetTypes: [],
    chainIdMethod: "klay_chainID",
    chainIdAsked: "when-missing",
  },
  gasEstimate: {
    method: "klay_estimateGas",
    when: "missing",
    margin: 0n,
    chainIdForm: "hex",
    prices: "of-payload",
  },
  nonceZero: "kept",
  accountNonce: nodeTransactionCount("klay_getTransactionCount", "pending", "lower-case"),
  gasPrice: nodeGasPrice("klay_gasPrice"),
  gasPriceZero: "replaced",
  maxGasPrice: 10_000n * GWEI,
  maxFee: 1_000n * KAIA,
  broadcastPath: "/v3/klaytn/broadcast",
  offChainWithdrawal: false,
});
