import { ApiError } from "./api-error.ts";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
const LOOPBACK_ORIGIN = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Keeps web pages out that a browser on this machine has open: those that point their own name at 127.0.0.1 (DNS
 * rebinding) show it in `Host`, those that send across origins in `Origin`.
 *
 * @throws ApiError 403
 */
export function refuseForeignCaller(headers: Headers): void {
  const origin = headers.get("origin");
  const ownOrigin = origin === null || LOOPBACK_ORIGIN.test(origin);
  if (!LOOPBACK_HOST.test(headers.get("host") ?? "") || !ownOrigin) {
    throw new ApiError(403, "sandbox.foreign.caller", "The sandbox answers only programs on this machine.");
  }
}
