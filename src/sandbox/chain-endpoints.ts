/** The chain endpoints of the sandbox: what signers ask while signing, such as transaction count, fee and JSON-RPC. */
import * as v from "valibot";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { ApiError, jsonResponse, validationFailed } from "./api-error.ts";
import { isSpent } from "./chains/bitcoin-like.ts";
import type { SandboxChain } from "./chains/chain.ts";
import { type CannedNode, cannedAnswer, cannedFee } from "./nodes/canned-node-answers.ts";
import { NodeRefused, type NodeRpc, NodeUnreachable } from "./nodes/node-rpc.ts";
import { nameInPath, tickerInPath } from "./path-chains.ts";
import { rpcRequestSchema } from "./request-schemas.ts";
import type { ApiRequest, Route } from "./routes.ts";
import type { SandboxState } from "./state.ts";

export function chainEndpoints(state: SandboxState): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v3/:name/transaction/count/:address",
      handle: async (request) => jsonResponse(await transactionCount(state, request)),
    },
    {
      method: "GET",
      path: "/v3/:name/utxo/:hash/:index",
      handle: async (request) => jsonResponse(unspentOutput(state, request)),
    },
    {
      method: "GET",
      path: "/v3/:name/transaction/:hash",
      handle: async (request) => jsonResponse(transaction(state, request)),
    },
    {
      method: "GET",
      path: "/v3/blockchain/fee/:chain",
      handle: async (request) => jsonResponse(await fee(state, tickerInPath(request))),
    },
    {
      method: "POST",
      path: "/v3/:name/web3/:apiKey",
      handle: (request) => rpc(state, nameInPath(request), request),
    },
    {
      method: "POST",
      path: "/v3/blockchain/node/:chain/:apiKey",
      handle: (request) => rpc(state, tickerInPath(request), request),
    },
  ];
}

async function transactionCount({ nodes, sequences }: SandboxState, request: ApiRequest): Promise<number> {
  const { ticker, kind } = nameInPath(request);
  // XinFin writes xdc where Ethereum writes 0x.
  const address = request.parameter("address").replace(/^xdc/i, "0x");
  if (kind !== "evm" || !/^0x[0-9a-f]{40}$/i.test(address)) {
    throw validationFailed([
      { target: "path", property: "address", constraints: { matches: "address must be an EVM address" } },
    ]);
  }
  const node = nodes.get(ticker);
  if (node === undefined) return sequences.next(ticker, address);
  return Number(await ask(node, "eth_getTransactionCount", [address, "latest"]));
}

/** The sandbox keeps no outputs: each that is asked for is unspent until a transaction spends it. */
function unspentOutput({ broadcasts }: SandboxState, request: ApiRequest): object {
  const { kind, ticker } = nameInPath(request);
  if (kind !== "bitcoin-like") throw new ApiError(404, "not.found", "The chain has no outputs.");
  const output = outputInPath(request);
  if (!isSpent(output, broadcasts.accepted(ticker).values())) return output;
  // https://apidoc.tatum.io/tag/Bitcoin#operation/BtcGetUTXO
  throw new ApiError(403, "tx.hash.index.spent", "No such UTXO for transaction and index.");
}

/** @throws ApiError 400 when it names no output */
function outputInPath(request: ApiRequest): { readonly hash: string; readonly index: number } {
  const [hash, index] = [request.parameter("hash"), Number(request.parameter("index"))];
  const isIndex = Number.isInteger(index) && index >= 0 && index <= 0xffff_ffff;
  if (/^[0-9a-f]{64}$/i.test(hash) && isIndex) return { hash, index };
  const constraints = { isOutput: "hash must be 64 hex digits, and index a whole number of 32 bits" };
  throw validationFailed([{ target: "path", property: isIndex ? "hash" : "index", constraints }]);
}

/** A transaction that was broadcast here. */
function transaction({ broadcasts }: SandboxState, request: ApiRequest): object {
  const { ticker, pathName } = nameInPath(request);
  const hash = request.parameter("hash");
  const txData = broadcasts.accepted(ticker).get(hash);
  if (txData !== undefined) return { hash, txData };
  throw new ApiError(404, `${pathName}.tx.not.found`, `The sandbox has no transaction ${hash}.`);
}

async function fee({ nodes }: SandboxState, chain: SandboxChain): Promise<object> {
  if (chain.kind === "other") {
    throw validationFailed([
      { target: "path", property: "chain", constraints: { isIn: `the API has no fee for ${chain.ticker}` } },
    ]);
  }
  const node = nodes.get(chain.ticker);
  if (node === undefined || chain.kind !== "evm") return cannedFee(chain);
  const [gasPrice, block] = await Promise.all([ask(node, "eth_gasPrice"), ask(node, "eth_blockNumber")]);
  const medium = BigInt(String(gasPrice));
  return { fast: medium, medium, slow: medium, time: new Date().toISOString(), block: Number(block) };
}

/** A call whose failure is an answer of the API. */
async function ask(node: NodeRpc, method: string, params: readonly JsonValue[] = []): Promise<JsonValue> {
  try {
    return await node.call(method, params);
  } catch (error) {
    if (error instanceof NodeRefused) throw new ApiError(403, "blockchain.node.error", error.message);
    throw asApiError(error);
  }
}

async function rpc(state: SandboxState, chain: SandboxChain, request: ApiRequest): Promise<Response> {
  const body = request.json();
  const node = state.nodes.get(chain.ticker);
  if (node === undefined)
    return jsonResponse(cannedRpc({ chain, network: state.network, sequences: state.sequences }, body));
  try {
    const { status, text } = await node.forward(request.text);
    return new Response(text, { status, headers: { "content-type": "application/json" } });
  } catch (error) {
    throw asApiError(error);
  }
}

/** Answers one request or a batch of them. */
function cannedRpc(node: CannedNode, body: JsonValue): object {
  if (Array.isArray(body)) return body.map((call) => cannedRpc(node, call));
  const request = v.safeParse(rpcRequestSchema, body);
  if (request.success) return cannedAnswer(node, request.output);
  return {
    jsonrpc: "2.0",
    id: null,
    error: { code: -32600, message: "This is not a JSON-RPC 2.0 request." },
  };
}

function asApiError(error: unknown): unknown {
  return error instanceof NodeUnreachable ? new ApiError(502, "node.unreachable", error.message) : error;
}
