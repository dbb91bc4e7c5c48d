/** Secrets as text: exactly what was given, or refused. */
import { ProviderError } from "../error.ts";
import { Secret } from "../secret.ts";

/** More than any password; a larger file or output is not what was meant. */
export const MAXIMUM_SECRET_BYTES = 64 * 1024;

const TRAILING_LINE_BREAK = /\r?\n$/;

/** The error for more than {@link MAXIMUM_SECRET_BYTES}. */
export function tooLong(source: string): ProviderError {
  return new ProviderError("UNUSABLE", `${source} is longer than any password (more than 64 KiB).`);
}

/** The error for bytes that are no UTF-8: read as text, two different secrets would become the same one. */
function notUtf8(source: string): ProviderError {
  return new ProviderError(
    "UNUSABLE",
    `${source} is no text in UTF-8.`,
    "Give it in UTF-8: a terminal or an editor may be set to another encoding, and random bytes are best written as hex digits or Base64.",
  );
}

/**
 * Text exactly as it was given.
 *
 * @param source what was read, at the beginning of a sentence: "The file /run/secrets/kms"
 * @throws ProviderError `UNUSABLE` when the bytes are no UTF-8, or hold a NUL character
 */
export function textOfBytes(source: string, bytes: Uint8Array): string {
  const text = decode(source, bytes);
  if (!text.includes("\0")) return text;
  throw new ProviderError("UNUSABLE", `${source} holds a NUL character: it is no text.`);
}

/**
 * Whether text that another part of the system has decoded stands for the bytes it was made of: those that are no UTF-8,
 * and halves of surrogate pairs, become U+FFFD there or later. A U+FFFD that was meant cannot be told from one of these.
 */
export function isExactText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\ufffd");
}

/** @throws ProviderError `UNUSABLE` when the text is not exact; see {@link isExactText} */
export function exactText(source: string, text: string): string {
  if (isExactText(text)) return text;
  throw notUtf8(source);
}

function decode(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // What the decoder says is not handed on: it knows the bytes.
    throw notUtf8(source);
  }
}

/**
 * The secret that was read from somewhere: UTF-8, without the one line break that editors and `echo` add at the end.
 * Nothing else is taken away.
 *
 * @param source what was read, at the beginning of a sentence: "The file /run/secrets/kms"
 * @throws ProviderError `UNUSABLE` when it is empty, no text, or holds a NUL character
 */
export function secretOfBytes(source: string, bytes: Uint8Array): Secret {
  if (bytes.length > MAXIMUM_SECRET_BYTES) throw tooLong(source);
  const text = textOfBytes(source, bytes).replace(TRAILING_LINE_BREAK, "");
  if (text === "") throw new ProviderError("UNUSABLE", `${source} is empty.`);
  return new Secret(text);
}
