/** Errors of node:fs as those of this program, in words. */
import { type ErrorCode, KmsError } from "./errors.ts";

/** What an error of the system says (errno(3)), and what can be done about it. */
const meanings: Readonly<Record<string, { readonly words: string; readonly hint: string }>> = {
  ENOSPC: { words: "the disk is full", hint: "Free some space on it. Nothing was changed." },
  EDQUOT: { words: "the quota of the disk is used up", hint: "Free some space on it. Nothing was changed." },
  EROFS: { words: "the disk is read-only", hint: "Choose another place, or have it mounted for writing." },
  EIO: {
    words: "the disk reports an error",
    hint: "Check the disk, and whether the latest backup is sound.",
  },
  EACCES: {
    words: "this user is not allowed to",
    hint: "Check owner and mode of it and of the folders above it.",
  },
  EPERM: {
    words: "this user is not allowed to",
    hint: "Check owner and mode of it and of the folders above it.",
  },
  ENOENT: { words: "there is no such file or folder", hint: "Check the path." },
  ENOTDIR: { words: "a part of its path is a file, not a folder", hint: "Check the path." },
  EEXIST: { words: "a part of its path is a file, not a folder", hint: "Check the path." },
  EISDIR: { words: "it is a folder", hint: "Name the file itself." },
  ELOOP: { words: "its links lead in a circle", hint: "Mend the links, or name the file itself." },
  ENAMETOOLONG: { words: "its name is too long", hint: "Choose a shorter one." },
};

/** The `code` of an error of node:fs, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** An error of node:fs as one of this program; any other error stays what it is. */
export function explainFileError(code: ErrorCode, what: string, error: unknown): unknown {
  const systemCode = systemErrorCode(error);
  if (systemCode === undefined) return error;
  const meaning = meanings[systemCode];
  const words = meaning === undefined ? "" : `: ${meaning.words}`;
  return new KmsError(code, `${what}${words} (${systemCode}).`, {
    cause: error,
    ...(meaning !== undefined && { hint: meaning.hint }),
  });
}
