/** Secrets as text, by the same rules wherever they come from: exactly what was given, or refused. */
import { ProviderError } from "../error.ts";
import { Secret } from "../secret.ts";

/** More than any password; a larger file or output is not what was meant. */
export const MAXIMUM_SECRET_BYTES = 64 * 1024;

const BYTE_ORDER_MARK = "\ufeff";
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

/** @throws ProviderError `UNUSABLE` when some programs would take the text as another one */
function unambiguous(source: string, text: string): string {
  if (text.includes("\0")) {
    throw new ProviderError("UNUSABLE", `${source} holds a NUL character: it is no text.`);
  }
  if (!text.startsWith(BYTE_ORDER_MARK)) return text;
  throw new ProviderError(
    "UNUSABLE",
    `${source} begins with a byte order mark (U+FEFF), which nobody sees and no password has.`,
    "Save it as UTF-8 without the mark, as with: sed -i '1s/^\\xEF\\xBB\\xBF//'",
  );
}

/**
 * Text exactly as it was given.
 *
 * @param source what was read, at the beginning of a sentence: "The file /run/secrets/kms"
 * @throws ProviderError `UNUSABLE` when the bytes are no UTF-8, begin with a byte order mark, or hold a NUL character
 */
export function textOfBytes(source: string, bytes: Uint8Array): string {
  return unambiguous(source, decode(source, bytes));
}

/**
 * Whether text that another part of the system has decoded stands for the bytes it was made of: those that are no UTF-8,
 * and halves of surrogate pairs, become U+FFFD there or later. A U+FFFD that was meant cannot be told from one of these.
 */
export function isExactText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\ufffd");
}

function decode(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // What the decoder says is not handed on: it knows the bytes.
    throw notUtf8(source);
  }
}

/** @throws ProviderError `UNUSABLE` */
function secretOf(source: string, text: string): Secret {
  const secret = text.replace(TRAILING_LINE_BREAK, "");
  if (secret === "") throw new ProviderError("UNUSABLE", `${source} is empty.`);
  return new Secret(secret, secret === text ? undefined : text);
}

/**
 * The secret in what was read from a file or a pipe: UTF-8, without the one line break that editors and `echo` add at the
 * end. Nothing else is taken away.
 *
 * @param source what was read, at the beginning of a sentence: "The file /run/secrets/kms"
 * @throws ProviderError `UNUSABLE` when it is empty, no text, begins with a byte order mark, or holds a NUL character
 */
export function secretOfBytes(source: string, bytes: Uint8Array): Secret {
  if (bytes.length > MAXIMUM_SECRET_BYTES) throw tooLong(source);
  return secretOf(source, textOfBytes(source, bytes));
}

/** @throws ProviderError `UNUSABLE` */
function handedOver(source: string, text: string): string {
  if (!isExactText(text)) throw notUtf8(source);
  if (Buffer.byteLength(text) > MAXIMUM_SECRET_BYTES) throw tooLong(source);
  return unambiguous(source, text);
}

/**
 * The secret in a variable. It is the same secret as in a file, so that one line break at its end does not count here
 * either; because nobody expects one here, it is told.
 *
 * @throws ProviderError `UNUSABLE` as {@link secretOfBytes}
 */
export function secretOfVariable(name: string, text: string, warn: (text: string) => void): Secret {
  const source = `The variable ${name}`;
  const secret = secretOf(source, handedOver(source, text));
  if (secret.asStored !== undefined) {
    warn(
      `${source} ends with a line break, which was taken away: as in a file, it is no part of the secret.`,
    );
  }
  return secret;
}

/**
 * The secret that a service stores, exactly as it is: tatum-kms 8 made vaults with it. A line break at its end, which
 * nobody could type, is told.
 *
 * @throws ProviderError `UNUSABLE` when it is empty, no text, begins with a byte order mark, or holds a NUL character
 */
export function storedSecret(source: string, text: string, warn: (text: string) => void): Secret {
  const secret = handedOver(source, text);
  if (secret === "") throw new ProviderError("UNUSABLE", `${source} is empty.`);
  if (TRAILING_LINE_BREAK.test(secret)) {
    warn(
      `${source} ends with a line break, which is part of the secret: at a prompt or from a file it would be another one.`,
    );
  }
  return new Secret(secret);
}
