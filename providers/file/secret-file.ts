/** A secret in a file, as Docker, Kubernetes and systemd hand it to a service. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import type { Secret } from "../secret.ts";
import { secretOfBytes } from "../support/secret-text.ts";
import { readBounded } from "./bounded-read.ts";

/** Milliseconds that a named pipe may keep us waiting. */
const TIME_LIMIT = 10_000;

const WRITABLE_BY_ALL = 0o002;

const codeOfSystemError: Readonly<Record<string, readonly [ProviderErrorCode, string]>> = {
  ENOENT: ["NOT_FOUND", "does not exist"],
  ENOTDIR: ["NOT_FOUND", "does not exist: a part of its path is no folder"],
  EACCES: ["NOT_ALLOWED", "may not be read by this user"],
  EPERM: ["NOT_ALLOWED", "may not be read by this user"],
  ELOOP: ["UNUSABLE", "is a symbolic link that leads nowhere"],
  // A socket.
  ENXIO: ["UNUSABLE", "is no regular file and no named pipe"],
};

function explained(source: string, error: unknown): unknown {
  if (error instanceof ProviderError) return error;
  const systemCode = (error as NodeJS.ErrnoException).code ?? "unknown error";
  const [code, what] = codeOfSystemError[systemCode] ?? ["UNREACHABLE", `cannot be read (${systemCode})`];
  return new ProviderError(code, `${source} ${what}.`);
}

function checkKind(source: string, status: Stats): void {
  if (status.isFile() || status.isFIFO()) return;
  throw new ProviderError("UNUSABLE", `${source} is no regular file and no named pipe.`);
}

/** Containers make secrets readable for all (0444), which is their business; a secret that all can write is none. */
function checkMode(source: string, { mode }: Stats): void {
  if ((mode & WRITABLE_BY_ALL) === 0) return;
  throw new ProviderError(
    "NOT_ALLOWED",
    `${source} can be written by every user (mode 0${(mode & 0o777).toString(8)}), so anybody could have put it there.`,
    "Make its mode 0400 or 0600, and have it belong to the user who runs this program.",
  );
}

async function readChecked(file: FileHandle, source: string, timeLimit: number): Promise<Secret> {
  const status = await file.stat();
  checkKind(source, status);
  checkMode(source, status);
  const bytes = await readBounded(file.fd, { source, timeLimit, awaitWriter: status.isFIFO() });
  return secretOfBytes(source, bytes);
}

/**
 * The secret in a file, in what a symbolic link leads to (Kubernetes has those), or from a named pipe.
 *
 * @param source what it is, at the beginning of a sentence
 * @param timeLimit milliseconds that a named pipe may take
 * @throws ProviderError `NOT_FOUND`, `NOT_ALLOWED`, `UNUSABLE`, `UNREACHABLE`
 */
export async function readSecretFile(
  path: string,
  source = `The file ${path}`,
  timeLimit: number = TIME_LIMIT,
): Promise<Secret> {
  let file: FileHandle | undefined;
  try {
    // Not blocking: opening a named pipe would wait for somebody who writes into it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return await readChecked(file, source, timeLimit);
  } catch (error) {
    throw explained(source, error);
  } finally {
    await file?.close();
  }
}
