/**
 * The files that SQLite keeps beside a database and trusts (https://sqlite.org/tempfiles.html): `-journal`, which undoes a
 * change that a crash broke off, and `-wal` and `-shm`, which this program never makes. All are looked at before SQLite sees
 * them.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats, statSync } from "node:fs";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { explainFileError, KmsError, systemErrorCode } from "../../errors.ts";
import { checkAccess } from "./access.ts";
import { checkFirstPage } from "./file-header.ts";
import { type OpenFile, readAt, whyForeign } from "./rollback-journal.ts";

const JOURNAL = "-journal";
const suffixes = [JOURNAL, "-wal", "-shm"] as const;

const LARGEST_PAGE = 65_536;
/** Two looks so many milliseconds apart tell a journal that was left behind from one that another process writes. */
const LOOK_AGAIN = 100;
/** As long as a statement waits for another process, in milliseconds. */
const PATIENCE = 10_000;

/** A side file that SQLite must not see. */
function foreign(file: string, why: string): KmsError {
  return new KmsError(
    "VAULT_CORRUPT",
    `The file ${file} does not belong to the vault beside it: ${why}. Nothing was changed.`,
    {
      hint: `Move it away: mv ${file} ${file}.stale. If it was left behind by a vault that is still wanted, move it beside that one, under its name.`,
    },
  );
}

function lstatOf(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

/**
 * Checks that whatever lies beside a database is a regular file of the user's own that nobody else has access to. It is
 * quick enough for every transaction.
 *
 * @throws KmsError `VAULT_PERMISSIONS`, `VAULT_CORRUPT`
 */
export function checkSideFiles(path: string, rules: AccessRules): void {
  for (const suffix of suffixes) {
    const file = path + suffix;
    const stats = lstatOf(file);
    if (stats === undefined) continue;
    if (!stats.isFile()) throw foreign(file, "it is not a regular file");
    checkAccess("file", file, stats, rules);
    if (suffix !== JOURNAL) throw foreign(file, "tatum-kms never makes such a file");
  }
}

/** What stands behind the name of each file that lies beside a database. */
export function sideFilesOf(path: string): readonly string[] {
  return suffixes.filter((suffix) => lstatOf(path + suffix) !== undefined);
}

/**
 * Refuses to have a file made at a path beside which side files lie that could be taken for its own.
 *
 * @throws KmsError `FILE_EXISTS`
 */
export function refuseLeftSideFiles(path: string): void {
  const left = suffixes.map((suffix) => path + suffix).find((file) => lstatOf(file) !== undefined);
  if (left === undefined) return;
  throw new KmsError(
    "FILE_EXISTS",
    `There is no file ${path}, but ${left}, which would be taken for a part of what is made there.`,
    {
      hint: `If the vault that it belongs to was moved or renamed, move ${left} along with it: both together are the vault. Otherwise move it away.`,
    },
  );
}

/**
 * Checks a database file and what lies beside it before SQLite opens them; it changes nothing. A file of no bytes is a new
 * one.
 *
 * @throws KmsError `VAULT_CORRUPT`, `VAULT_PERMISSIONS`, `CANNOT_READ`, `VAULT_BUSY`
 */
export async function checkBeforeOpening(path: string, rules: AccessRules): Promise<void> {
  const start = performance.now();
  let refused: string | undefined;
  while (performance.now() < start + PATIENCE) {
    checkSideFiles(path, rules);
    const before = fingerprint(path);
    const why = lookAt(path);
    if (why === undefined) return;
    const isQuiet = before === fingerprint(path);
    const finding = `${before} ${why}`;
    if (isQuiet && finding === refused) throw foreign(path + JOURNAL, why);
    refused = finding;
    await Bun.sleep(isQuiet ? LOOK_AGAIN : 1);
  }
  throw new KmsError("VAULT_BUSY", `The vault ${path} is being changed all the time.`, {
    hint: "Try again when the other tatum-kms command is done.",
  });
}

/** Changes when the database or its journal is written, made or deleted. */
function fingerprint(path: string): string {
  return [path, path + JOURNAL]
    .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
    .map((stats) =>
      stats === undefined ? "-" : `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`,
    )
    .join(" ");
}

function lookAt(path: string): string | undefined {
  try {
    return whileOpen(path, (file) => {
      if (file.size === 0) return undefined;
      const start = readAt(file, 0, LARGEST_PAGE);
      const size = start.length < 18 ? 0 : start.readUInt16BE(16);
      const firstPage = start.subarray(0, size === 1 ? LARGEST_PAGE : size);
      checkFirstPage(path, firstPage, file.size);
      if (lstatOf(path + JOURNAL) === undefined) return undefined;
      return whileOpen(path + JOURNAL, (journal) => whyForeign(journal, file, firstPage));
    });
  } catch (error) {
    // Another process has ended its transaction meanwhile.
    if (systemErrorCode(error) === "ENOENT" && lstatOf(path) !== undefined) return undefined;
    throw explainFileError("CANNOT_READ", `The vault ${path} cannot be read`, error);
  }
}

function whileOpen<Result>(path: string, work: (file: OpenFile) => Result): Result {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return work({ descriptor, size: fstatSync(descriptor).size });
  } finally {
    closeSync(descriptor);
  }
}
