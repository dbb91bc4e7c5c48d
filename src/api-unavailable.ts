import { KmsError } from "./errors.ts";

interface ApiUnavailableOptions extends ErrorOptions {
  /** Milliseconds that the API asked to wait before the next request. */
  readonly retryAfter?: number | undefined;
  /** Whether it may answer later without anybody's doing; `true` where nothing is said. */
  readonly mayPass?: boolean;
}

/** The API, or what is behind it, cannot answer now; it may later. Its code is `NETWORK`. */
export class ApiUnavailable extends KmsError {
  /** Milliseconds that the API asked to wait before the next request, where it did. */
  readonly retryAfter: number | undefined;
  readonly mayPass: boolean;

  constructor(message: string, { retryAfter, mayPass = true, ...options }: ApiUnavailableOptions = {}) {
    super("NETWORK", message, options);
    this.retryAfter = retryAfter;
    this.mayPass = mayPass;
  }
}
