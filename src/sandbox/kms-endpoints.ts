/** The endpoints of the Tatum API that are made for a KMS, as the sandbox answers them (https://apidoc.tatum.io/). */
import { jsonResponse, noContent } from "./api-error.ts";
import { chainOfTicker } from "./chains/index.ts";
import { nameInPath, tickerInPath } from "./path-chains.ts";
import {
  broadcastSchema,
  errorBatchSchema,
  pendingRequestSchema,
  withdrawalBroadcastSchema,
} from "./request-schemas.ts";
import type { Route } from "./routes.ts";
import type { SandboxState } from "./state.ts";

/** The part of the API made for a KMS: poll, completion, broadcasts, error reports, version. */
export function kmsEndpoints(state: SandboxState): readonly Route[] {
  return [
    ...pendingEndpoints(state),
    ...transactionEndpoints(state),
    ...broadcastEndpoints(state),
    {
      method: "POST",
      path: "/v3/tatum/kms/batch",
      handle: (request) => {
        state.reportedErrors.push(...request.body(errorBatchSchema).errors);
        return noContent();
      },
    },
    {
      method: "GET",
      path: "/v3/tatum/version",
      handle: () =>
        jsonResponse({
          version: "sandbox",
          testnet: state.network === "testnet",
          planName: "sandbox",
          creditLimit: 1_000_000,
          usage: 0,
        }),
    },
  ];
}

function pendingEndpoints({ queue }: SandboxState): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v3/kms/pending/:chain",
      handle: (request) => {
        const { ticker } = tickerInPath(request);
        return jsonResponse(queue.pending(ticker, request.body(pendingRequestSchema).signatureIds));
      },
    },
    {
      method: "GET",
      path: "/v3/kms/pending/:chain",
      handle: (request) => {
        const signatures = request.url.searchParams.get("signatures")?.split(",");
        return jsonResponse(queue.pending(tickerInPath(request).ticker, signatures));
      },
    },
  ];
}

function transactionEndpoints({ queue }: SandboxState): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v3/kms/:id",
      handle: (request) => {
        const { transaction, txId } = queue.get(request.parameter("id"));
        return jsonResponse({ ...transaction, txId });
      },
    },
    {
      method: "PUT",
      path: "/v3/kms/:id/:txId",
      handle: (request) => {
        queue.complete(request.parameter("id"), request.parameter("txId"));
        return noContent();
      },
    },
    {
      method: "DELETE",
      path: "/v3/kms/:id",
      handle: (request) => {
        queue.cancel(request.parameter("id"));
        return noContent();
      },
    },
  ];
}

function broadcastEndpoints({ broadcasts }: SandboxState): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v3/:name/broadcast",
      handle: async (request) => {
        const chain = nameInPath(request);
        const { txData, signatureId } = request.body(broadcastSchema);
        const { txId, completed } = await broadcasts.broadcast({ chain, txData, signatureId });
        // The API says so when a transaction was sent but the pending one could not be marked complete.
        return jsonResponse(signatureId === undefined || completed ? { txId } : { txId, failed: true });
      },
    },
    {
      method: "POST",
      path: "/v3/offchain/withdrawal/broadcast",
      handle: async (request) => {
        const { currency, ...body } = request.body(withdrawalBroadcastSchema);
        const chain = chainOfTicker(currency);
        if (chain === undefined) throw new Error(`The schema let an unknown currency pass: ${currency}`);
        const { txId, completed } = await broadcasts.broadcast({ ...body, chain });
        return jsonResponse({ completed, txId });
      },
    },
  ];
}
