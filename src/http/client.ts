/**
 * The one HTTP client of the program. It talks only to origins it was made for, never follows a redirect, unpacks nothing,
 * and bounds the time and size of every answer.
 */
import { type HttpAnswer, HttpFailure, type HttpRequest } from "./message.ts";
import {
  addressesOf,
  addressKind,
  atAddress,
  beyondReach,
  type PlainHttpReach,
  type Resolver,
} from "./plain-http.ts";
import { type Claim, RateLimit } from "./rate-limit.ts";

/** Twice the largest pending transaction, which some answers repeat. */
export const MAXIMUM_ANSWER_BYTES = 8 * 1024 * 1024;

/** `user:password@` of a URL as a header; fetch itself refuses such URLs. */
function withoutCredentials(url: URL): { url: URL; authorization: Record<string, string> } {
  if (url.username === "" && url.password === "") return { url, authorization: {} };
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    url: bare,
    authorization: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
  };
}

/**
 * Plain http goes straight to its host: a proxy would read it. Bun's `fetch` would send it to the one of `HTTP_PROXY`,
 * loopback addresses included. The types do not know `false`, which goes direct; an empty text does not.
 */
const WITHOUT_PROXY = { proxy: false } as unknown as BunFetchRequestInit;

/** Codes of a connection that was not made, so that nothing was sent. */
const NOT_CONNECTED = [
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "EADDRNOTAVAIL",
  "EINVAL",
  "FailedToOpenSocket",
];

const whereItGoes: Readonly<Record<PlainHttpReach, string>> = {
  own: "plain http is for this machine and metadata services only",
  private: "plain http is for this machine and private addresses only, unless --allow-plain-http is given",
  any: "",
};

