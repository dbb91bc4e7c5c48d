/**
 * Trusted files: those that configure this program or give it a secret. Each is opened once, without waiting, and only if it
 * belongs to root or to us and nobody else can write it; then it is read within bounds of size and time.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { ProviderError, type ProviderErrorCode } from "../error.ts";
import { findUntrustedFolder, isOwnGroup, trustedOwners, trustHint } from "./trusted-folder.ts";

const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;
const READABLE_BY_GROUP = 0o040;
const READABLE_BY_ALL = 0o004;

/** What whoever started this process opened: the other side of such a pipe is there already. */
const OWN_DESCRIPTOR = /^\/(?:dev\/fd|proc\/self\/fd)\/\d+$|^\/dev\/stdin$/;

const CHUNK_BYTES = 64 * 1024;

/** Milliseconds that a pipe may keep us waiting. */
export const PIPE_TIME_LIMIT = 10_000;

/** Milliseconds between two looks at a pipe that has nothing to read yet. */
const PAUSE = 20;

export type RefusalReason =
  | "missing"
  /** The system does not let us read it. */
  | "denied"
  /** No regular file, nor a pipe where that will do. */
  | "kind"
  /** Somebody else owns it, can write it, or can put another one in its place. */
  | "untrusted"
  | "size"
  | "time"
  | "failed";

/** Why a file is not read, as one sentence. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
  readonly reason: RefusalReason;
  readonly hint: string | undefined;

  constructor(reason: RefusalReason, message: string, hint?: string) {
    super(message);
    this.reason = reason;
    this.hint = hint;
  }
}

export interface FileUse {
  /** What it is, at the beginning of a sentence: "The env file /x/.env". */
  readonly source: string;
  /** Only a regular file: nobody named it, so nobody meant a pipe. */
  readonly regularOnly?: boolean;
  /** Groups of this process may write it, as with the fsGroup of Kubernetes. */
  readonly allowGroup?: boolean;
}

/** Also where no option could reach, but not in an env file, which would vouch for itself. */
const ALLOW_GROUP = "TATUM_KMS_ALLOW_GROUP_ACCESS";

const GROUP_HINT = `If the group is meant to write it, as with the fsGroup of Kubernetes, set ${ALLOW_GROUP}=true in the environment.`;

function allowsGroup({ allowGroup }: FileUse): boolean {
  return allowGroup ?? ["true", "1"].includes(process.env[ALLOW_GROUP] ?? "");
}

export interface OpenedFile {
  readonly descriptor: number;
  readonly status: Stats;
  /** An end before the first byte means that nobody has opened the other side of the pipe yet. */
  readonly awaitWriter: boolean;
}

const reasonOfSystemError: Readonly<Record<string, readonly [RefusalReason, string]>> = {
  ENOENT: ["missing", "does not exist"],
  ENOTDIR: ["missing", "does not exist: a part of its path is no folder"],
  EACCES: ["denied", "may not be read by this user"],
  EPERM: ["denied", "may not be read by this user"],
  ELOOP: ["kind", "is a symbolic link that leads in a circle"],
  // A socket.
  ENXIO: ["kind", "is no regular file and no named pipe"],
};

function explained({ source }: FileUse, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === undefined) return error;
  const [reason, what] = reasonOfSystemError[code] ?? ["failed", `cannot be read (${code})`];
  return new FileRefused(reason, `${source} ${what}.`);
}

/** The user this program acts as; `undefined` on systems without such numbers. */
function ownUser(): number | undefined {
  return process.platform === "win32" ? undefined : process.geteuid?.();
}

/** Permissions as `chmod` takes them, such as `0664`. */
function octalMode({ mode }: Stats): string {
  return `0${(mode & 0o7777).toString(8).padStart(3, "0")}`;
}

