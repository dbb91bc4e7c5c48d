/**
 * The RLP encoding of EVM transactions and the digest that is signed, for each transaction type.
 * https://ethereum.github.io/yellowpaper/paper.pdf
 * https://eips.ethereum.org/EIPS/eip-155, https://eips.ethereum.org/EIPS/eip-2930, https://eips.ethereum.org/EIPS/eip-1559
 * https://github.com/celo-org/celo-proposals/blob/master/CIPs/cip-0064.md
 */
import type { Hex } from "viem";
import { concatHex, hexToBytes, keccak256, numberToHex, toRlp } from "viem/utils";
import type { AccessList, CeloFees, EthereumFees } from "./fee.ts";

/** A transaction with nothing missing but its signature. Amounts are in wei. */
export type EvmTransaction = {
  readonly chainId: bigint;
  readonly nonce: bigint;
  readonly gas: bigint;
  /** In lower case; absent for the creation of a contract. */
  readonly to?: Hex;
  readonly value: bigint;
  readonly data: Hex;
} & (EthereumFees | CeloFees);

/** An ECDSA signature with the parity of the nonce point's y coordinate. */
interface RecoverableSignature {
  readonly r: bigint;
  readonly s: bigint;
  readonly recovery: 0 | 1;
}

type RlpItem = Hex | readonly RlpItem[];

/** The 32 bytes to sign: the Keccak-256 digest of the unsigned form (EIP-155, EIP-2930, EIP-1559, CIP-64). */
export function digestToSign(transaction: EvmTransaction): Uint8Array {
  // EIP-155 puts the chain id where the signature goes; the typed transactions have it among their fields.
  const ending: readonly Hex[] = isUntyped(transaction) ? [integer(transaction.chainId), "0x", "0x"] : [];
  return hexToBytes(keccak256(encode(transaction, ending)));
}

/** The raw signed transaction as 0x-hex. */
export function serializeSigned(transaction: EvmTransaction, signature: RecoverableSignature): Hex {
  const parity = BigInt(signature.recovery);
  const v = isUntyped(transaction) ? transaction.chainId * 2n + 35n + parity : parity;
  return encode(transaction, [integer(v), integer(signature.r), integer(signature.s)]);
}

function isUntyped({ type }: EvmTransaction): boolean {
  return type === "legacy" || type === "celo-legacy";
}

function encode(transaction: EvmTransaction, ending: readonly RlpItem[]): Hex {
  const { to = "0x", value, data } = transaction;
  const chainId = integer(transaction.chainId);
  const nonce = integer(transaction.nonce);
  const call = [integer(transaction.gas), to, integer(value), data] as const;
  switch (transaction.type) {
    case "legacy":
      return toRlp([nonce, integer(transaction.gasPrice), ...call, ...ending]);
    case "celo-legacy": {
      const [gas, ...action] = call;
      const noGatewayFee = ["0x", "0x"] as const;
      const fees = [integer(transaction.gasPrice), gas, transaction.feeCurrency ?? "0x", ...noGatewayFee];
      return toRlp([nonce, ...fees, ...action, ...ending]);
    }
    case "eip2930": {
      const accessList = accessListItem(transaction.accessList);
      const fields = [chainId, nonce, integer(transaction.gasPrice), ...call, accessList];
      return concatHex(["0x01", toRlp([...fields, ...ending])]);
    }
    case "eip1559":
    case "cip64": {
      const prices = [integer(transaction.maxPriorityFeePerGas), integer(transaction.maxFeePerGas)];
      const fields = [chainId, nonce, ...prices, ...call, accessListItem(transaction.accessList)];
      return transaction.type === "eip1559"
        ? concatHex(["0x02", toRlp([...fields, ...ending])])
        : concatHex(["0x7b", toRlp([...fields, transaction.feeCurrency, ...ending])]);
    }
  }
}

function accessListItem(accessList: AccessList): RlpItem {
  return accessList.map(({ address, storageKeys }) => [address, storageKeys]);
}

/** RLP has integers as big-endian bytes without leading zeros, so 0 is the empty text. */
function integer(value: bigint): Hex {
  return value === 0n ? "0x" : numberToHex(value);
}
