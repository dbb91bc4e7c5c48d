/**
 * What tells one chain of the EVM family from another: chain ids, node methods, sources of nonce and gas price, fee bounds.
 * https://eips.ethereum.org/EIPS/eip-155, https://ethereum.org/en/developers/docs/apis/json-rpc/
 */
import type { Hex } from "viem";
import type { ChainEnvironment, ChainFacts, Network } from "../../chain.ts";
import type { AddressForms } from "./address.ts";
import type { CeloFees, EthereumFees, FeeFields } from "./fee.ts";
import type { NetworkRulesByChainId } from "./network-rules.ts";
import type { SignedTransactionReader } from "./read-back.ts";

/**
 * Asks for the number of transactions an account (address in lower case) has sent, which is its next nonce.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export type AccountNonceSource = (
  account: Hex,
  facts: EvmFacts,
  environment: ChainEnvironment,
) => Promise<bigint>;

/**
 * Finds the gas price in wei for a transaction that names none.
 *
 * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export type GasPriceSource = (facts: EvmFacts, environment: ChainEnvironment) => Promise<bigint>;

/** What a chain on which fees may be paid in tokens does its own way. */
export interface FeeCurrencyRules {
  /**
   * Finds the transaction type and the prices that are missing.
   *
   * @param feeCurrency the token's address as the payload writes it
   * @throws ChainError `NODE_REFUSED`, `NODE_ANSWER_INVALID`
   */
  completeFees(
    fees: FeeFields,
    feeCurrency: Hex | undefined,
    facts: EvmFacts,
    environment: ChainEnvironment,
  ): Promise<EthereumFees | CeloFees>;
  readonly readSigned: SignedTransactionReader;
}

export interface EvmFacts extends ChainFacts, AddressForms {
  readonly derivationPath: Readonly<Record<Network, string>>;
  /** The chain ids (EIP-155) a transaction may carry, for each network; the operator can name another one. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  /** What each network demands of a transaction; of one that is not in it only what Ethereum always has. */
  readonly networkRules: NetworkRulesByChainId;

  readonly node: {
    /** The Tatum API path of the JSON-RPC node; `{key}` stands for the API key. */
    readonly path: string;
    /** Values of the setting `TESTNET_TYPE` that the node path takes as the query `testnetType`. */
    readonly testnetTypes: readonly string[];
    readonly chainIdMethod: string;
    /** Whether the node is asked for its chain id also when the payload has one; both have to agree then. */
    readonly chainIdAsked: "when-missing" | "always";
  };

  readonly gasEstimate: {
    /** The node's method, such as `eth_estimateGas`. */
    readonly method: string;
    /**
     * When the gas limit comes from the node. An explicit limit that is overruled still counts when the node refuses
     * to estimate.
     */
    readonly when: "missing" | "missing-or-withdrawal" | "always";
    /** Gas added to the node's estimate. */
    readonly margin: bigint;
    /** How the call carries the payload's chain id: 0x-hex, as JSON-RPC has it, or a JSON number. */
    readonly chainIdForm: "hex" | "number";
    /** Whether the call carries prices that the signer filled in. */
    readonly prices: "of-payload" | "filled-in";
  };

  /**
   * What an explicit nonce 0 of an account that has sent before means: the node's count is used instead where the
   * Tatum API has always been answered that way.
   */
  readonly nonceZero: "kept" | "kept-when-gas-is-estimated" | "replaced";
  readonly accountNonce: AccountNonceSource;
  /** Where the gas price comes from when the payload has none. */
  readonly gasPrice: GasPriceSource;
  /** Whether an explicit gas price of 0 counts as none. */
  readonly gasPriceZero: "kept" | "replaced";
  readonly feeCurrencies?: FeeCurrencyRules;

  /**
   * Bound of the gas price in wei: more than the network has asked for in its busiest hours.
   * `TATUM_KMS_MAX_GAS_PRICE_<ticker>` overrides it.
   */
  readonly maxGasPrice: bigint;
  /**
   * Bound of gas limit times gas price in wei: a sum that is seen by its owner and that no ordinary transaction costs,
   * tens to thousands of US dollars in 2026. `TATUM_KMS_MAX_FEE_<ticker>` overrides it.
   */
  readonly maxFee: bigint;
}
