import { KmsError } from "./errors.ts";

/** The API, or what is behind it, cannot answer now; it may later. Its code is `NETWORK`. */
export class ApiUnavailable extends KmsError {
  /** Milliseconds that the API asked to wait before the next request, where it did. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number, options?: ErrorOptions) {
    super("NETWORK", message, options);
    this.retryAfter = retryAfter;
  }
}
