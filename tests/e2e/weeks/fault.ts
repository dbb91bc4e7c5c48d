/** A call that the program makes, and what may go wrong with it. */

export type CallKind =
  | "list"
  | "four-eye"
  | "look-up"
  | "complete"
  | "report"
  | "broadcast"
  | "node"
  | "on-chain";

export interface Call {
  readonly kind: CallKind;
  readonly ticker: string | undefined;
  /** Of the pending transaction it is about, where it says so. */
  readonly id: string | undefined;
  /** The method of a JSON-RPC call, or the path of another one. */
  readonly what: string;
  /** The transaction id, or the text that it is about. */
  readonly subject?: string | undefined;
}

export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Fault {
  /** Whether what is asked for is done: not at all, at once, or after the delay, when nobody waits for it any more. */
  readonly act: "skip" | "now" | "late";
  /** What is answered; the true answer without it. */
  readonly answer?: Answer | "cut";
  /** Real milliseconds before the answer. */
  readonly delay?: number;
}

export const faults = {
  /** The connection breaks before the API has read the request. */
  cutBefore: { act: "skip", answer: "cut" },
  /** The connection breaks after the API has done what was asked. */
  cutAfter: { act: "now", answer: "cut" },
  serverError: { act: "skip", answer: { status: 502, body: "Bad Gateway" } },
  serverErrorAfter: {
    act: "now",
    answer: { status: 500, body: { statusCode: 500, errorCode: "internal", message: "An error" } },
  },
  tooMany: { act: "skip", answer: { status: 429, body: {}, headers: { "retry-after": "1" } } },
  garbage: { act: "now", answer: { status: 200, body: "<html>" } },
} as const satisfies Record<string, Fault>;