/** @throws FileRefused `untrusted` when somebody else can put another file in its place */
function checkFolders(use: FileUse, path: string): void {
  const { source } = use;
  const found = findUntrustedFolder(path, { allowGroup: allowsGroup(use) });
  if (found === undefined) return;
  const { kind, problem, remedy, owner } = found;
  const why = `${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;
  const ways = { owner: ` ${trustHint(owner)}`, group: ` ${GROUP_HINT}`, others: "" };
  const hint = `Run: ${remedy}.${ways[kind]}`;
  throw new FileRefused("untrusted", `${source} cannot be trusted: ${why}.`, hint);
}

function checkKind({ source, regularOnly = false }: FileUse, status: Stats): void {
  if (status.isFile() || (status.isFIFO() && !regularOnly)) return;
  throw new FileRefused("kind", `${source} is no regular file${regularOnly ? "" : " and no named pipe"}.`);
}

/**
 * That a file which was opened belongs to root or to us, and that nobody else can write it.
 * @param path for the hint
 * @throws FileRefused `untrusted`
 */
export function checkOwnership(use: FileUse, path: string, status: Stats): void {
  const { source } = use;
  const user = ownUser();
  if (user === undefined) return;
  if (!trustedOwners(user).includes(status.uid)) {
    throw new FileRefused(
      "untrusted",
      `${source} belongs to user ${status.uid}, and not to root or to the user who runs this program (${user}).`,
      `Run: chown ${user} ${path} && chmod 600 ${path}. ${trustHint(status.uid)}`,
    );
  }
  const isForAll = (status.mode & WRITABLE_BY_ALL) !== 0;
  const isForGroup = (status.mode & WRITABLE_BY_GROUP) !== 0;
  const isOwnGroups = !isForAll && isOwnGroup(status.gid);
  if (!isForAll && (!isForGroup || (isOwnGroups && allowsGroup(use)))) return;
  const writer = isForAll ? "every user" : "its group";
  throw new FileRefused(
    "untrusted",
    `${source} can be written by ${writer} (mode ${octalMode(status)}), so somebody else could have put it there.`,
    `Make its mode 0400 or 0600, as by: chmod 600 ${path}${isOwnGroups ? `. ${GROUP_HINT}` : ""}`,
  );
}

/**
 * Which other users can read a file that holds a secret, as a sentence; `undefined` when none can. The group of a file that
 * root gave us (`root:kms`, mode 0640) is how we can read it ourselves.
 */
export function exposure(source: string, path: string, status: Stats): string | undefined {
  if (ownUser() === undefined || status.isFIFO()) return undefined;
  const bits = status.uid === ownUser() ? READABLE_BY_ALL | READABLE_BY_GROUP : READABLE_BY_ALL;
  if ((status.mode & bits) === 0) return undefined;
  return `${source} holds a secret, and other users can read it (mode ${octalMode(status)}): chmod 600 ${path}`;
}

/**
 * Opens a file and checks what was opened, and every folder on the way to it. The caller closes it.
 * @throws FileRefused
 */
export function openTrustedFile(path: string, use: FileUse): OpenedFile {
  let descriptor: number | undefined;
  try {
    checkFolders(use, path);
    // Not blocking: opening a named pipe would wait for somebody who writes into it.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const status = fstatSync(descriptor);
    checkKind(use, status);
    checkOwnership(use, path, status);
    return { descriptor, status, awaitWriter: status.isFIFO() && !OWN_DESCRIPTOR.test(path) };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw explained(use, error);
  }
}

/** Up to `most` bytes; `undefined` while there is nothing to read yet. */
function nextBytes(descriptor: number, most: number): Uint8Array | undefined {
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, most));
  try {
    return chunk.subarray(0, readSync(descriptor, chunk, 0, chunk.length, null));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

function readToEnd(
  { descriptor, awaitWriter }: OpenedFile,
  maximumBytes: number,
  end: number,
): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= maximumBytes) {
    const next = nextBytes(descriptor, maximumBytes + 1 - length);
    if (next === undefined || (next.length === 0 && length === 0 && awaitWriter)) {
      if (performance.now() > end) return undefined;
      Bun.sleepSync(PAUSE);
      continue;
    }
    if (next.length === 0) break;
    chunks.push(next);
    length += next.length;
  }
  return Buffer.concat(chunks, length);
}

export interface ReadFile {
  readonly bytes: Uint8Array;
  readonly status: Stats;
}

/**
 * The whole content of a file, opened as by {@link openTrustedFile}.
 *
 * @param maximumBytes more is refused before it is read
 * @param timeLimit milliseconds that a pipe may take
 * @throws FileRefused
 */
export function readTrustedFile(
  path: string,
  use: FileUse & { readonly maximumBytes: number; readonly timeLimit?: number },
): ReadFile {
  const { source, maximumBytes, timeLimit = PIPE_TIME_LIMIT } = use;
  const file = openTrustedFile(path, use);
  const tooLarge = (): FileRefused =>
    new FileRefused("size", `${source} is larger than ${describeBytes(maximumBytes)}.`);
  try {
    if (file.status.isFile() && file.status.size > maximumBytes) throw tooLarge();
    const bytes = readToEnd(file, maximumBytes, performance.now() + timeLimit);
    if (bytes === undefined) {
      throw new FileRefused("time", `${source} gave nothing within ${timeLimit / 1000} seconds.`);
    }
    if (bytes.length > maximumBytes) throw tooLarge();
    return { bytes, status: file.status };
  } catch (error) {
    throw explained(use, error);
  } finally {
    closeSync(file.descriptor);
  }
}

function describeBytes(bytes: number): string {
  const [kibi, mebi] = [1024, 1024 * 1024];
  return bytes % mebi === 0 ? `${bytes / mebi} MiB` : `${bytes / kibi} KiB`;
}

/**
 * Checks a file that something else is going to read, load or run. Nobody else can exchange it after that, nor a folder on
 * the way to it.
 *
 * @returns `undefined` when it cannot be opened or is no file, which whoever uses it will say
 * @throws FileRefused `untrusted`
 */
export function checkTrustedFile(path: string, source: string): Stats | undefined {
  try {
    const { descriptor, status } = openTrustedFile(path, { source, regularOnly: true });
    closeSync(descriptor);
    return status;
  } catch (error) {
    if (error instanceof FileRefused && error.reason !== "untrusted") return undefined;
    throw error;
  }
}

/** What `work` gives; a file that it refuses is an error of a provider. */
export function orProviderError<Result>(code: ProviderErrorCode, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileRefused) throw new ProviderError(code, error.message, error.hint);
    throw error;
  }
}
