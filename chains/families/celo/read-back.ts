/**
 * A reader of signed Celo transactions, by which those just written are checked.
 * https://github.com/celo-org/celo-proposals/blob/master/CIPs/cip-0064.md, https://eips.ethereum.org/EIPS/eip-2718
 * The encoding until March 2025: https://docs.celo.org/specs/transaction-types
 */
import type { Hex } from "viem";
import { concatHex, fromRlp, isHex, keccak256, numberToHex, toRlp } from "viem/utils";
import { type ReadBack, readEthereum } from "../evm/read-back.ts";

type RlpItem = Hex | readonly RlpItem[];

const ETHEREUM_LEGACY_ITEMS = 9;
const CIP64_ITEMS = 13;
const CELO_LEGACY_ITEMS = 12;
const SIGNATURE_ITEMS = 3;
/** A first byte from here on begins an RLP list; a typed transaction begins with a lower one (EIP-2718). */
const RLP_LIST = 0xc0;

/** Reads a signed transaction of Celo: one of Ethereum's types, CIP-64 or the encoding used until March 2025. */
export function readSignedCelo(raw: Hex): ReadBack | undefined {
  if (raw.startsWith("0x7b")) return readCip64(rlpItems(`0x${raw.slice("0x7b".length)}`));
  if (Number(raw.slice(0, "0xff".length)) < RLP_LIST) return readEthereum(raw);
  const items = rlpItems(raw);
  return items.length === ETHEREUM_LEGACY_ITEMS ? readEthereum(raw) : readCeloLegacy(items);
}

function readCip64(items: readonly RlpItem[]): ReadBack | undefined {
  if (items.length !== CIP64_ITEMS) return undefined;
  const [chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas, to, value, data] = items;
  const [accessList, feeCurrency, yParity, r, s] = items.slice(8);
  return {
    type: "cip64",
    chainId: integer(chainId),
    nonce: integer(nonce),
    gas: integer(gas),
    to: address(to),
    value: integer(value),
    data: bytes(data),
    maxFeePerGas: integer(maxFeePerGas),
    maxPriorityFeePerGas: integer(maxPriorityFeePerGas),
    accessList: list(accessList).map((entry) => {
      const [account, storageKeys] = list(entry);
      return { address: address(account), storageKeys: list(storageKeys).map(bytes) };
    }),
    feeCurrency: address(feeCurrency),
    digest: keccak256(concatHex(["0x7b", toRlp(items.slice(0, -SIGNATURE_ITEMS))])),
    signature: { r: bytes(r), s: bytes(s), yParity: Number(integer(yParity)) },
  };
}

function readCeloLegacy(items: readonly RlpItem[]): ReadBack | undefined {
  if (items.length !== CELO_LEGACY_ITEMS) return undefined;
  const [nonce, gasPrice, gas, feeCurrency, gatewayRecipient, gatewayFee, to, value, data, v, r, s] = items;
  if (gatewayRecipient !== "0x" || gatewayFee !== "0x") return undefined;
  // EIP-155: v is twice the chain id, plus 35 or 36.
  const replayProtection = integer(v) - 35n;
  const chainId = replayProtection / 2n;
  const unsigned = items.slice(0, -SIGNATURE_ITEMS);
  return {
    type: "celo-legacy",
    chainId,
    nonce: integer(nonce),
    gas: integer(gas),
    to: address(to),
    value: integer(value),
    data: bytes(data),
    gasPrice: integer(gasPrice),
    feeCurrency: address(feeCurrency),
    digest: keccak256(toRlp([...unsigned, numberToHex(chainId), "0x", "0x"])),
    signature: { r: bytes(r), s: bytes(s), yParity: Number(replayProtection % 2n) },
  };
}

function rlpItems(encoded: Hex): readonly RlpItem[] {
  return list(fromRlp(encoded, "hex"));
}

function list(item: RlpItem | undefined): readonly RlpItem[] {
  return typeof item === "object" ? item : [];
}

function bytes(item: RlpItem | undefined): Hex {
  return isHex(item) ? item : "0x";
}

function integer(item: RlpItem | undefined): bigint {
  return item === "0x" ? 0n : BigInt(bytes(item));
}

function address(item: RlpItem | undefined): Hex | undefined {
  return item === "0x" ? undefined : bytes(item);
}
