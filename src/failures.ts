/** Failures of providers and tokens, in the codes of this program. */

import { ChainError, sentence } from "../chains/error.ts";
import { ProviderError, TokenError } from "../providers/error.ts";
import { type ErrorCode, KmsError } from "./errors.ts";

const MAXIMUM_LENGTH = 2000;

/** What to log about a failure, as a sentence: the message of a foreseen one, where it happened of a mistake of this program. */
export function describeFailure(failure: unknown): string {
  if (failure instanceof KmsError || failure instanceof ChainError) return sentence(failure.message);
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `a mistake of this program: ${text.slice(0, MAXIMUM_LENGTH)}`;
}

const codeOfProviderError = {
  NOT_CONFIGURED: "CONFIGURATION",
  NO_ANSWER: "NO_ANSWER",
  UNUSABLE: "INVALID_INPUT",
  NOT_FOUND: "SECRET_NOT_FOUND",
  NOT_ALLOWED: "SECRET_NOT_ALLOWED",
  UNREACHABLE: "NETWORK",
  BAD_ANSWER: "SECRET_ANSWER",
} as const satisfies Record<ProviderError["code"], ErrorCode>;

const codeOfTokenError = {
  NOT_CONFIGURED: "CONFIGURATION",
  NOT_AVAILABLE: "TOKEN",
  MODULE_FAILED: "TOKEN",
  TIMEOUT: "TOKEN",
  NO_TOKEN: "TOKEN",
  SEVERAL_TOKENS: "CONFIGURATION",
  WRONG_PIN: "WRONG_PIN",
  NO_KEY: "NO_SUCH_KEY",
  SEVERAL_KEYS: "NO_SUCH_KEY",
  KEY_EXISTS: "INVALID_INPUT",
  UNSAFE_KEY: "UNSAFE_KEY",
  NOT_SUPPORTED: "TOKEN",
} as const satisfies Record<TokenError["code"], ErrorCode>;

/** An error of a provider or token as one of this program; any other error stays what it is. */
export function explainProviderFailure(error: unknown): unknown {
  const isProviderError = error instanceof ProviderError;
  if (!isProviderError && !(error instanceof TokenError)) return error;
  const code = isProviderError ? codeOfProviderError[error.code] : codeOfTokenError[error.code];
  return new KmsError(code, error.message, error.hint === undefined ? {} : { hint: error.hint });
}
