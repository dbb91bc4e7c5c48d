/** The four-eye check: the operator's own server decides about every transaction before anything is signed. */
import { stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import type { HttpClient } from "../../http/client.ts";
import type { Endpoint } from "../../http/endpoints.ts";
import { readHttpUrl } from "../../http/http-url.ts";
import { HttpFailure } from "../../http/message.ts";
import { retryAfter } from "../../http/retry.ts";
import type { ListedTransaction } from "../../tatum/pending-transaction.ts";
import type { Decision, Policy } from "./policy.ts";

export type ApprovalMethod = "GET" | "POST";

/** @throws KmsError `USAGE` when the text is no http or https URL. */
export function parseExternalUrl(text: string): URL {
  return readHttpUrl({ what: "Option --external-url", text, code: "USAGE" });
}

/** The four-eye server as a host that is asked. */
export function fourEyeEndpoint(url: URL): Endpoint {
  return { setting: "--external-url", url, danger: "forge approvals", code: "USAGE" };
}

/** `{url}/{id}`: the id becomes the last part of the path, whether or not the URL has a query or a final slash. */
export function transactionUrl(externalUrl: URL, id: string): URL {
  const url = new URL(externalUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(id)}`;
  url.hash = "";
  return url;
}

export interface FourEyeOptions {
  readonly url: URL;
  readonly method: ApprovalMethod;
  readonly http: HttpClient;
  /** Milliseconds until the decision has to be there. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

export class FourEyeCheck implements Policy {
  readonly name = "four-eye server";
  readonly #options: FourEyeOptions;

  constructor(options: FourEyeOptions) {
    this.#options = options;
  }

  /**
   * Asks about one transaction, once. Only a direct 2xx approves: a redirect may lead to a login page that answers 200 to
   * everybody.
   */
  async decide(listed: ListedTransaction): Promise<Decision> {
    const { url, method, http, timeout, signal } = this.#options;
    const body = method === "POST" ? stringifyExactJson(listed.asListed) : undefined;
    try {
      const answer = await http.send({
        method,
        url: transactionUrl(url, listed.transaction.id),
        timeout,
        signal,
        ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
      });
      const { status } = answer;
      if (status >= 200 && status < 300) return { kind: "approved" };
      const tooEarly = status === 408 || status === 425 || status === 429;
      if (status >= 400 && status < 500 && !tooEarly)
        return { kind: "refused", reason: `answered HTTP ${status}` };
      const reason =
        status >= 300 && status < 400
          ? `answered HTTP ${status}, a redirect, which is not followed`
          : `answered HTTP ${status}`;
      const wait = retryAfter(answer.headers, Date.now());
      return wait === undefined
        ? { kind: "unreachable", reason }
        : { kind: "unreachable", reason, retryAfter: wait };
    } catch (failure) {
      if (failure instanceof HttpFailure)
        return { kind: "unreachable", reason: `gave no answer: ${failure.message}` };
      throw failure;
    }
  }
}
