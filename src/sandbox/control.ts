/** The sandbox's own endpoints, under `/sandbox`: its queue, its faults, and its four-eye server. */
import * as v from "valibot";
import { ApiError, jsonResponse, noContent } from "./api-error.ts";
import { examplePayment } from "./chains/index.ts";
import type { PendingQueue } from "./pending-queue.ts";
import { faultSchema, type NewExample, newExampleSchema, newTransactionSchema } from "./request-schemas.ts";
import type { ApiRequest, Route } from "./routes.ts";
import type { SandboxState } from "./state.ts";

/** @throws ApiError 400 when the chain has no such example, or the address does not fit. */
async function queueExample(wanted: NewExample, { queue, network }: SandboxState): Promise<string> {
  const { chain, signatureId, address, index, to, example } = wanted;
  try {
    const wallet = {
      signatureId,
      address,
      network,
      ...(index !== undefined && { index }),
      ...(to !== undefined && { to }),
    };
    const { hashes, ...payment } = await examplePayment(chain, wallet, example);
    return queue.add(v.parse(newTransactionSchema, { ...payment, hashes: [...hashes] }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError(400, "sandbox.example.unknown", error.message);
  }
}

/** A stand-in of the server that approves transactions (four-eye check): what is in the queue and was not denied is approved. */
function fourEyeEndpoints(queue: PendingQueue): readonly Route[] {
  const judge = (request: ApiRequest): Response => {
    const id = request.parameter("id");
    const entry = queue.find(id);
    if (entry === undefined || entry.state === "cancelled") {
      throw new ApiError(404, "four-eye.unknown", `The transaction ${id} was not put into the queue.`);
    }
    if (entry.denied) throw new ApiError(403, "four-eye.denied", `The transaction ${id} is denied.`);
    return jsonResponse({ id });
  };
  return [
    { method: "GET", path: "/sandbox/four-eye/:id", handle: judge },
    { method: "POST", path: "/sandbox/four-eye/:id", handle: judge },
    {
      method: "POST",
      path: "/sandbox/four-eye/:id/deny",
      handle: (request) => {
        queue.get(request.parameter("id")).denied = true;
        return noContent();
      },
    },
  ];
}

/** The sandbox's own surface: fill the queue, look at what happened, approve, disturb, start anew. */
export function sandboxEndpoints(state: SandboxState): readonly Route[] {
  return [
    ...fourEyeEndpoints(state.queue),
    {
      method: "POST",
      path: "/sandbox/transactions",
      handle: (request) => jsonResponse({ id: state.queue.add(request.body(newTransactionSchema)) }),
    },
    {
      method: "POST",
      path: "/sandbox/examples",
      handle: async (request) =>
        jsonResponse({ id: await queueExample(request.body(newExampleSchema), state) }),
    },
    { method: "GET", path: "/sandbox/transactions", handle: () => jsonResponse(state.queue.list()) },
    { method: "GET", path: "/sandbox/broadcasts", handle: () => jsonResponse(state.broadcasts.list()) },
    { method: "GET", path: "/sandbox/errors", handle: () => jsonResponse(state.reportedErrors) },
    {
      method: "POST",
      path: "/sandbox/faults",
      handle: (request) => {
        state.faults.add(request.body(faultSchema));
        return noContent();
      },
    },
    {
      method: "POST",
      path: "/sandbox/reset",
      handle: () => {
        state.reset();
        return noContent();
      },
    },
  ];
}
