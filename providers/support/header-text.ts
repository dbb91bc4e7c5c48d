import { ProviderError } from "../error.ts";

/** What every token and name that goes into a header consists of: visible ASCII, without spaces and line breaks. */
export const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * A setting that is sent as a header. It is checked before it is sent, because the error of a client that finds a line
 * break in a header may quote it.
 *
 * @param variable where it was set, for the error
 * @throws ProviderError `NOT_CONFIGURED`, without the text
 */
export function headerText(variable: string, text: string): string {
  if (HEADER_TEXT.test(text)) return text;
  throw new ProviderError(
    "NOT_CONFIGURED",
    `What ${variable} gives has a space, a line break or another character that cannot be part of it.`,
  );
}
