import { tatumTransactionCount } from "./families/evm/account-nonce.ts";
import { type EvmChain, evmChain } from "./families/evm/chain.ts";
import { tatumFee } from "./families/evm/gas-price.ts";

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
