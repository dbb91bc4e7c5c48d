/** What the tests have to know of a chain of the EVM family. */
import { hexToBytes } from "@noble/curves/utils.js";
import { fromRlp, type Hex, keccak256 } from "viem";
import {
  FEE_PART,
  numberMember,
  ORDER,
  type Reasons,
  type Secp256k1Format,
  type TestedChain,
} from "../../tested-chain.ts";

/** The path of the first address in MetaMask, on every network. */
export const METAMASK = "m/44'/60'/0'/0/0";
export const RECIPIENT = "0x3535353535353535353535353535353535353535";

/** The rules of a network, as their sources have them. */
export interface TestedNetwork {
  readonly chainId: bigint;
  /** The most bytes of code (EIP-3860). */
  readonly codeBytes?: number;
  /** The least gas of a payment with 1,000 bytes that are not zero (EIP-7623). */
  readonly dataGas: bigint;
  /** The most gas (EIP-7825). */
  readonly mostGas?: bigint;
}

interface Own {
  readonly otherWallets: NonNullable<TestedChain["otherWallets"]>;
  readonly networks: readonly TestedNetwork[];
  /** The price, in gwei, that the chain's source makes of 7 gwei of its node. */
  readonly gasPrice?: bigint;
  /** The gas limit, where the chain adds to the node's estimate of 60,000. */
  readonly gas?: bigint;
}

export type TestedEvmChain = TestedChain & Own;

const hiddenFields: Reasons = {
  nonce: ORDER,
  gas: FEE_PART,
  gasPrice: FEE_PART,
  maxFeePerGas: FEE_PART,
  maxPriorityFeePerGas: FEE_PART,
  accessList: "storage that is paid for beforehand: it changes the gas that is used, within the limit",
  type: "the form of the same transaction",
};

const LEGACY = ["nonce", "gasPrice", "gas", "to", "value", "data", "v"];
const CELO_LEGACY = ["nonce", "gasPrice", "gas", "feeCurrency", "", "", "to", "value", "data", "v"];
const BEGINNING_OF_TYPED: Readonly<Record<string, readonly string[]>> = {
  "0x01": ["chainId", "nonce", "gasPrice"],
  "0x02": ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas"],
  "0x7b": ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas"],
};
const END_OF_TYPED = ["gas", "to", "value", "data", "accessList"];

export function rlpFields(payload: Hex, names: readonly string[]): Record<string, unknown> {
  const items = fromRlp(payload, "hex") as readonly unknown[];
  return Object.fromEntries(names.map((name, position) => [name, items[position]]));
}

function signedFields(payload: string): Record<string, unknown> {
  const type = payload.slice(0, 4);
  const beginning = BEGINNING_OF_TYPED[type];
  if (beginning !== undefined) {
    const names = [...beginning, ...END_OF_TYPED, ...(type === "0x7b" ? ["feeCurrency"] : [])];
    const { chainId, ...fields } = rlpFields(`0x${payload.slice(4)}`, names);
    return { type, ...fields, chainId: BigInt(chainId as string) };
  }
  const items = fromRlp(payload as Hex, "hex");
  const { v, ...fields } = rlpFields(payload as Hex, items.length === 9 ? LEGACY : CELO_LEGACY);
  // EIP-155: twice the chain id and 35, and the parity, which belongs to the signature.
  const chainId = (BigInt(v as string) - 35n) / 2n;
  return { type: `legacy of ${items.length} items`, ...fields, chainId };
}

const secp256k1: Secp256k1Format = {
  parts(payload) {
    const isTyped = Number(payload.slice(0, 4)) < 0x80;
    const start = isTyped ? 4 : 2;
    const items = fromRlp(`0x${payload.slice(start)}`) as readonly Hex[];
    const [v = "0x", r = "0x", s = "0x"] = items.slice(-3);
    const number = v === "0x" ? 0 : Number(v);
    // EIP-155: 35 + 2 * chain id + parity.
    const recovery = isTyped ? number : (number - 35) % 2;
    const compact = hexToBytes([r, s].map((part) => part.slice(2).padStart(64, "0")).join(""));
    return {
      structure: [payload.slice(2, start), items.slice(0, -3), number - recovery],
      signatures: [{ compact, recovery }],
    };
  },
  transactionId: (payload) => keccak256(payload as Hex),
};

export function evmTested(own: Own): TestedEvmChain {
  return {
    ...own,
    alsoNamed: ["chain id", "gasLimit"], // The gas has to suffice for the data.
    hiddenFields,
    signedFields,
    numbers: [
      numberMember("value", (value) => ({ to: RECIPIENT, value })),
      numberMember("gas", (gas) => ({ to: RECIPIENT, gas, gasPrice: 1 })),
      numberMember("gasPrice", (gasPrice) => ({ to: RECIPIENT, gas: 30_000, gasPrice })),
    ],
    tokenCurve: "secp256k1",
    secp256k1,
  };
}
