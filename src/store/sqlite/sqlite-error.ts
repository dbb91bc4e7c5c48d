import { SQL } from "bun";
import { type ErrorCode, KmsError } from "../../errors.ts";
import { vaultCorrupt } from "../../vault-corrupt.ts";

const tryAgain = "Try again when the other tatum-kms command is done.";
const freeSpace = "Free some space on it. Nothing was changed.";
const checkDisk = "Check the disk, and whether its quota is used up.";
const checkMode = "Check whether the disk is read-only, and owner and mode of the vault and its folder.";

/** SQLite result codes (https://sqlite.org/rescode.html) by the beginning of their names. */
const errorCodes: readonly (readonly [prefix: string, code: ErrorCode, what: string, hint?: string])[] = [
  ["SQLITE_BUSY", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_LOCKED", "VAULT_BUSY", "Another process keeps the vault locked", tryAgain],
  ["SQLITE_FULL", "CANNOT_WRITE", "The vault cannot be written, the disk is full", freeSpace],
  ["SQLITE_IOERR", "CANNOT_WRITE", "The vault cannot be read or written", checkDisk],
  ["SQLITE_READONLY_DBMOVED", "CANNOT_WRITE", "The vault was removed or replaced while it was open"],
  ["SQLITE_READONLY", "CANNOT_WRITE", "The vault cannot be written", checkMode],
  ["SQLITE_CANTOPEN", "CANNOT_READ", "The vault cannot be opened", checkMode],
  ["SQLITE_PERM", "CANNOT_READ", "The vault cannot be opened", checkMode],
  ["SQLITE_CONSTRAINT", "INTERNAL", "A statement broke a rule of the vault's tables"],
  ["SQLITE_MISUSE", "INTERNAL", "The database was used wrongly"],
  ["SQLITE_RANGE", "INTERNAL", "A statement got the wrong number of values"],
  ["ERR_SQLITE_CONNECTION_CLOSED", "INTERNAL", "The vault was used after it was closed"],
];

/**
 * What an error of SQLite means for the user. Everything that is not listed above says that the file is not what
 * this program wrote: the program's own statements are the same for every vault.
 */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof SQL.SQLError)) return error;
  const resultCode = "code" in error ? String(error.code) : "";
  const known = errorCodes.find(([prefix]) => resultCode.startsWith(prefix));
  if (known === undefined) return vaultCorrupt(`${path}: ${error.message}`, { cause: error });
  const [, code, what, hint] = known;
  return new KmsError(code, `${what} (${path}: ${error.message}).`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}
