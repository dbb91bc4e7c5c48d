/**
 * The program's errors: each code is stable and stands for one exit status of sysexits.h
 * (https://man7.org/linux/man-pages/man3/sysexits.h.3head.html), so that scripts can rely on both. Messages never hold
 * secrets.
 */

/** Exit statuses (sysexits.h). */
export const exitStatus = {
  ok: 0,
  usage: 64,
  dataError: 65,
  noInput: 66,
  unavailable: 69,
  software: 70,
  cannotCreate: 73,
  ioError: 74,
  temporaryFailure: 75,
  protocol: 76,
  noPermission: 77,
  configuration: 78,
} as const;

/**
 * What an error means for the work that met it.
 * - `passing`: it passes by itself; the same is tried again later.
 * - `operator`: it passes when the operator mends it. Like `passing`, it says nothing of the transaction at hand.
 * - `vault`: the vault's file cannot be used, which ends the round of every chain.
 * - `journal`: another process has the turn or changed the job; nothing is noted, what is recorded counts.
 * - `transaction`: it is about the one thing at hand; the API is told.
 */
export type ErrorKind = "passing" | "operator" | "vault" | "journal" | "transaction";

/** What each code stands for. */
const errors = {
  /** The command line is wrong: unknown command, option or chain, missing argument, bad value. */
  USAGE: { exit: exitStatus.usage, kind: "operator" },
  /** A mnemonic, private key, index or other typed value is not valid. */
  INVALID_INPUT: { exit: exitStatus.dataError, kind: "transaction" },
  /** There is no vault at the path. */
  NO_WALLET_FILE: { exit: exitStatus.noInput, kind: "vault" },
  /** The vault holds no wallet of that signature ID. */
  NO_SUCH_WALLET: { exit: exitStatus.noInput, kind: "transaction" },
  /** The journal has no job for that pending transaction. */
  NO_SUCH_JOB: { exit: exitStatus.noInput, kind: "transaction" },
  /** A wallet of that signature ID exists already. */
  WALLET_EXISTS: { exit: exitStatus.dataError, kind: "operator" },
  /** There is a file at a path where one should be made. */
  FILE_EXISTS: { exit: exitStatus.cannotCreate, kind: "operator" },
  /** A file cannot be made or written. */
  CANNOT_WRITE: { exit: exitStatus.cannotCreate, kind: "vault" },
  /** A file cannot be read. */
  CANNOT_READ: { exit: exitStatus.noInput, kind: "vault" },
  WRONG_PASSWORD: { exit: exitStatus.noPermission, kind: "operator" },
  /** The vault or its directory can be read or replaced by others. */
  VAULT_PERMISSIONS: { exit: exitStatus.noPermission, kind: "vault" },
  /** The file at the path is another vault than the one that is expected. */
  WRONG_VAULT: { exit: exitStatus.noPermission, kind: "operator" },
  /** The vault's content is not what was written. */
  VAULT_CORRUPT: { exit: exitStatus.dataError, kind: "vault" },
  /** The vault is an older state of itself: what was signed since is not in its journal. */
  ROLLED_BACK: { exit: exitStatus.dataError, kind: "vault" },
  /** The file is no vault: empty, or of another kind. */
  NOT_A_VAULT: { exit: exitStatus.dataError, kind: "vault" },
  /** The file is a vault of the original program; it has to be migrated first. */
  VAULT_IS_ORIGINAL: { exit: exitStatus.configuration, kind: "vault" },
  /** The vault was copied to another store, and is worked with there. */
  VAULT_MOVED: { exit: exitStatus.configuration, kind: "vault" },
  /** The vault was made by a newer version of this program. */
  VAULT_TOO_NEW: { exit: exitStatus.configuration, kind: "vault" },
  /** Another process holds the vault. */
  VAULT_BUSY: { exit: exitStatus.temporaryFailure, kind: "vault" },
  /** The database that holds the vault cannot be used now: it is away, starts, or takes no changes. */
  STORE_UNAVAILABLE: { exit: exitStatus.unavailable, kind: "vault" },
  /** The answer to a commit was lost: the change may have been made, or not. */
  STORE_UNCLEAR: { exit: exitStatus.temporaryFailure, kind: "vault" },
  /** Another daemon has taken over the lease of the vault. */
  LEASE_LOST: { exit: exitStatus.temporaryFailure, kind: "journal" },
  /** A file to import has a shape that no version wrote. */
  IMPORT_DAMAGED: { exit: exitStatus.dataError, kind: "operator" },
  /** A file to import does not open: wrong password or damaged. */
  IMPORT_UNREADABLE: { exit: exitStatus.noPermission, kind: "operator" },
  /** A file to import holds another wallet under a signature ID of the vault. */
  IMPORT_CONFLICT: { exit: exitStatus.dataError, kind: "operator" },
  /** A setting is missing or wrong. */
  CONFIGURATION: { exit: exitStatus.configuration, kind: "operator" },
  /** A value had to be asked for, and there was nobody to ask. */
  NO_ANSWER: { exit: exitStatus.configuration, kind: "operator" },
  /** A person was asked whether to go on, and said no. */
  NOT_CONFIRMED: { exit: exitStatus.noPermission, kind: "operator" },
  /** A host did not answer in time, or not as agreed. */
  NETWORK: { exit: exitStatus.unavailable, kind: "passing" },
  /** A secret provider holds no secret of that name. */
  SECRET_NOT_FOUND: { exit: exitStatus.noInput, kind: "operator" },
  /** A secret provider refuses to give the secret. */
  SECRET_NOT_ALLOWED: { exit: exitStatus.noPermission, kind: "operator" },
  /** A secret provider answered in another shape than its documentation promises. */
  SECRET_ANSWER: { exit: exitStatus.protocol, kind: "operator" },
  /** A PKCS#11 token refused the PIN, or is locked; it is not asked again. */
  WRONG_PIN: { exit: exitStatus.noPermission, kind: "operator" },
  /** A PKCS#11 module or token cannot be used: missing, hung, crashed, or it lacks what is needed. */
  TOKEN: { exit: exitStatus.unavailable, kind: "passing" },
  /** The token holds no such key, or more than one. */
  NO_SUCH_KEY: { exit: exitStatus.noInput, kind: "operator" },
  /** Others may have a key in a token, or may have put it there. */
  UNSAFE_KEY: { exit: exitStatus.noPermission, kind: "operator" },
  /** The private key is in a token and cannot leave it. */
  KEY_STAYS_IN_TOKEN: { exit: exitStatus.noPermission, kind: "transaction" },
  /** No daemon shows signs of life. */
  NOT_HEALTHY: { exit: exitStatus.unavailable, kind: "passing" },
  /** A cycle ended with transactions that were not finished. */
  INCOMPLETE: { exit: exitStatus.temporaryFailure, kind: "passing" },
  /** The journal's content contradicts itself, or cannot be written. */
  JOURNAL: { exit: exitStatus.ioError, kind: "journal" },
  /** A mistake in this program. */
  INTERNAL: { exit: exitStatus.software, kind: "transaction" },
} as const satisfies Record<string, { readonly exit: number; readonly kind: ErrorKind }>;

