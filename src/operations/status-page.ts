/**
 * The status page: one document without anything from elsewhere, and the stream of events that keeps it up to date
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
import { createHash } from "node:crypto";
import type { DaemonStatus } from "./status.ts";
import page from "./status-page.html" with { type: "text" };

// The types know it as a bundle, whatever it is imported as.
const document = page as unknown as string;

/** The source that a content security policy names an inline element by (https://www.w3.org/TR/CSP3/#grammardef-hash-source). */
function hashOf(element: "style" | "script"): string {
  const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(document)?.[1] ?? "";
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const policy = [
  "default-src 'none'",
  `style-src ${hashOf("style")}`,
  `script-src ${hashOf("script")}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const guards = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** The page, in which nothing changes but by its events. */
export function statusPage(): Response {
  return new Response(document, {
    headers: {
      ...guards,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
    },
  });
}

/** Milliseconds between two looks at the daemon. */
const PERIOD = 1_000;

/** Looks without news until a line is sent all the same: it shows who has gone, and a connection that is idle for 10 s is closed. */
const QUIET_LOOKS = 5;

/** Pages that may be open at the same time. */
const MOST_WATCHING = 16;

/** What tells one status from another: not the time at which it was made. */
function contentOf({ at: _, ...status }: DaemonStatus): string {
  return JSON.stringify(status);
}

/** The streams of the pages that are open. */
export class StatusEvents {
  readonly #status: () => Promise<DaemonStatus> | undefined;
  readonly #ends = new Set<() => void>();

  /** @param status `undefined` until the vault is unlocked */
  constructor(status: () => Promise<DaemonStatus> | undefined) {
    this.#status = status;
  }

  /** The status now, and again whenever it changes; `undefined` when too many pages are open. */
  watch(): Response | undefined {
    if (this.#ends.size >= MOST_WATCHING) return undefined;
    let end = (): void => undefined;
    const stream = new ReadableStream<string>({
      start: (controller) => {
        end = this.#follow(controller);
      },
      cancel: () => end(),
    });
    return new Response(stream, { headers: { ...guards, "content-type": "text/event-stream" } });
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #follow(controller: ReadableStreamDefaultController<string>): () => void {
    let told: string | undefined;
    let quiet = 0;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      clearInterval(timer);
      this.#ends.delete(end);
    };
    const look = async (): Promise<void> => {
      const status = await this.#status()?.catch(() => undefined);
      // Who does not read is told nothing further, so that nothing gathers for him.
      if (isOver || (controller.desiredSize ?? 0) <= 0) return;
      const content = status === undefined ? "locked" : contentOf(status);
      if (content !== told || ++quiet >= QUIET_LOOKS) {
        const event =
          status === undefined ? "event: locked\ndata:\n\n" : `data: ${JSON.stringify(status)}\n\n`;
        controller.enqueue(event);
        quiet = 0;
      }
      told = content;
    };
    const timer = setInterval(() => void look(), PERIOD);
    this.#ends.add(end);
    void look();
    return end;
  }
}
