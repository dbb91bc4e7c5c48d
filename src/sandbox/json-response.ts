import { stringifyExactJson } from "../../chains/codec/exact-json.ts";

/** An answer in JSON; members that are `undefined` are left out. */
export function jsonResponse(value: unknown, status = 200): Response {
  return new Response(stringifyExactJson(value), { status, headers: { "content-type": "application/json" } });
}

/** 204, an answer without a body. */
export function noContent(): Response {
  return new Response(null, { status: 204 });
}
