/** The sandbox's stand-in of the server that approves transactions (four-eye check). */
import { ApiError, jsonResponse, noContent } from "./api-error.ts";
import type { PendingQueue } from "./pending-queue.ts";
import type { ApiRequest, Route } from "./routes.ts";

/** What is in the queue and was not denied is approved. */
export function fourEyeEndpoints(queue: PendingQueue): readonly Route[] {
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
