/** What the answers of secret services mean, whichever service it is. */
import * as v from "valibot";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import type { ServiceAnswer } from "./http-sender.ts";

const codeOfStatus: Readonly<Record<number, ProviderErrorCode>> = {
  401: "NOT_ALLOWED",
  403: "NOT_ALLOWED",
  404: "NOT_FOUND",
  408: "UNREACHABLE",
  429: "UNREACHABLE",
};

/** Words of services that may be shown: names of errors, never sentences, which could quote something. */
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/**
 * The body of a successful answer, parsed.
 *
 * @param what what was asked for, as in "Azure Key Vault did not give <what>"
 * @throws ProviderError `BAD_ANSWER`, without any of the content
 */
export function parseAnswer<Schema extends v.GenericSchema>(
  service: string,
  what: string,
  schema: Schema,
  answer: ServiceAnswer,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), answer.body);
  if (parsed.success) return parsed.output;
  throw new ProviderError(
    "BAD_ANSWER",
    `${service} answered the question for ${what} in an unknown shape (HTTP ${answer.status}).`,
    "Check that the configured host is this service, and not a proxy or a login page in front of it.",
  );
}

function codeOf({ status }: ServiceAnswer): ProviderErrorCode {
  return codeOfStatus[status] ?? (status >= 500 ? "UNREACHABLE" : "BAD_ANSWER");
}

/** What is known of a refusal besides its status. */
interface RefusalDetails {
  /** The service's own name of the error, where its answer has one; shown only when it is a plain word. */
  readonly errorName?: string | undefined;
  /** What the operator can do about it. */
  readonly hint?: string | undefined;
  /** What it means, where the service's documentation says more than the status does. */
  readonly code?: ProviderErrorCode | undefined;
}

/**
 * The error that an answer other than success stands for.
 *
 * @param what what was asked for, as in "Azure Key Vault refuses to give <what>"
 */
export function refusal(
  service: string,
  what: string,
  answer: ServiceAnswer,
  { errorName, hint, code = codeOf(answer) }: RefusalDetails = {},
): ProviderError {
  const name = errorName !== undefined && ERROR_NAME.test(errorName) ? `, ${errorName}` : "";
  const meaning = {
    NOT_ALLOWED: `refuses to give ${what}`,
    NOT_FOUND: `holds no ${what}`,
    UNREACHABLE: `cannot give ${what} now`,
    BAD_ANSWER: `did not accept the question for ${what}`,
  }[code as "NOT_ALLOWED" | "NOT_FOUND" | "UNREACHABLE" | "BAD_ANSWER"];
  return new ProviderError(code, `${service} ${meaning} (HTTP ${answer.status}${name}).`, hint);
}

export function isSuccess({ status }: ServiceAnswer): boolean {
  return status >= 200 && status < 300;
}