function codeOf(cause: unknown): string | undefined {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** What a promise gives, unless the signal ends the wait for it. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * Answers are wanted as they are: a few bytes of brotli unpack to gigabytes, and the runtime prints what is wrong with
 * compressed bytes into the log. The types do not know `decompress`.
 */
const AS_IT_IS = { decompress: false } as unknown as BunFetchRequestInit;

/** What a `content-encoding` may look like in an error; it comes from outside. */
const ENCODING_NAME = /^[\w-]{1,20}$/;

/** @throws HttpFailure `encoded` */
function assertNotEncoded({ headers, body }: Response): void {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (body === null || encoding === "" || encoding === "identity") return;
  const name = ENCODING_NAME.test(encoding) ? ` (${encoding})` : "";
  throw new HttpFailure(
    "encoded",
    `the answer came compressed${name}, although it was asked for uncompressed`,
  );
}

async function readBounded(response: Response, maximumBytes: number): Promise<string> {
  if (response.body === null) return "";
  if (Number(response.headers.get("content-length")) > maximumBytes) {
    await response.body.cancel();
    throw new HttpFailure("too-large", `the answer is larger than ${maximumBytes} bytes`);
  }
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maximumBytes) {
      throw new HttpFailure("too-large", `the answer is larger than ${maximumBytes} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export interface HttpClientOptions {
  /** How far plain http may go; without it, as far as private addresses. */
  readonly plainHttp?: PlainHttpReach;
  /** The addresses of a name, instead of those that the system finds. */
  readonly resolve?: Resolver | undefined;
}

/** Milliseconds that everything but a poll waits for its turn at least: a minute. */
const PATIENCE = 60_000;

function limitName({ origin }: URL, account = ""): string {
  return `${origin} ${account}`;
}

/** What a place is wanted for. */
export type Reservation = Pick<HttpRequest, "priority" | "timeout" | "signal" | "account">;

/** A place that is kept for one request to one host. */
export interface Place {
  /**
   * Sends the request, once.
   * @throws HttpFailure
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Leaves the place to the next one. */
  release(): void;
}

export class HttpClient {
  readonly #allowedOrigins: Set<string>;
  readonly #reach: PlainHttpReach;
  readonly #resolve: Resolver | undefined;
  readonly #limits = new Map<string, RateLimit>();

  constructor(origins: readonly URL[], { plainHttp = "private", resolve }: HttpClientOptions = {}) {
    this.#allowedOrigins = new Set(origins.map((url) => url.origin));
    this.#reach = plainHttp;
    this.#resolve = resolve;
  }

  /** Lets the client talk to one more host; only for hosts that the operator or the program itself names. */
  allow(url: URL): void {
    this.#allowedOrigins.add(url.origin);
  }

  /**
   * Has all requests to a host of this client wait for their turns, in the rate that the host takes.
   * @param perSecond requests a second; 0 for no limit of our own, `undefined` to learn it from the host's refusals
   * @param account whose requests, where the host counts them for several one by one
   * @returns the limit, which others may have a part of
   */
  limit(url: URL, perSecond: number | undefined, account?: string): RateLimit {
    // Each chain connects for itself, and all stand in one line.
    const name = limitName(url, account);
    const limit = this.#limits.get(name) ?? new RateLimit(url.host, perSecond);
    this.#limits.set(name, limit);
    return limit;
  }

  /** Has another limit count at once, also for requests that wait; as {@link limit} takes it. */
  changeLimit(url: URL, perSecond: number | undefined, account?: string): void {
    this.#limits.get(limitName(url, account))?.change(perSecond);
  }

  /** What is known of the limit of a host that has one. */
  limitOf(url: URL, account?: string): RateLimit["state"] | undefined {
    return this.#limits.get(limitName(url, account))?.state;
  }

  /** How many requests to a host wait for their turns. */
  waiting(url: URL, account?: string): number {
    return this.#limits.get(limitName(url, account))?.waiting ?? 0;
  }

  /**
   * A place in the line for a host, for a request that is sent when it is ready: what has to be on the disk before the
   * request leaves is written while nothing more has to be waited for.
   *
   * @throws HttpFailure `not-allowed`, `limited`, `stopped`
   */
  async reserve(url: URL, { priority = "payment", timeout, signal, account }: Reservation): Promise<Place> {
    this.#assertAllowed(url);
    const patience = priority === "poll" ? timeout : Math.max(timeout, PATIENCE);
    const claim: Claim = { priority, patience, signal };
    const given = await this.#limits.get(limitName(url, account))?.take(claim);
    return {
      send: async (request) => {
        if (request.url.origin !== url.origin)
          throw new HttpFailure("not-allowed", "this place is for another host");
        const answer = await this.#send(request);
        given?.answered(answer.status, answer.headers);
        return answer;
      },
      release: () => given?.release(),
    };
  }

  /**
   * One request, one answer; any status is an answer.
   * @throws HttpFailure
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    return (await this.reserve(request.url, request)).send(request);
  }

  #assertAllowed(url: URL): void {
    if (this.#allowedOrigins.has(url.origin)) return;
    throw new HttpFailure("not-allowed", `${url.host} is not among the configured hosts`);
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const { url, authorization } = withoutCredentials(request.url);
    const timeout = AbortSignal.timeout(request.timeout);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    try {
      const headers = { ...authorization, ...request.headers, "accept-encoding": "identity" };
      const response = await this.#connect(url, headers, signal, {
        ...AS_IT_IS,
        method: request.method,
        redirect: "manual",
        ...(request.body !== undefined && { body: request.body }),
        ...(request.certificateAuthorities !== undefined && { tls: { ca: request.certificateAuthorities } }),
      });
      assertNotEncoded(response);
      const body = await readBounded(response, request.maximumBytes ?? MAXIMUM_ANSWER_BYTES);
      return { status: response.status, headers: response.headers, body };
    } catch (cause) {
      if (cause instanceof HttpFailure) throw cause;
      if (request.signal?.aborted === true)
        throw new HttpFailure("stopped", "stopped before the answer came");
      if (timeout.aborted) {
        throw new HttpFailure(
          "timeout",
          `${request.url.host} gave no answer within ${request.timeout / 1000} s`,
        );
      }
      const code = codeOf(cause);
      const detail = code === undefined ? "" : ` (${code})`;
      throw new HttpFailure("connection", `the connection to ${request.url.host} failed${detail}`, { cause });
    }
  }

  /** Over https by name; over plain http to addresses that were judged, which no second look-up can exchange. */
  async #connect(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    init: BunFetchRequestInit,
  ): Promise<Response> {
    if (url.protocol !== "http:") return fetch(url, { ...init, headers, signal });
    const direct = { ...init, ...WITHOUT_PROXY, signal };
    if (this.#reach === "any") return fetch(url, { ...direct, headers });
    let notConnected: unknown;
    for (const address of await this.#judgedAddresses(url, signal)) {
      try {
        return await fetch(atAddress(url, address), { ...direct, headers: { ...headers, host: url.host } });
      } catch (cause) {
        if (!NOT_CONNECTED.includes(codeOf(cause) ?? "")) throw cause;
        notConnected = cause;
      }
    }
    throw notConnected;
  }

  /** @throws HttpFailure `not-allowed` when one of them is too far away */
  async #judgedAddresses(url: URL, signal: AbortSignal): Promise<readonly string[]> {
    const addresses = await unlessAborted(addressesOf(url, this.#resolve), signal);
    const far = beyondReach(addresses, this.#reach);
    if (far === undefined) return addresses;
    throw new HttpFailure(
      "not-allowed",
      `${url.host} has the ${addressKind(far)} address ${far}, and ${whereItGoes[this.#reach]}`,
    );
  }
}
