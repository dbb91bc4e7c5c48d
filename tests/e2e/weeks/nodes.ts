/** What the nodes of the chains answer, each of them so many milliseconds behind the network. */
import { createHash } from "node:crypto";
import { base58 } from "@scure/base";
import type { Network } from "./network.ts";

interface RpcRequest {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

const quantity = (value: bigint): string => `0x${value.toString(16)}`;
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** A JSON-RPC 2.0 answer to a call or a batch of them. https://www.jsonrpc.org/specification */
export async function rpcAnswer(
  request: unknown,
  answer: (request: RpcRequest) => unknown | Promise<unknown>,
): Promise<unknown> {
  if (Array.isArray(request)) return Promise.all(request.map((one) => rpcAnswer(one, answer)));
  const call = request as RpcRequest;
  try {
    return { jsonrpc: "2.0", id: call.id ?? 1, result: (await answer(call)) ?? null };
  } catch (failure) {
    const error = { code: -32_000, message: (failure as Error).message };
    return { jsonrpc: "2.0", id: call.id ?? 1, error };
  }
}

/** https://ethereum.org/en/developers/docs/apis/json-rpc/ */
export function ethereumResult({ method, params = [] }: RpcRequest, network: Network, lag: number): unknown {
  const subject = String(params[0]).toLowerCase();
  switch (method) {
    case "eth_chainId":
      return "0x1";
    case "eth_estimateGas":
      return "0x5208";
    case "eth_gasPrice":
      return quantity(20_000_000_000n);
    case "eth_blockNumber":
      return quantity(network.height(lag));
    case "eth_getBalance":
      return quantity(10n ** 21n);
    case "eth_getTransactionCount":
      return quantity(countAt(network, subject, String(params[1] ?? "latest"), lag));
    case "eth_getBlockByNumber":
      return ethereumBlock(network, String(params[0]), lag);
    case "eth_getTransactionByHash":
    case "eth_getTransactionReceipt":
      return ethereumTransaction(network, subject, method === "eth_getTransactionReceipt", lag);
    default:
      throw new Error(`the method ${method} does not exist/is not available`);
  }
}

function countAt(network: Network, account: string, block: string, lag: number): bigint {
  if (block === "pending") return lag === 0 ? network.pendingCount(account) : network.count(account, lag);
  const isFinal = block === "finalized" || block === "safe";
  return network.count(account, lag + (isFinal ? network.model.finality : 0));
}

function ethereumBlock(network: Network, block: string, lag: number): unknown {
  const isFinal = block === "finalized" || block === "safe";
  const height = isFinal ? network.finalHeight(lag) : network.height(lag);
  return { number: quantity(height), hash: `0x${digest(`ETH ${height}`).toString("hex")}`, transactions: [] };
}

function ethereumTransaction(network: Network, hash: string, isReceipt: boolean, lag: number): unknown {
  const landed = network.hasLanded(hash, lag) ? network.landed.get(hash) : undefined;
  const blockNumber = landed === undefined ? null : quantity(network.height());
  if (isReceipt) return landed && { transactionHash: hash, blockNumber, status: "0x1" };
  const known = landed ?? (lag === 0 ? network.pool.get(hash) : undefined);
  return known && { hash, blockNumber, nonce: quantity(known.number ?? 0n), from: known.account };
}

/** How many blocks one node of Solana keeps, and how far it lies behind. */
export interface SolanaView {
  readonly lag: number;
  readonly history: bigint;
  /** Of which it gives the blockhash, where that is not the newest one. */
  readonly blockhashSlot: bigint | undefined;
}

/** https://solana.com/docs/rpc; `sendTransaction` is with the one who takes broadcasts. */
export function solanaResult(
  { method, params = [] }: RpcRequest,
  network: Network,
  view: SolanaView,
): unknown {
  const slot = Number(network.height(view.lag));
  const commitment = JSON.stringify(params).includes('"finalized"') ? "finalized" : "confirmed";
  const seen = commitment === "finalized" ? Number(network.finalHeight(view.lag)) : slot;
  switch (method) {
    case "getLatestBlockhash":
      return solanaBlockhash(network, Number(view.blockhashSlot ?? seen));
    case "getSlot":
    case "getBlockHeight":
      return seen;
    case "getEpochInfo":
      return { absoluteSlot: seen, blockHeight: seen, epoch: 1, slotIndex: 1, slotsInEpoch: 432_000 };
    case "getFirstAvailableBlock":
    case "minimumLedgerSlot":
      return Math.max(0, Number(network.height(view.lag) - view.history));
    case "getTransaction":
      return solanaTransaction(network, String(params[0]), view);
    case "getSignatureStatuses": {
      const ids = params[0] as readonly string[];
      return { context: { slot }, value: ids.map((id) => solanaStatus(network, id, view)) };
    }
    default:
      throw new Error(`Method not found: ${method}`);
  }
}

function solanaBlockhash(network: Network, slot: number): unknown {
  const blockhash = base58.encode(digest(`SOL ${slot}`));
  network.rememberBlockhash(blockhash, BigInt(slot));
  return { context: { slot }, value: { blockhash, lastValidBlockHeight: slot + network.blockhashLife } };
}

function seenBySolana(network: Network, id: string, { lag, history }: SolanaView) {
  const landed = network.hasLanded(id, lag) ? network.landed.get(id) : undefined;
  if (landed === undefined) return undefined;
  const age = network.height() - network.heightAt(landed.landedAt ?? 0);
  return age > history ? undefined : landed;
}

function solanaTransaction(network: Network, id: string, view: SolanaView): unknown {
  const landed = seenBySolana(network, id, view);
  return landed && { slot: Number(network.height()), meta: { err: errorOf(landed.hasFailed), fee: 5_000 } };
}

function solanaStatus(network: Network, id: string, view: SolanaView): unknown {
  const landed = seenBySolana(network, id, view);
  if (landed === undefined) return null;
  const slot = Number(network.height());
  return { slot, confirmations: null, err: errorOf(landed.hasFailed), confirmationStatus: "finalized" };
}

function errorOf(hasFailed: boolean | undefined): unknown {
  return hasFailed === true ? { InstructionError: [0, { Custom: 1 }] } : null;
}

/** https://mainnet.vechain.org/doc/stoplight-ui/; `undefined` when there is no such path. */
export function vechainAnswer(path: string, network: Network, lag: number): unknown {
  if (path.startsWith("/accounts/*")) {
    return [{ data: "0x", events: [], transfers: [], gasUsed: 0, reverted: false, vmError: "" }];
  }
  const revision = /^\/blocks\/(\w+)/.exec(path)?.[1];
  if (revision !== undefined) return vechainBlock(network, revision, lag);
  // A node that has not come as far as the block in whose sight it is asked knows nothing of it.
  const head = /[?&]head=0x([0-9a-f]{8})/.exec(path)?.[1];
  if (head !== undefined && BigInt(`0x${head}`) > network.height(lag)) return undefined;
  const id = /^\/transactions\/(0x[0-9a-f]{64})/.exec(path)?.[1];
  if (id === undefined) return undefined;
  const landed = network.hasLanded(id, lag) ? network.landed.get(id) : undefined;
  const meta = { blockID: vechainBlockId(network.height(lag)), blockNumber: Number(network.height(lag)) };
  if (path.includes("/receipt")) return landed === undefined ? null : { reverted: false, meta };
  if (landed !== undefined) return { id, origin: landed.account, meta };
  return path.includes("pending=true") && lag === 0 && network.pool.has(id) ? { id, meta: null } : null;
}

function vechainBlock(network: Network, revision: string, lag: number): unknown {
  const height =
    revision === "0"
      ? 0n
      : revision === "finalized" || revision === "justified"
        ? network.finalHeight(lag)
        : network.height(lag);
  return {
    number: Number(height),
    id: vechainBlockId(height),
    isFinalized: height <= network.finalHeight(lag),
  };
}

/** Four bytes of the number; the genesis block ends with the chain tag of the main network. */
function vechainBlockId(height: bigint): string {
  const number = height.toString(16).padStart(8, "0");
  return `0x${number}${digest(`VET ${height}`).toString("hex").slice(8, 62)}${height === 0n ? "4a" : "00"}`;
}
