/** What lies at a path, and who else can touch it. */
import { constants, type Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { KmsError } from "../../errors.ts";
import { explainFileError, systemErrorCode } from "../../file-error.ts";

/** "original" is a vault file of the original program, "foreign" anything that is none of the others. */
export type FileKind = "missing" | "empty" | "original" | "vault" | "foreign";

const SQLITE_HEADER = "SQLite format 3\0";
/** Base64 of "Salted_", with a byte order mark or white space before it at most. */
const ORIGINAL_HEADER = /^(?:\u00ef\u00bb\u00bf)?[ \t\r\n]*U2FsdGVkX1/;
const LONGEST_HEADER = 1024;

/**
 * Tells by the first bytes what a file is; nothing is locked or changed.
 *
 * @throws KmsError `CANNOT_READ`
 */
export async function fileKindAt(path: string): Promise<FileKind> {
  try {
    if (!(await stat(path)).isFile()) return "foreign";
    const header = (await readStart(path)).toString("latin1");
    if (header.length === 0) return "empty";
    if (header.startsWith(SQLITE_HEADER)) return "vault";
    return ORIGINAL_HEADER.test(header) ? "original" : "foreign";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return "missing";
    throw explainFileError("CANNOT_READ", `The file ${path} cannot be read`, error);
  }
}

async function readStart(path: string): Promise<Buffer> {
  // Without O_NONBLOCK, a pipe that took the file's place would be waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Checks that a vault lies at a path and that nobody else can read or replace it.
 *
 * @returns Its absolute path with all links resolved.
 * @throws KmsError `NO_WALLET_FILE`, `VAULT_IS_ORIGINAL`, `NOT_A_VAULT`, `VAULT_PERMISSIONS`, `CANNOT_READ`
 */
export async function inspectVaultFile(path: string): Promise<string> {
  const kind = await fileKindAt(path);
  if (kind === "missing")
    throw new KmsError("NO_WALLET_FILE", "No such wallet file.", { hint: `Looked at ${path}.` });
  if (kind === "vault") {
    const file = await realpath(path);
    await checkPermissions(file);
    return file;
  }
  if (kind === "original") {
    throw new KmsError("VAULT_IS_ORIGINAL", `The file ${path} is a wallet file of tatum-kms 8 or older.`, {
      hint: `Run "tatum-kms migrate --path=${path}" to turn it into a vault, or "tatum-kms import ${path}" to take its wallets into another one.`,
    });
  }
  if (kind === "empty") {
    throw new KmsError("NOT_A_VAULT", `The file ${path} is empty (0 bytes): it is not a vault.`, {
      hint: `If it held wallets, restore a backup. If tatum-kms 8 left it without any, run "tatum-kms migrate --path=${path}".`,
    });
  }
  throw new KmsError(
    "NOT_A_VAULT",
    `The file ${path} is not a vault, and not a wallet file of tatum-kms 8.`,
    {
      hint: "If it was a vault once, it is damaged: restore the latest backup.",
    },
  );
}

async function checkPermissions(file: string): Promise<void> {
  // Windows has access control lists instead of modes; node tells nothing of them.
  if (process.platform === "win32") return;
  const stats = await stat(file);
  checkOwner(file, stats);
  if ((stats.mode & 0o077) !== 0) {
    throw new KmsError(
      "VAULT_PERMISSIONS",
      `Others can access the vault ${file}: its mode is ${octal(stats)}.`,
      {
        hint: `Run: chmod 600 ${file}`,
      },
    );
  }
  await checkDirectory(dirname(file));
}

/** @throws KmsError `VAULT_PERMISSIONS` when everybody can replace files in the directory */
export async function checkDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(directory);
  const [writableByAll, sticky] = [0o002, 0o1000];
  if ((mode & writableByAll) !== 0 && (mode & sticky) === 0) {
    throw new KmsError(
      "VAULT_PERMISSIONS",
      `Everybody can replace files in the vault's directory ${directory}.`,
      {
        hint: `Run: chmod 700 ${directory}`,
      },
    );
  }
}

function checkOwner(file: string, { uid }: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined || uid === user) return;
  throw new KmsError(
    "VAULT_PERMISSIONS",
    `The vault ${file} belongs to user ${uid}, tatum-kms runs as user ${user}.`,
    {
      hint: `Run tatum-kms as user ${uid}, or give the file away: chown ${user} ${file} && chmod 600 ${file}`,
    },
  );
}

function octal({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}
