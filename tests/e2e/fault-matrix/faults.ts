/** What can go wrong with one HTTP call, as it looks on the wire. */
import type { Socket } from "node:net";
import { writeAnswer } from "./wire-format.ts";

export const faultNames = [
  "connection refused",
  "reset before the request was applied",
  "reset after the request was applied",
  "no answer",
  "an answer byte by byte",
  "a truncated answer",
  "the wrong content type",
  "a page with status 200",
  "no body with status 200",
  "400",
  "401",
  "403",
  "404",
  "409",
  "429 with Retry-After in seconds",
  "429 with Retry-After as a date",
  "500",
  "503",
] as const;
export type FaultName = (typeof faultNames)[number];

/** So long a Retry-After of the matrix has the program wait at least, in milliseconds. A date knows whole seconds only. */
export const ASKED_WAIT = 1000;

/** So often a fault happens to a payment. It is more than the attempts within one round, so that it outlasts a round. */
const TIMES = 3;

export interface Disturbed {
  readonly socket: Socket;
  /** Hands the request on to the API; its answer. */
  apply(): Promise<Response>;
}

export interface Fault {
  /** How often it happens to one payment. */
  readonly times: number;
  /** Whether the caller gets a status 2xx, whole. */
  readonly isSuccess: boolean;
  /** Absent for a connection that is refused: there is nobody to answer. */
  readonly act?: (disturbed: Disturbed) => Promise<void>;
}

function answering(answer: () => Response, times = TIMES): Fault {
  return {
    times,
    isSuccess: answer().ok,
    act: async ({ socket }) => void socket.end(await writeAnswer(answer())),
  };
}

/** An error in the shape in which the Tatum API gives them. */
function refusing(statusCode: number, headers: Readonly<Record<string, string>> = {}, times = TIMES): Fault {
  const body = { statusCode, errorCode: "fault.injected", message: "by the matrix" };
  return answering(() => Response.json(body, { status: statusCode, headers }), times);
}

function breaking(act: NonNullable<Fault["act"]>): Fault {
  return { times: TIMES, isSuccess: false, act };
}

const PAGE = "<!doctype html><title>Sign in</title><p>Please sign in.";

export const faults: Readonly<Record<FaultName, Fault>> = {
  "connection refused": { times: 1, isSuccess: false },
  "reset before the request was applied": breaking(async ({ socket }) => void socket.resetAndDestroy()),
  "reset after the request was applied": breaking(async ({ socket, apply }) => {
    await apply();
    socket.resetAndDestroy();
  }),
  "no answer": breaking(async ({ apply }) => void (await apply())),
  "an answer byte by byte": breaking(async ({ socket, apply }) => {
    for (const byte of await writeAnswer(await apply())) {
      if (socket.destroyed) return;
      socket.write(Uint8Array.of(byte));
      await Bun.sleep(50);
    }
  }),
  "a truncated answer": breaking(async ({ socket, apply }) => {
    const bytes = await writeAnswer(await apply());
    socket.end(bytes.subarray(0, bytes.length - 2));
  }),
  "the wrong content type": {
    times: TIMES,
    isSuccess: true,
    async act({ socket, apply }) {
      const answer = await apply();
      if (answer.status !== 204) answer.headers.set("content-type", "text/html");
      socket.end(await writeAnswer(answer));
    },
  },
  "a page with status 200": answering(() => new Response(PAGE, { headers: { "content-type": "text/html" } })),
  "no body with status 200": answering(() => new Response("")),
  "400": refusing(400),
  "401": refusing(401),
  "403": refusing(403),
  "404": refusing(404),
  "409": refusing(409),
  "429 with Retry-After in seconds": refusing(429, { "retry-after": String(ASKED_WAIT / 1000) }, 1),
  "429 with Retry-After as a date": answering(() => {
    const date = new Date(Date.now() + ASKED_WAIT + 1000).toUTCString();
    return new Response("", { status: 429, headers: { "retry-after": date } });
  }, 1),
  "500": refusing(500),
  "503": refusing(503),
};
