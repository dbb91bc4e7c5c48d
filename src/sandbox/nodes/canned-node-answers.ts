/**
 * A node that does not exist: canned answers in JSON-RPC 2.0 (https://www.jsonrpc.org/specification), enough for a signer.
 */
import type { Network } from "../../../chains/chain.ts";
import type { AccountSequences } from "../account-sequences.ts";
import type { SandboxChain } from "../chains/chain.ts";
import type { RpcRequest } from "../request-schemas.ts";

/** 10 gwei, in wei. */
const CANNED_GAS_PRICE = 10_000_000_000n;
const BLOCK_NUMBER = 1_000_000;
const TRANSFER_GAS = 21_000;
/** More than any method or constructor called in tests needs, besides its data. */
const EXECUTION_GAS = 100_000;
const GAS_PER_DATA_BYTE = 16;

/** What the canned answers depend on. */
export interface CannedNode {
  readonly chain: SandboxChain;
  readonly network: Network;
  readonly sequences: AccountSequences;
}

type CannedMethod = (node: CannedNode, params: readonly unknown[]) => unknown;

const evmMethods: ReadonlyMap<string, CannedMethod> = new Map<string, CannedMethod>([
  ["eth_chainId", ({ chain, network }) => quantity(chain.chainIds?.[network] ?? 0)],
  ["eth_gasPrice", () => quantity(CANNED_GAS_PRICE)],
  ["eth_blockNumber", () => quantity(BLOCK_NUMBER)],
  ["eth_getBlockByNumber", () => ({ number: quantity(BLOCK_NUMBER), transactions: [] })],
  ["eth_estimateGas", (_node, params) => quantity(estimateGas(params[0]))],
  [
    "eth_getTransactionCount",
    ({ chain, sequences }, params) => quantity(sequences.next(chain.ticker, String(params[0]))),
  ],
]);

export function cannedAnswer(node: CannedNode, { id, method, params }: RpcRequest): object {
  const answer = node.chain.kind === "evm" ? evmMethods.get(ethereumName(method)) : undefined;
  if (answer !== undefined) return { jsonrpc: "2.0", id, result: answer(node, params) };
  const own = node.chain.rpc?.get(method);
  if (own !== undefined) return { jsonrpc: "2.0", id, result: own(params) };
  const message = `The sandbox has no answer to ${method}. Start it with a node for ${node.chain.ticker}.`;
  return { jsonrpc: "2.0", id, error: { code: -32601, message } };
}

/** Klaytn's own methods are those of Ethereum with other names. */
function ethereumName(method: string): string {
  if (method === "klay_chainID") return "eth_chainId";
  return method.replace(/^klay_/, "eth_");
}

function estimateGas(transaction: unknown): number {
  const { data, input } = (transaction ?? {}) as { data?: unknown; input?: unknown };
  const hex = typeof data === "string" ? data : typeof input === "string" ? input : "0x";
  const bytes = hex.replace(/^0x/, "").length / 2;
  return bytes === 0 ? TRANSFER_GAS : TRANSFER_GAS + EXECUTION_GAS + Math.ceil(bytes) * GAS_PER_DATA_BYTE;
}

function quantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** The canned answer of `GET /v3/blockchain/fee/{CHAIN}`: wei on EVM chains, satoshi per byte on Bitcoin-like ones. */
export function cannedFee(chain: SandboxChain): object {
  const medium = chain.kind === "evm" ? CANNED_GAS_PRICE : 10n;
  return {
    fast: medium * 2n,
    medium,
    slow: medium / 2n,
    ...(chain.kind === "evm" && { baseFee: medium / 2n }),
    time: new Date().toISOString(),
    block: BLOCK_NUMBER,
  };
}
