/** The errors of secret providers and of PKCS#11 tokens. Their messages never hold a secret or a PIN. */

/** Why a PKCS#11 token could not do what was asked. */
export type TokenErrorCode =
  /** The URI, the module or another setting is missing or wrong. */
  | "NOT_CONFIGURED"
  /** PKCS#11 does not work on this platform, or this system does not let it. */
  | "NOT_AVAILABLE"
  /** The module cannot be loaded, crashed, or answers with an error. */
  | "MODULE_FAILED"
  /** The module gave no answer in time; its process was ended. */
  | "TIMEOUT"
  /** No token matches, or it was taken out. */
  | "NO_TOKEN"
  /** More than one token matches. */
  | "SEVERAL_TOKENS"
  /** The token refused the PIN, now or before. */
  | "WRONG_PIN"
  /** The token holds no such key. */
  | "NO_KEY"
  /** More than one key matches. */
  | "SEVERAL_KEYS"
  /** A key of that name is there already. */
  | "KEY_EXISTS"
  /** Others may have the key, or may have put it into the token. */
  | "UNSAFE_KEY"
  /** The token or the key cannot do what is needed. */
  | "NOT_SUPPORTED";

export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly code: TokenErrorCode;
  readonly hint: string | undefined;

  constructor(code: TokenErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Why the unlocking secret could not be had. */
export type ProviderErrorCode =
  /** A variable or option is missing, wrong, or contradicts another. */
  | "NOT_CONFIGURED"
  /** The secret had to be typed and there was nobody to type it. */
  | "NO_ANSWER"
  /** What was typed or fetched cannot be used: two entries differ, it is empty, or no text. */
  | "UNUSABLE"
  /** The place was asked, and holds no such secret. */
  | "NOT_FOUND"
  /** The place refused: wrong credentials, or no permission for this secret. */
  | "NOT_ALLOWED"
  /** The place could not be asked, or could not answer, also not after several tries. */
  | "UNREACHABLE"
  /** The place answered, but not in the shape that its documentation promises. */
  | "BAD_ANSWER";

export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: ProviderErrorCode;
  readonly hint: string | undefined;

  constructor(code: ProviderErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
