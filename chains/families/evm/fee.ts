/**
 * The fee fields of a transaction, which decide its type: legacy, EIP-2930, EIP-1559 or, on Celo, CIP-64.
 * https://eips.ethereum.org/EIPS/eip-2718, https://eips.ethereum.org/EIPS/eip-2930, https://eips.ethereum.org/EIPS/eip-1559
 * https://github.com/celo-org/celo-proposals/blob/master/CIPs/cip-0064.md
 */
import type { Hex } from "viem";

/** EIP-2930 access list; addresses in lower case. */
export type AccessList = readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];

/** The part of a payload that decides the transaction type. Prices are in wei. */
export type FeeFields =
  | { readonly type: "legacy"; readonly gasPrice?: bigint }
  | { readonly type: "eip2930"; readonly gasPrice?: bigint; readonly accessList: AccessList }
  | {
      readonly type: "eip1559";
      readonly maxFeePerGas: bigint;
      readonly maxPriorityFeePerGas: bigint;
      readonly accessList: AccessList;
    };

/** Fee fields with nothing missing, of the transaction types of Ethereum. */
export type EthereumFees = Complete<FeeFields>;

/**
 * Fee fields with nothing missing, of the transaction types of Celo. Prices are in the smallest unit of the fee
 * currency, a token contract (address in lower case).
 */
export type CeloFees =
  /** CIP-64: like EIP-1559, paid in a token. */
  | {
      readonly type: "cip64";
      readonly maxFeePerGas: bigint;
      readonly maxPriorityFeePerGas: bigint;
      readonly accessList: AccessList;
      readonly feeCurrency: Hex;
    }
  /** The encoding from before Celo became a layer 2 of Ethereum (March 2025). */
  | { readonly type: "celo-legacy"; readonly gasPrice: bigint; readonly feeCurrency?: Hex };

type Complete<Fees> = Fees extends unknown ? Required<Fees> : never;

interface Given {
  readonly type?: bigint | undefined;
  readonly gasPrice?: bigint | undefined;
  readonly maxFeePerGas?: bigint | undefined;
  readonly maxPriorityFeePerGas?: bigint | undefined;
  readonly accessList?: AccessList | undefined;
  readonly feeCurrency?: Hex | undefined;
}

const CIP64_TYPE = 0x7bn;

/**
 * Finds the transaction type: EIP-1559 when its fields are given, EIP-2930 when only an access list is, else legacy.
 * A `type` that is given (0, 1 or 2) has to agree; with a fee currency it can only be that of CIP-64 (123).
 *
 * @returns the fields, or the reason why they contradict each other, without a full stop.
 */
export function feeFields(given: Given): FeeFields | string {
  const { maxFeePerGas, maxPriorityFeePerGas } = given;
  const accessList = given.accessList ?? [];
  let { type } = given;

  if (given.feeCurrency !== undefined) {
    if (type !== undefined && type !== CIP64_TYPE) return `transaction type ${type} has no feeCurrency`;
    type = undefined;
  }
  if (type !== undefined && type > 2n) return `transaction type ${type} is not supported`;
  if (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined) {
    if (maxFeePerGas === undefined) return "maxPriorityFeePerGas needs maxFeePerGas beside it";
    if (maxPriorityFeePerGas === undefined) return "maxFeePerGas needs maxPriorityFeePerGas beside it";
    if (given.gasPrice) return "maxFeePerGas (EIP-1559) and gasPrice exclude each other";
    if (type !== undefined && type !== 2n) return `transaction type ${type} has no maxFeePerGas`;
    if (maxPriorityFeePerGas > maxFeePerGas) return "maxPriorityFeePerGas is above maxFeePerGas";
    return { type: "eip1559", maxFeePerGas, maxPriorityFeePerGas, accessList };
  }
  if (type === 2n) return "transaction type 2 needs maxFeePerGas and maxPriorityFeePerGas";

  const gasPrice = given.gasPrice === undefined ? {} : { gasPrice: given.gasPrice };
  if (given.accessList !== undefined || type === 1n) {
    if (type === 0n) return "transaction type 0 has no accessList";
    return { type: "eip2930", accessList, ...gasPrice };
  }
  return { type: "legacy", ...gasPrice };
}
