/** Every way in which a service, or what stands in front of it, does not give what was asked for. */
import { expect, test } from "bun:test";
import type { ProviderError, ProviderErrorCode } from "../../providers/error.ts";
import { listen, serve } from "../local-servers.ts";

interface BrokenService {
  readonly title: string;
  readonly code: ProviderErrorCode;
  /** How often it has to be asked. */
  readonly asked: number;
  /** @param onRequest called for each question */
  start(onRequest: () => void): URL;
}

function answering(
  title: string,
  code: ProviderErrorCode,
  asked: number,
  answer: () => Response | Promise<Response>,
): BrokenService {
  return {
    title,
    code,
    asked,
    start: (onRequest) =>
      serve(() => {
        onRequest();
        return answer();
      }),
  };
}

function cutting(title: string, text: string): BrokenService {
  return {
    title,
    code: "UNREACHABLE",
    asked: 3,
    start: (onRequest) =>
      listen((socket) => {
        onRequest();
        socket.end(text);
      }),
  };
}

const loginPage = "<!doctype html><title>Log in</title>";

const brokenServices: readonly BrokenService[] = [
  answering("401 without a word", "NOT_ALLOWED", 1, () => new Response("", { status: 401 })),
  answering("403 of a proxy", "NOT_ALLOWED", 1, () => new Response(loginPage, { status: 403 })),
  answering("500", "UNREACHABLE", 3, () => new Response("", { status: 500 })),
  answering("503 of a proxy", "UNREACHABLE", 3, () => new Response(loginPage, { status: 503 })),
  answering("429", "UNREACHABLE", 3, () => new Response("{}", { status: 429 })),
  answering(
    "429 that asks for an hour",
    "UNREACHABLE",
    1,
    () => new Response("{}", { status: 429, headers: { "retry-after": "3600" } }),
  ),
  answering("no answer in time", "UNREACHABLE", 3, async () => {
    await Bun.sleep(2000);
    return new Response("{}");
  }),
  cutting("a connection that is cut", ""),
  cutting("an answer that is cut", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":'),
  answering("a login page", "BAD_ANSWER", 1, () => new Response(loginPage)),
  answering("an empty answer", "BAD_ANSWER", 1, () => new Response("")),
  answering("another shape", "BAD_ANSWER", 1, () => Response.json([{ value: 1 }])),
  answering("an empty object", "BAD_ANSWER", 1, () => Response.json({})),
];

/**
 * Tests that each is told from the others, and asked again when that may help.
 * @param failureAt the error of asking that service, with a time limit of 0.3 s
 */
export function testBrokenServices(failureAt: (url: URL) => Promise<ProviderError>): void {
  for (const { title, code, asked, start } of brokenServices) {
    test(`${title} is ${code}`, async () => {
      let requests = 0;
      const url = start(() => requests++);
      expect(await failureAt(url)).toMatchObject({ code });
      expect(requests).toBe(asked);
    });
  }
}
