/** One HTTP exchange: a request, its answer, or why there is none. */

/** `broadcast`: signed bytes. `payment`: everything else about a payment in work. `poll`: what comes again anyway. */
export type Priority = "broadcast" | "payment" | "poll";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly certificateAuthorities?: string | undefined;
  /** Milliseconds until the whole answer has to be there. */
  readonly timeout: number;
  /** Bytes the answer may have; {@link MAXIMUM_ANSWER_BYTES} without it. */
  readonly maximumBytes?: number | undefined;
  /** Ends the request early. */
  readonly signal?: AbortSignal | undefined;
  /** Whose places at the host it takes, where those are counted for several one by one: the name of an API key. */
  readonly account?: string | undefined;
  /** Which requests wait for it where the host takes no more; `payment` without it. */
  readonly priority?: Priority;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export type HttpFailureKind =
  /** The host is none of the configured ones, or plain http would go too far; nothing was sent. */
  | "not-allowed"
  /** No answer in time. */
  | "timeout"
  /** The connection failed or broke. */
  | "connection"
  /** The answer is larger than any real one. */
  | "too-large"
  /** The answer came compressed, although that was not asked for. */
  | "encoded"
  /** The host takes no more requests for longer than it is worth to wait; nothing was sent. */
  | "limited"
  /** The program is being stopped. */
  | "stopped";

/** No usable answer. Whether the request was acted on is unknown, except for `not-allowed` and `limited`. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: HttpFailureKind;
  /** Milliseconds that the host asked to wait, where it did. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: HttpFailureKind,
    message: string,
    { retryAfter, ...options }: ErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
