import { ProviderError } from "../error.ts";
import { Secret } from "../secret.ts";

/** More than any password; a larger file or output is not what was meant. */
export const MAXIMUM_SECRET_BYTES = 64 * 1024;

const TRAILING_LINE_BREAK = /\r?\n$/;

/** The error for more than {@link MAXIMUM_SECRET_BYTES}. */
export function tooLong(source: string): ProviderError {
  return new ProviderError("UNUSABLE", `${source} is longer than any password (more than 64 KiB).`);
}

function decode(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // What the decoder says is not handed on: it knows the bytes.
    throw new ProviderError("UNUSABLE", `${source} is no text in UTF-8.`);
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
  const text = decode(source, bytes).replace(TRAILING_LINE_BREAK, "");
  if (text.includes("\0")) {
    throw new ProviderError("UNUSABLE", `${source} holds a NUL character: it is no text.`);
  }
  if (text === "") throw new ProviderError("UNUSABLE", `${source} is empty.`);
  return new Secret(text);
}
