/** The file at a vault's path: of what kind it is, whether it stays the same one, and who else can touch it. */
import { type BigIntStats, constants, statSync } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { explainFileError, KmsError, systemErrorCode } from "../../errors.ts";
import { checkAccess, checkFolders, ownerOnly } from "./access.ts";
import { isInTheMaking } from "./new-file.ts";
import { refuseLeftSideFiles } from "./side-files.ts";

/** Notices when the file at a path is no longer the one it was: an open database would not. */
export class FileIdentity {
  readonly #path: string;
  readonly #identity: string | undefined;

  private constructor(path: string, identity: string | undefined) {
    this.#path = path;
    this.#identity = identity;
  }

  static of(path: string): FileIdentity {
    return new FileIdentity(path, identify(path));
  }

  /** @throws KmsError `VAULT_CORRUPT` */
  check(): void {
    if (identify(this.#path) === this.#identity) return;
    throw new KmsError(
      "VAULT_CORRUPT",
      `The vault ${this.#path} was removed or replaced while it was open.`,
      {
        hint: "Restart tatum-kms so that it opens the file that is there now.",
      },
    );
  }

  /** What changes with each write to the file: its size, and when it was written last. */
  written(): string {
    const stats = statsOf(this.#path);
    return `${stats?.size}:${stats?.mtimeNs}`;
  }

  /**
   * While a transaction has its lock, nobody else who heeds locks writes: what was written since is no change of SQLite's, and would
   * be mixed with this one.
   *
   * @param before as {@link written} was once the lock was there
   * @throws KmsError `VAULT_CORRUPT`
   */
  assertNotOverwritten(before: string): void {
    // Another file in its place, as `vault restore` puts it there, is none that this transaction writes to.
    if (this.written() === before || identify(this.#path) !== this.#identity) return;
    throw new KmsError(
      "VAULT_CORRUPT",
      `The vault ${this.#path} was overwritten by another program while it was being changed; the change was not made.`,
      { hint: "Never copy over a vault that is in use: stop the daemon, then `vault restore`." },
    );
  }
}

/** Device and inode number (POSIX). */
function identify(path: string): string | undefined {
  const stats = statsOf(path);
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw explainFileError("CANNOT_READ", `The vault ${path} cannot be looked at`, error);
  }
}

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
    return fileKindOf(await readStart(path));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return "missing";
    throw explainFileError("CANNOT_READ", `The file ${path} cannot be read`, error);
  }
}

/** Tells by the first bytes what a file is. */
export function fileKindOf(content: Uint8Array): Exclude<FileKind, "missing"> {
  const header = Buffer.from(content.subarray(0, LONGEST_HEADER)).toString("latin1");
  if (header.length === 0) return "empty";
  if (header.startsWith(SQLITE_HEADER)) return "vault";
  return ORIGINAL_HEADER.test(header) ? "original" : "foreign";
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
export async function inspectVaultFile(path: string, rules: AccessRules = ownerOnly): Promise<string> {
  if (isInTheMaking(path)) {
    throw new KmsError("NOT_A_VAULT", `The file ${path} is no vault, but what a command was still making.`, {
      hint: "Name the vault itself with --path. What a command left that was ended, `doctor --fix` removes.",
    });
  }
  const kind = await fileKindAt(path);
  if (kind === "missing") {
    // Before anybody makes a new vault in the place of one that was taken away.
    checkFolders(path, rules);
    refuseLeftSideFiles(path);
    throw new KmsError("NO_WALLET_FILE", "No such wallet file.", { hint: `Looked at ${path}.` });
  }
  if (kind === "vault") {
    const file = await realpath(path);
    checkAccess("vault", file, await stat(file), rules);
    checkFolders(path, rules);
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
  throw await noVault(path);
}

async function noVault(path: string): Promise<KmsError> {
  const stats = await stat(path);
  if (stats.isDirectory()) {
    return new KmsError("NOT_A_VAULT", `${path} is a folder; the vault is a file.`, {
      hint: `Name the file itself: --path=${join(path, "wallet.dat")}. If the folder was not meant to be there: a container makes one where a file to mount is missing.`,
    });
  }
  if (!stats.isFile()) {
    return new KmsError("NOT_A_VAULT", `${path} is a pipe, socket or device; the vault is a regular file.`, {
      hint: "Name the vault's file with --path.",
    });
  }
  return new KmsError(
    "NOT_A_VAULT",
    `The file ${path} is not a vault, and not a wallet file of tatum-kms 8.`,
    {
      hint: "If it was a vault once, it is damaged: restore the latest backup.",
    },
  );
}
