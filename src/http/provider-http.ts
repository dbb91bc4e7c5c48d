/** The HTTP client as secret providers get it. */
import { ProviderError } from "../../providers/error.ts";
import type { HttpSender, ServiceAnswer } from "../../providers/support/http-sender.ts";
import { HttpClient } from "./client.ts";
import { HttpFailure } from "./message.ts";
import { withRetries } from "./retry.ts";

/** Tries after the first one. */
const RETRIES = 2;

/** How long services may take, in milliseconds. */
export interface ProviderPatience {
  /** For one answer. */
  readonly timeout: number;
  /** Before the first retry. */
  readonly delay: number;
}

/** The HTTP client as providers get it: bounded, without redirects, with retries, and for the hosts they were told. */
export function createProviderHttp({ timeout, delay }: ProviderPatience): HttpSender {
  const client = new HttpClient([], { plainHttp: "own" });
  return {
    async send(request): Promise<ServiceAnswer> {
      client.allow(request.url);
      try {
        return await withRetries({ retries: RETRIES, delay, maximumDelay: 10 * delay }, undefined, () =>
          client.send({ ...request, timeout }),
        );
      } catch (failure) {
        if (failure instanceof HttpFailure) {
          throw new ProviderError("UNREACHABLE", `The secret could not be fetched: ${failure.message}.`);
        }
        throw failure;
      }
    },
  };
}
