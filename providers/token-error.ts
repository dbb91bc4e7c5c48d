/** Why a PKCS#11 token could not do what was asked. The message never holds a PIN. */
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
