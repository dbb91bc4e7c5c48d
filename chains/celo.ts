/**
 * Celo. Keys: BIP-44 with coin type 52752, on test networks 1.
 * https://github.com/satoshilabs/slips/blob/master/slip-0044.md
 * Chain id (EIP-155): https://github.com/ethereum-lists/chains/blob/master/_data/chains/eip155-42220.json
 * Transaction types: https://docs.celo.org/specs/transaction-types
 */
import { celoFees } from "./families/celo/fee.ts";
import { readSignedCelo } from "./families/celo/read-back.ts";
import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { PRAGUE } from "./families/evm/network-rules.ts";
import { nodeGasPrice, nodeTransactionCount } from "./families/evm/node.ts";

const GWEI = 10n ** 9n;
const CELO = 10n ** 18n;

export const celo: EvmChain = evmChain({
  ticker: "CELO",
  name: "Celo",
  curve: "secp256k1",
  status: { kind: "live" },
  derivationPath: { mainnet: "m/44'/52752'/0'/0", testnet: "m/44'/1'/0'/0" },
  // Testnets: Celo Sepolia, and Alfajores, which it replaced.
  chainIds: { mainnet: [42220n], testnet: [11142220n, 44787n] },
  networkRules: {
    42220: { ...PRAGUE, source: "https://docs.celo.org/specs/upgrades/isthmus" },
    11142220: { ...PRAGUE, source: "https://docs.celo.org/specs/upgrades/isthmus" },
    44787: { ...PRAGUE, source: "https://docs.celo.org/specs/upgrades/isthmus" },
  },
  addressPrefix: "0x",
  node: {
    path: "/v3/blockchain/node/CELO/{key}",
    testnetTypes: [],
    chainIdMethod: "eth_chainId",
    chainIdAsked: "always",
  },
  gasEstimate: {
    method: "eth_estimateGas",
    when: "missing",
    margin: 100_000n,
    chainIdForm: "hex",
    prices: "filled-in",
  },
  nonceZero: "replaced",
  accountNonce: nodeTransactionCount("eth_getTransactionCount", "latest", "lower-case"),
  gasPrice: nodeGasPrice("eth_gasPrice"),
  gasPriceZero: "replaced",
  feeCurrencies: { completeFees: celoFees, readSigned: readSignedCelo },
  // In CELO, or in the token that pays the fee.
  maxGasPrice: 10_000n * GWEI,
  maxFee: 100n * CELO,
  broadcastPath: "/v3/celo/broadcast",
  offChainWithdrawal: false,
});
