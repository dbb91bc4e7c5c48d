/** Answers of the sandbox in the form of the Tatum API: JSON, no content, and errors. */
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";

/** An answer in JSON; members that are `undefined` are left out. */
export function jsonResponse(value: unknown, status = 200): Response {
  return new Response(stringifyExactJson(value), { status, headers: { "content-type": "application/json" } });
}

/** 204, an answer without a body. */
export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** What a validation error says about one member, as the Tatum API does. */
export interface ValidationProblem {
  readonly target: string;
  readonly property: string;
  readonly constraints: Readonly<Record<string, string>>;
}

/** An answer of the API that is an error: `{statusCode, errorCode, message, data?}`. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /** HTTP status. */
  readonly statusCode: number;
  /** Stable code such as `kms.missing`; the API gives none with 401. */
  readonly errorCode: string | undefined;
  readonly data: unknown;

  constructor(statusCode: number, errorCode: string | undefined, message: string, data?: unknown) {
    super(message);
    this.statusCode = statusCode;
    this.errorCode = errorCode;
    this.data = data;
  }

  toResponse(): Response {
    const { statusCode, errorCode, message, data } = this;
    return jsonResponse({ statusCode, errorCode, message, data }, statusCode);
  }
}

/** 400 `validation.failed`: the request has a shape that the API does not take. */
export function validationFailed(problems: readonly ValidationProblem[]): ApiError {
  return new ApiError(
    400,
    "validation.failed",
    "Request validation failed. See data for the members.",
    problems,
  );
}
