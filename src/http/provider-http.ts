/** The HTTP client as secret providers get it. */
import { ProviderError } from "../../providers/error.ts";
import type { HttpSender, ServiceAnswer } from "../../providers/support/http-sender.ts";
import type { Config } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { HttpClient } from "./client.ts";
import { HttpFailure } from "./message.ts";
import { withRetries } from "./retry.ts";

/** Tries after the first one. */
const RETRIES = 2;

/** The HTTP client as providers get it: bounded, without redirects, with retries, and for the hosts they were told. */
export function createProviderHttp(config: Config): HttpSender {
  const client = new HttpClient([], { plainHttp: "own" });
  const timeout = config.value(settings.httpTimeout);
  const delay = config.value(settings.retryDelay);
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
