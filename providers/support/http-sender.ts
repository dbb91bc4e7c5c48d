/**
 * The way to a service over HTTP that the program lends to providers, which open no connection by themselves; and texts that
 * may become header values.
 */
import { ProviderError } from "../error.ts";

/** What every token and name that goes into a header consists of: visible ASCII, without spaces and line breaks. */
export const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * A setting that is sent as a header. It is checked before it is sent, because the error of a client that finds a line
 * break in a header may quote it.
 *
 * @param variable where it was set, for the error
 * @throws ProviderError `NOT_CONFIGURED`, without the text
 */
export function headerText(variable: string, text: string): string {
  if (HEADER_TEXT.test(text)) return text;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `What ${variable} gives has a space, a line break or another character that cannot be part of it.`,
  );
}

export interface ServiceRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates (PEM) to trust instead of the system's, for private clouds. */
  readonly certificateAuthorities?: string;
}

export interface ServiceAnswer {
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
  send(request: ServiceRequest): Promise<ServiceAnswer>;
}
