/** Why the unlocking secret could not be had. The message never holds a secret. */
export type ProviderErrorCode =
  /** A variable or option is missing or contradicts another. */
  | "NOT_CONFIGURED"
  /** The secret had to be typed and there was nobody to type it. */
  | "NO_ANSWER"
  /** What was typed cannot be used: two entries differ, or it is empty. */
  | "UNUSABLE";

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
