/** Why the unlocking secret could not be had. The message never holds a secret. */
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
