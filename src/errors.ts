/**
 * The program's errors: each code is stable and stands for one exit status of sysexits.h, so that scripts can rely
 * on both. Messages never hold secrets.
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

const exitStatusOfCode = {
  /** The command line is wrong: unknown command, option or chain, missing argument, bad value. */
  USAGE: exitStatus.usage,
  /** A mnemonic, private key, index or other typed value is not valid. */
  INVALID_INPUT: exitStatus.dataError,
  /** There is no vault at the path. */
  NO_WALLET_FILE: exitStatus.noInput,
  /** The vault holds no wallet of that signature ID. */
  NO_SUCH_WALLET: exitStatus.noInput,
  /** The journal has no job for that pending transaction. */
  NO_SUCH_JOB: exitStatus.noInput,
  /** A wallet of that signature ID exists already. */
  WALLET_EXISTS: exitStatus.dataError,
  /** There is a file at a path where one should be made. */
  FILE_EXISTS: exitStatus.cannotCreate,
  /** A file cannot be made or written. */
  CANNOT_WRITE: exitStatus.cannotCreate,
  /** A file cannot be read. */
  CANNOT_READ: exitStatus.noInput,
  WRONG_PASSWORD: exitStatus.noPermission,
  /** The vault or its directory can be read or replaced by others. */
  VAULT_PERMISSIONS: exitStatus.noPermission,
  /** The vault's content is not what was written. */
  VAULT_CORRUPT: exitStatus.dataError,
  /** The file is no vault: empty, or of another kind. */
  NOT_A_VAULT: exitStatus.dataError,
  /** The file is a vault of the original program; it has to be migrated first. */
  VAULT_IS_ORIGINAL: exitStatus.configuration,
  /** The vault was made by a newer version of this program. */
  VAULT_TOO_NEW: exitStatus.configuration,
  /** Another process holds the vault. */
  VAULT_BUSY: exitStatus.temporaryFailure,
  /** Another daemon has taken over the lease of the vault. */
  LEASE_LOST: exitStatus.temporaryFailure,
  /** A file to import has a shape that no version wrote. */
  IMPORT_DAMAGED: exitStatus.dataError,
  /** A file to import does not open: wrong password or damaged. */
  IMPORT_UNREADABLE: exitStatus.noPermission,
  /** A file to import holds another wallet under a signature ID of the vault. */
  IMPORT_CONFLICT: exitStatus.dataError,
  /** A setting is missing or wrong. */
  CONFIGURATION: exitStatus.configuration,
  /** A value had to be asked for, and there was nobody to ask. */
  NO_ANSWER: exitStatus.configuration,
  /** A host did not answer in time, or not as agreed. */
  NETWORK: exitStatus.unavailable,
  /** A secret provider holds no secret of that name. */
  SECRET_NOT_FOUND: exitStatus.noInput,
  /** A secret provider refuses to give the secret. */
  SECRET_NOT_ALLOWED: exitStatus.noPermission,
  /** A secret provider answered in another shape than its documentation promises. */
  SECRET_ANSWER: exitStatus.protocol,
  /** A PKCS#11 token refused the PIN, or is locked; it is not asked again. */
  WRONG_PIN: exitStatus.noPermission,
  /** A PKCS#11 module or token cannot be used: missing, hung, crashed, or it lacks what is needed. */
  TOKEN: exitStatus.unavailable,
  /** The token holds no such key, or more than one. */
  NO_SUCH_KEY: exitStatus.noInput,
  /** Others may have a key in a token, or may have put it there. */
  UNSAFE_KEY: exitStatus.noPermission,
  /** The private key is in a token and cannot leave it. */
  KEY_STAYS_IN_TOKEN: exitStatus.noPermission,
  /** A cycle ended with transactions that were not finished. */
  INCOMPLETE: exitStatus.temporaryFailure,
  /** The journal's content contradicts itself, or cannot be written. */
  JOURNAL: exitStatus.ioError,
  /** A mistake in this program. */
  INTERNAL: exitStatus.software,
} as const;

export type ErrorCode = keyof typeof exitStatusOfCode;

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
    return exitStatusOfCode[this.code];
  }
}
