/** What a service, or something in front of it, may answer instead of what it should. */
import type { ProviderErrorCode } from "../../providers/error.ts";

/** Every fault quotes this, which no error may show. */
export const FAULT_CANARY = "canary-of-a-fault";

const json = { "content-type": "application/json" };

interface Fault {
  readonly name: string;
  readonly code: ProviderErrorCode;
  /** How often it is asked. */
  readonly tries: number;
  answer(): Response | Promise<Response>;
}

/** Faults that mean the same whichever service has them. */
export const faults: readonly Fault[] = [
  {
    name: "a login page with 200",
    code: "BAD_ANSWER",
    tries: 1,
    answer: () => new Response(`<html>${FAULT_CANARY}</html>`, { headers: { "content-type": "text/html" } }),
  },
  {
    name: "a redirect",
    code: "BAD_ANSWER",
    tries: 1,
    answer: () =>
      new Response(FAULT_CANARY, { status: 302, headers: { location: "http://127.0.0.1:1/stolen" } }),
  },
  {
    name: "JSON of another shape",
    code: "BAD_ANSWER",
    tries: 1,
    answer: () => Response.json({ value: { text: FAULT_CANARY }, data: [{ value: FAULT_CANARY }] }),
  },
  {
    name: "JSON that ends early",
    code: "BAD_ANSWER",
    tries: 1,
    answer: () => new Response(`{"value":"${FAULT_CANARY}`, { headers: json }),
  },
  { name: "nothing", code: "BAD_ANSWER", tries: 1, answer: () => new Response("") },
  {
    name: "a 500",
    code: "UNREACHABLE",
    tries: 3,
    answer: () => Response.json({ error: FAULT_CANARY }, { status: 500 }),
  },
  {
    name: "a 429 that never ends",
    code: "UNREACHABLE",
    tries: 3,
    answer: () => new Response(FAULT_CANARY, { status: 429 }),
  },
  {
    name: "nothing in time",
    code: "UNREACHABLE",
    tries: 3,
    answer: async () => {
      await Bun.sleep(5000);
      return new Response(FAULT_CANARY);
    },
  },
];

/** A 429 that says when to come back, and then the right answer. */
export function busyOnce(): () => Response | undefined {
  let isFirst = true;
  return () => {
    if (!isFirst) return undefined;
    isFirst = false;
    return new Response(FAULT_CANARY, { status: 429, headers: { "retry-after": "1" } });
  };
}