export type ErrorCode = keyof typeof errors;

export interface KmsErrorOptions extends ErrorOptions {
  /** What the user can do about it. */
  readonly hint?: string;
}

/** An error that a person can act on. */
export class KmsError extends Error {
  override readonly name = "KmsError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: KmsErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }

  /** The status the program exits with when this error ends it. */
  get exitStatus(): number {
    return errors[this.code].exit;
  }

  get kind(): ErrorKind {
    return errors[this.code].kind;
  }
}

/** Whether something failed because the vault's file cannot be used, whatever it was needed for. */
export function isVaultFailure(failure: unknown): failure is KmsError {
  return failure instanceof KmsError && failure.kind === "vault";
}

/**
 * The error of a vault whose content is not what was written.
 *
 * @param options `hint`: what to do about it, where that is not to restore a backup.
 * @param what What is wrong, naming the part of the file: "key slot 1: its checksum does not match".
 */
export function vaultCorrupt(what: string, options: KmsErrorOptions = {}): KmsError {
  return new KmsError("VAULT_CORRUPT", `The vault is damaged or was tampered with: ${what}.`, {
    hint: "Do not write to this file. Move it away together with the files named -journal, -wal and -shm beside it, if there are any, and put the latest backup in its place.",
    ...options,
  });
}

interface ApiUnavailableOptions extends ErrorOptions {
  /** Milliseconds that the API asked to wait before the next request. */
  readonly retryAfter?: number | undefined;
  /** Whether it may answer later without anybody's doing; `true` where nothing is said. */
  readonly mayPass?: boolean;
}

/** The API, or what is behind it, cannot answer now; it may later. Its code is `NETWORK`. */
export class ApiUnavailable extends KmsError {
  /** Milliseconds that the API asked to wait before the next request, where it did. */
  readonly retryAfter: number | undefined;
  readonly mayPass: boolean;

  constructor(message: string, { retryAfter, mayPass = true, ...options }: ApiUnavailableOptions = {}) {
    super("NETWORK", message, options);
    this.retryAfter = retryAfter;
    this.mayPass = mayPass;
  }
}

/** What an error of the system says (errno(3)), and what can be done about it. */
const meanings: Readonly<Record<string, { readonly words: string; readonly hint: string }>> = {
  ENOSPC: {
    words: "the disk is full",
    hint: "Free some space on it. Nothing was changed.",
  },
  EDQUOT: {
    words: "the quota of the disk is used up",
    hint: "Free some space on it. Nothing was changed.",
  },
  EROFS: {
    words: "the disk is read-only",
    hint: "Choose another place, or have it mounted for writing.",
  },
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
  ENOTDIR: {
    words: "a part of its path is a file, not a folder",
    hint: "Check the path.",
  },
  EEXIST: {
    words: "a part of its path is a file, not a folder",
    hint: "Check the path.",
  },
  EISDIR: { words: "it is a folder", hint: "Name the file itself." },
  ELOOP: {
    words: "its links lead in a circle",
    hint: "Mend the links, or name the file itself.",
  },
  ENAMETOOLONG: {
    words: "its name is too long",
    hint: "Choose a shorter one.",
  },
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
