/** The sandbox's own endpoints, under `/sandbox`. */
import * as v from "valibot";
import { ApiError, jsonResponse, noContent } from "./api-error.ts";
import { examplePayment } from "./example-payment.ts";
import { faultSchema, type NewExample, newExampleSchema, newTransactionSchema } from "./request-schemas.ts";
import type { Route } from "./routes.ts";
import type { SandboxState } from "./state.ts";

/** @throws ApiError 400 when the chain has no such example, or the address does not fit. */
async function queueExample(wanted: NewExample, { queue, network }: SandboxState): Promise<string> {
  const { chain, signatureId, address, index, to, example } = wanted;
  try {
    const wallet = {
      signatureId,
      address,
      network,
      ...(index === undefined ? {} : { index }),
      ...(to === undefined ? {} : { to }),
    };
    const { hashes, ...payment } = await examplePayment(chain, wallet, example);
    return queue.add(v.parse(newTransactionSchema, { ...payment, hashes: [...hashes] }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError(400, "sandbox.example.unknown", error.message);
  }
}

/** The sandbox's own surface: fill the queue, look at what happened, disturb, start anew. */
export function sandboxEndpoints(state: SandboxState): readonly Route[] {
  return [
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
