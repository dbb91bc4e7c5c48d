/** Disturbances on request: errors, lost answers and delays of the sandbox. */
import { ApiError } from "./api-error.ts";
import type { Fault } from "./request-schemas.ts";

const DEFAULT_DELAY_MILLISECONDS = 1000;

/** Disturbances that wait for a request. */
export class Faults {
  #waiting: { readonly fault: Fault; times: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, times: fault.times });
  }

  /** The oldest fault that is meant for such a request, used up by one. */
  take(method: string, path: string): Fault | undefined {
    const found = this.#waiting.find(
      ({ fault }) => path.startsWith(fault.path) && (fault.method === undefined || fault.method === method),
    );
    if (found === undefined) return undefined;
    found.times -= 1;
    if (found.times === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    return found.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}

/**
 * Answers a request in a disturbed way. `handle` applies the request and gives the right answer; `status`,
 * `drop-before`, `timeout`, `html` and `empty` never call it.
 */
export async function disturb(
  fault: Fault,
  clientGone: AbortSignal,
  handle: () => Promise<Response>,
): Promise<Response> {
  const { kind, status, headers } = fault;
  switch (kind) {
    case "status": {
      const answer = new ApiError(
        status ?? 500,
        "sandbox.fault",
        "Asked for with POST /sandbox/faults.",
      ).toResponse();
      for (const [name, value] of Object.entries(headers ?? {})) answer.headers.set(name, value);
      return answer;
    }
    case "html":
      return new Response("<!doctype html><title>Sign in</title><p>Please sign in.", {
        status: status ?? 200,
        headers: { "content-type": "text/html", ...headers },
      });
    case "empty":
      return new Response("", { status: status ?? 200, ...(headers !== undefined && { headers }) });
    case "drop-before":
      return brokenResponse("");
    case "drop-after":
      await handle();
      return brokenResponse("");
    case "truncated": {
      const text = await (await handle()).text();
      return brokenResponse(text.slice(0, Math.ceil(text.length / 2)));
    }
    case "slow":
      await Bun.sleep(fault.delayMilliseconds ?? DEFAULT_DELAY_MILLISECONDS);
      return handle();
    case "timeout":
      await new Promise((resolve) => clientGone.addEventListener("abort", resolve, { once: true }));
      return brokenResponse("");
  }
}

/** The connection is closed after this beginning of an answer; with an empty one, without any answer. */
function brokenResponse(beginning: string): Response {
  let sent = beginning === "";
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!sent) controller.enqueue(new TextEncoder().encode(beginning));
      // The first part has to leave before the stream breaks, else nothing is sent at all.
      if (!sent) await Bun.sleep(5);
      sent = true;
      controller.error();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}
