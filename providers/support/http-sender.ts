/** The way to a service over HTTP that the program lends to providers; they open no connection by themselves. */

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates (PEM) to trust instead of the system's, for private clouds. */
  readonly certificateAuthorities?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Bounded in size. */
  readonly body: string;
}

export interface HttpSender {
  /**
   * One request, one answer of any status; redirects are answers. A failed connection, a slow answer, a 429 and a 5xx
   * are tried again twice, so only for requests that may be repeated.
   *
   * @throws ProviderError `UNREACHABLE` when there was no answer at all
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}
