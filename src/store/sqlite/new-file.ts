/** The making of files: at a path there is either nothing or all of the file, and never is another file replaced. */
import { randomBytes } from "node:crypto";
import { link, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { explainFileError, KmsError, systemErrorCode } from "../../errors.ts";
import { refuseLeftSideFiles } from "./side-files.ts";

/**
 * Has the disk keep a file's content, or the names in a directory, also when the power goes right after: syncing a file
 * does not sync its name (fsync(2)).
 */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Has `write` fill a new file with mode 0600 beside `path`, which gets its name when it is complete and on disk.
 *
 * @param write Gets the absolute path of a temporary file that exists and is empty.
 * @returns What `write` returns.
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`
 */
export async function makeNewFile<Result>(
  path: string,
  write: (temporaryFile: string) => Promise<Result>,
): Promise<Result> {
  const target = resolve(path);
  const temporaryFile = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString("hex")}.new`);
  try {
    await refuseExisting(target);
    await makeEmpty(temporaryFile);
    const result = await write(temporaryFile);
    await syncToDisk(temporaryFile);
    await giveName(temporaryFile, target);
    return result;
  } catch (error) {
    throw underItsName(explainFileError("CANNOT_WRITE", `The file ${target} cannot be made`, error));
  } finally {
    // What fails here has failed before, for a reason that is told.
    await rm(temporaryFile, { force: true }).catch(() => undefined);
    await rm(`${temporaryFile}-journal`, { force: true }).catch(() => undefined);
  }

  /** An error of the temporary file, told of the file that was to be made. */
  function underItsName(error: unknown): unknown {
    if (!(error instanceof KmsError) || !error.message.includes(temporaryFile)) return error;
    const message = error.message.replaceAll(temporaryFile, target);
    return new KmsError(error.code, message, { cause: error, ...(error.hint && { hint: error.hint }) });
  }
}

async function refuseExisting(target: string): Promise<void> {
  const found = await lstat(target).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found !== undefined) throw alreadyThere(target);
  refuseLeftSideFiles(target);
}

async function giveName(temporaryFile: string, target: string): Promise<void> {
  try {
    await link(temporaryFile, target);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") throw alreadyThere(target);
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code ?? "")) throw error;
    await renameToReservedName(temporaryFile, target);
  }
  await syncToDisk(dirname(target));
}

/** For file systems without hard links: the name is taken with an empty file first. */
async function renameToReservedName(temporaryFile: string, target: string): Promise<void> {
  try {
    await makeEmpty(target);
  } catch (error) {
    throw systemErrorCode(error) === "EEXIST" ? alreadyThere(target) : error;
  }
  await rename(temporaryFile, target);
}

async function makeEmpty(path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    // The umask may have taken more away than it should.
    await file.chmod(0o600);
  } finally {
    await file.close();
  }
}

function alreadyThere(target: string): KmsError {
  return new KmsError("FILE_EXISTS", `There is a file at ${target} already; it was left as it is.`);
}
