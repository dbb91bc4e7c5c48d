/**
 * Retries of HTTP requests: exponential backoff with jitter, and `Retry-After`
 * (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
 */
import { type HttpAnswer, HttpFailure } from "./message.ts";

export interface RetryPolicy {
  /** How often to try again after the first time. */
  readonly retries: number;
  /** Milliseconds before the first retry; doubled each time, with jitter. */
  readonly delay: number;
  /** The longest wait, in milliseconds, that is worth it within one call. */
  readonly maximumDelay: number;
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); `undefined` without one. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const header = headers.get("retry-after")?.trim();
  if (header === undefined || header === "") return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse takes bare numbers for years.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The wait before retry number `attempt` (from 0): exponential, between half and the whole, so that clients spread. */
export function backoff(
  attempt: number,
  delay: number,
  maximumDelay: number,
  random = Math.random(),
): number {
  const whole = Math.min(maximumDelay, delay * 2 ** attempt);
  return whole / 2 + (whole / 2) * random;
}

/** Waits, unless the program is being stopped. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal?.aborted === true) return done();
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      done();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", finish, { once: true });
  });
}

function isPassing(answer: HttpAnswer): boolean {
  return answer.status === 429 || answer.status >= 500;
}

/**
 * Sends again after a failed connection, a timeout, a 429 or a 5xx. Only for requests that may be repeated.
 * A `Retry-After` that is longer than `maximumDelay` ends the attempts: the caller comes back later.
 *
 * @throws HttpFailure of the last attempt.
 */
export async function withRetries(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  send: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  for (let attempt = 0; ; attempt++) {
    let wait = backoff(attempt, policy.delay, policy.maximumDelay);
    try {
      const answer = await send();
      if (!isPassing(answer) || attempt >= policy.retries) return answer;
      const asked = retryAfter(answer.headers, Date.now());
      if (asked !== undefined && asked > policy.maximumDelay) return answer;
      wait = Math.max(wait, asked ?? 0);
    } catch (failure) {
      const repeatable =
        failure instanceof HttpFailure && (failure.kind === "connection" || failure.kind === "timeout");
      if (!repeatable || attempt >= policy.retries) throw failure;
    }
    await pause(wait, signal);
    if (signal?.aborted === true) throw new HttpFailure("stopped", "stopped while waiting to try again");
  }
}
