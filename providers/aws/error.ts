/** What an error of the AWS SDK means. Its messages are never shown: they may quote the request. */
import * as v from "valibot";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import { regionVariables, TITLE } from "./settings.ts";

/** Names of errors that say that nothing can be had now. */
const PASSING =
  /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|InternalService|InternalFailure|Unavailable|Timeout/;

/** Names of errors that say that who asks is not known, or may not. */
const REFUSED =
  /^(?:AccessDenied|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|ExpiredToken|IncompleteSignature|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken|NotAuthorized|OptInRequired|RequestExpired|InvalidIdentityToken|IDPRejectedClaim|Unauthorized|Forbidden)/;

const statusSchema = v.object({ $metadata: v.object({ httpStatusCode: v.number() }) });

/** Names of errors are words; anything else is not shown. */
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** A refusal that is none of AWS: of a proxy, or of another service at the endpoint. */
function isForeignRefusal(error: unknown): boolean {
  const parsed = v.safeParse(statusSchema, error);
  return parsed.success && [401, 403].includes(parsed.output.$metadata.httpStatusCode);
}

function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return ERROR_NAME.test(name) ? name : "unknown error";
}

interface Meaning {
  readonly code: ProviderErrorCode;
  /** What AWS does with the secret, which comes next. */
  readonly says: string;
  readonly hint?: string;
}

const NO_SECRET: Meaning = {
  code: "NOT_FOUND",
  says: "holds no",
  hint: "Check the name, the version, the region and the account of the secret.",
};
const NOT_ACCEPTED: Meaning = {
  code: "NOT_CONFIGURED",
  says: "does not accept the question for",
  hint: "Check the name and the version of the secret.",
};
const REFUSAL: Meaning = {
  code: "NOT_ALLOWED",
  says: "refuses to give",
  hint:
    "Check the keys, the clock of this machine, and that they are allowed secretsmanager:GetSecretValue and " +
    "kms:Decrypt. TATUM_KMS_AWS_ACCESS_KEY_ID comes first when it is set, unlike in the original program.",
};

/** By the names of the errors of `GetSecretValue`. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["ResourceNotFoundException", NO_SECRET],
  [
    "InvalidRequestException",
    {
      code: "NOT_FOUND",
      says: "has, but does not give out",
      hint: "It is probably marked for deletion: restore it, or choose another secret or version.",
    },
  ],
  [
    "DecryptionFailure",
    {
      code: "NOT_ALLOWED",
      says: "cannot decrypt",
      hint: "Allow the credentials kms:Decrypt with the secret's KMS key, and check that the key is enabled.",
    },
  ],
]);

function meaningOf(name: string, isForeign: boolean): Meaning {
  const meaning = MEANINGS.get(name);
  if (meaning !== undefined) return meaning;
  if (REFUSED.test(name) || isForeign) return REFUSAL;
  if (PASSING.test(name)) return { code: "UNREACHABLE", says: "cannot now give" };
  if (name === "InvalidParameterException" || name === "ValidationException") return NOT_ACCEPTED;
  return {
    code: "BAD_ANSWER",
    says: "answered in an unknown shape the question for",
    hint: "Check that the configured endpoint is this service, and not a proxy or a login page in front of it.",
  };
}

/**
 * @param error of `GetSecretValue`
 * @param what as in `secret "kms"`
 */
export function secretError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const name = nameOf(error);
  const { code, says, hint } = meaningOf(name, isForeignRefusal(error));
  return new ProviderError(code, `${TITLE} ${says} ${what} (${name}).`, hint);
}

/** @param error of the search for credentials */
export function credentialsError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const name = nameOf(error);
  if (REFUSED.test(name) || isForeignRefusal(error)) {
    return new ProviderError(
      "NOT_ALLOWED",
      `AWS gives no credentials for the configured identity (${name}).`,
      "Check the role and whom it trusts. A session of SSO is renewed with `aws sso login`.",
    );
  }
  if (PASSING.test(name))
    return new ProviderError("UNREACHABLE", `AWS cannot give credentials now (${name}).`);
  return new ProviderError(
    "NOT_CONFIGURED",
    `No credentials for AWS were found (${name}).`,
    "Set TATUM_KMS_AWS_ACCESS_KEY_ID and TATUM_KMS_AWS_SECRET_ACCESS_KEY, or AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is given (AWS_WEB_IDENTITY_TOKEN_FILE, a " +
      "container, an instance).",
  );
}

export function missingRegion(): ProviderError {
  return new ProviderError(
    "NOT_CONFIGURED",
    `${TITLE} needs a region, and neither a variable nor the AWS profile names one.`,
    `Set ${regionVariables[0]} (or ${regionVariables.slice(1).join(", ")}).`,
  );
}
