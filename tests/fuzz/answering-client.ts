/** HTTP without a network: the answers of a vector, damaged on their way where a case wants that. */
import { type JsonValue, parseExactJson, stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { HttpClient } from "../../src/http/client.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../src/http/message.ts";
import { constructionAnswer } from "../../src/sandbox/nodes/cardano-construction.ts";
import { ApiRequest } from "../../src/sandbox/routes.ts";
import type { Exchange } from "../chains/answering-environment.ts";
import type { FuzzVector } from "./signing-vectors.ts";

export const API_HOST = "api.tatum.io";
export const API_KEY = "fuzz-api-key";
const KEYS_OF_VECTORS = /test-api-key/gi;

export type Damage = (answer: HttpAnswer) => HttpAnswer;

export class AnsweringClient extends HttpClient {
  readonly #answer: (request: HttpRequest) => HttpAnswer | undefined;

  constructor(answer: (request: HttpRequest) => HttpAnswer | undefined) {
    super([]);
    this.#answer = answer;
  }

  override async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = this.#answer(request);
    if (answer === undefined) throw new HttpFailure("connection", `no answer of ${request.url.host}`);
    return answer;
  }
}

export function answerOf(body: string, status = 200, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: new Headers(headers), body };
}

/** Answers as a vector says; a request that it does not know gets the answer to the most similar one. */
export function vectorClient(vector: FuzzVector, damage: Damage): AnsweringClient {
  return new AnsweringClient((request) => {
    const body = request.body === undefined ? undefined : parseExactJson(request.body);
    const step = /\/construction\/(\w+)$/.exec(request.url.pathname)?.[1];
    if (step !== undefined) return damage(constructed(step, request, vector));
    const found = findExchange(vector.http, request, body);
    if (found === undefined) return undefined;
    const response = typeof found.response === "function" ? found.response(body) : found.response;
    return damage(answerOf(stringifyExactJson(response ?? null), found.status));
  });
}

/** The construction API of Cardano builds what it is asked to. */
function constructed(step: string, { method, url, body }: HttpRequest, { testnet }: FuzzVector): HttpAnswer {
  const request = new ApiRequest(method, url, body ?? "", new Map());
  try {
    return answerOf(JSON.stringify(constructionAnswer(step, request, testnet ? "testnet" : "mainnet")));
  } catch (failure) {
    return answerOf(JSON.stringify({ message: String(failure) }), 400);
  }
}

function findExchange(
  exchanges: readonly Exchange[],
  { method, url }: HttpRequest,
  body: JsonValue | undefined,
): Exchange | undefined {
  const wanted = (url.host === API_HOST ? "" : `https://${url.host}`) + url.pathname + url.search;
  const candidates = exchanges.filter(
    (exchange) => exchange.method === method && holds(body, exchange.requestBodySubset),
  );
  const start = wanted.split("/").slice(0, 4).join("/");
  return (
    candidates.find((exchange) => placeOf(exchange) === wanted) ??
    candidates.find((exchange) => placeOf(exchange) === wanted.replace(/\?.*/, "")) ??
    candidates.find((exchange) => placeOf(exchange).startsWith(start))
  );
}

function placeOf({ host, path }: Exchange): string {
  const place = path.startsWith("https://") || host === undefined ? path : `https://${host}${path}`;
  return place.replace(KEYS_OF_VECTORS, API_KEY);
}

/** Of a part of a request only the method counts: what a changed transaction asks is not what the vector asked. */
function holds(body: JsonValue | undefined, part: JsonValue | undefined): boolean {
  if (typeof part !== "object" || part === null || !("method" in part)) return true;
  return typeof body === "object" && body !== null && "method" in body && body["method"] === part["method"];
}
