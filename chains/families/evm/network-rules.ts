/**
 * What a network demands of a transaction before it runs it: how much gas it has to name at least and at most, and how
 * much code a contract may be created from. A node refuses what breaks these rules, so it is not signed.
 * https://ethereum.github.io/yellowpaper/paper.pdf
 * https://eips.ethereum.org/EIPS/eip-3860, https://eips.ethereum.org/EIPS/eip-7623, https://eips.ethereum.org/EIPS/eip-7825
 */
import type { Hex } from "viem";
import { hexToBytes } from "viem/utils";
import { ChainError } from "../../error.ts";
import type { EvmTransaction } from "./encode.ts";

/** A number for each part of a transaction that costs gas before anything is run: how many there are, or gas for one. */
interface Parts {
  readonly zeroByte: bigint;
  readonly otherByte: bigint;
  readonly accessListAddress: bigint;
  readonly accessListKey: bigint;
}

/** The rules that hard forks of a network have set. A rule that is absent is not one of it, or is not known. */
interface NetworkRules {
  /** Gas for the transaction itself, and for a contract that it creates. */
  readonly base: (transaction: EvmTransaction, sender: Hex) => bigint;
  readonly costs: Parts;
  /** What the parts cost at least, however little is done, and the base beside it (EIP-7623, EIP-7976). */
  readonly floor?: Parts & { readonly base?: bigint };
  /** The most bytes that a contract may be created from; each word of 32 bytes costs gas, too (EIP-3860, EIP-7954). */
  readonly maxInitcodeBytes?: number;
  /** The most gas that one transaction may name (EIP-7825). */
  readonly maxGasLimit?: bigint;
}

/** The rules of networks by chain id in decimal, and where it says that they hold. */
export type NetworkRulesByChainId = Readonly<Record<string, NetworkRules & { readonly source: string }>>;

/** Yellow Paper 6.2, EIP-2028, EIP-2930. */
const LONDON: NetworkRules = {
  base: ({ to }) => (to === undefined ? 53_000n : 21_000n),
  costs: { zeroByte: 4n, otherByte: 16n, accessListAddress: 2_400n, accessListKey: 1_900n },
};
export const SHANGHAI: NetworkRules = { ...LONDON, maxInitcodeBytes: 49_152 };
export const PRAGUE: NetworkRules = {
  ...SHANGHAI,
  floor: { base: 21_000n, zeroByte: 10n, otherByte: 40n, accessListAddress: 0n, accessListKey: 0n },
};
export const OSAKA: NetworkRules = { ...PRAGUE, maxGasLimit: 2n ** 24n };
/** EIP-2780, EIP-7954, EIP-7976, EIP-7981. By EIP-8037 a transaction may name more gas than EIP-7825 allowed. */
export const AMSTERDAM: NetworkRules = {
  base: ({ to, value }, sender) => {
    if (to === undefined) return 24_000n;
    if (to === sender) return 12_000n;
    return value === 0n ? 15_000n : 21_000n;
  },
  costs: { zeroByte: 4n, otherByte: 16n, accessListAddress: 4_180n, accessListKey: 4_048n },
  floor: { zeroByte: 64n, otherByte: 64n, accessListAddress: 1_280n, accessListKey: 2_048n },
  maxInitcodeBytes: 131_072,
};

const INITCODE_WORD_GAS = 2n;
const WORD_BYTES = 32;

/**
 * Refuses a transaction that the network of its chain id takes under no circumstances.
 *
 * @param sender address in lower case
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function assertTakenByNetwork(
  transaction: EvmTransaction,
  sender: Hex,
  { ticker, networkRules }: { readonly ticker: string; readonly networkRules: NetworkRulesByChainId },
): void {
  const rules = networkRules[String(transaction.chainId)] ?? LONDON;
  const refuse = (reason: string): ChainError => new ChainError("INVALID_TRANSACTION", reason);
  const { gas, to, data } = transaction;

  const { maxInitcodeBytes, maxGasLimit } = rules;
  const codeBytes = to === undefined ? hexToBytes(data).length : 0;
  if (maxInitcodeBytes !== undefined && codeBytes > maxInitcodeBytes) {
    throw refuse(
      `data has ${codeBytes} bytes of code, but ${ticker} creates a contract from ${maxInitcodeBytes} at most.`,
    );
  }
  if (maxGasLimit !== undefined && gas > maxGasLimit) {
    throw refuse(`gasLimit is ${gas}, but a transaction of ${ticker} may name ${maxGasLimit} at most.`);
  }
  const needed = leastGas(transaction, sender, rules);
  if (gas < needed) throw refuse(`gasLimit is too low. given ${gas}, need at least ${needed}.`);
}

/** The gas that a transaction has to name, whatever it does. */
function leastGas(transaction: EvmTransaction, sender: Hex, rules: NetworkRules): bigint {
  const parts = countParts(transaction);
  const cost = (costs: Parts): bigint =>
    costs.zeroByte * parts.zeroByte +
    costs.otherByte * parts.otherByte +
    costs.accessListAddress * parts.accessListAddress +
    costs.accessListKey * parts.accessListKey;

  const base = rules.base(transaction, sender);
  const isMetered = transaction.to === undefined && rules.maxInitcodeBytes !== undefined;
  const words = isMetered ? Math.ceil(Number(parts.zeroByte + parts.otherByte) / WORD_BYTES) : 0;
  const intrinsic = base + cost(rules.costs) + INITCODE_WORD_GAS * BigInt(words);
  if (rules.floor === undefined) return intrinsic;
  const floor = (rules.floor.base ?? base) + cost(rules.floor);
  return floor > intrinsic ? floor : intrinsic;
}

function countParts(transaction: EvmTransaction): Parts {
  const bytes = hexToBytes(transaction.data);
  const zeros = bytes.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  const accessList = "accessList" in transaction ? transaction.accessList : [];
  return {
    zeroByte: BigInt(zeros),
    otherByte: BigInt(bytes.length - zeros),
    accessListAddress: BigInt(accessList.length),
    accessListKey: BigInt(accessList.reduce((count, { storageKeys }) => count + storageKeys.length, 0)),
  };
}
