/** The making of files: at a path there is either nothing or all of the file, and never is another file replaced. */
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { link, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { explainFileError, KmsError, systemErrorCode } from "../../errors.ts";
import { refuseLeftSideFiles, sideFilesOf } from "./side-files.ts";

/**
 * Has the disk keep a file's content, or the names in a directory, also when the power goes right after: syncing a file
 * does not sync its name (fsync(2)). Windows syncs what is open for writing, and no directory: NTFS has a journal of names
 * (https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-flushfilebuffers).
 */
export async function syncToDisk(path: string): Promise<void> {
  const isWindows = process.platform === "win32";
  if (isWindows && (await lstat(path)).isDirectory()) return;
  const file = await open(path, isWindows ? "r+" : "r");
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
  await refuseExisting(target).catch((error: unknown) => {
    throw explainFileError("CANNOT_WRITE", `The file ${target} cannot be made`, error);
  });
  return fillBeside(target, write, (temporaryFile) => giveName(temporaryFile, target));
}

/** How a file takes the place of another one. */
export interface Replacement<Result> {
  /** Gets the absolute path of a temporary file that exists and is empty. */
  readonly write: (temporaryFile: string) => Promise<Result>;
  /** Calls `swap` once, while nobody writes to the file that lies there. */
  readonly whileQuiet: (swap: () => Promise<void>) => Promise<void>;
}

/**
 * Has `write` fill a new file with mode 0600 that takes the place of the one at `path`. That one and its side files go on
 * under another name, which they get before: after a crash at any step the one or the other file is whole under `path`.
 *
 * @returns What `write` returns, and the path of the file that was there.
 * @throws KmsError `CANNOT_WRITE`
 */
export async function replaceFile<Result>(
  path: string,
  { write, whileQuiet }: Replacement<Result>,
): Promise<{ readonly result: Result; readonly keptAs: string }> {
  const target = resolve(path);
  let keptAs = "";
  const result = await fillBeside(target, write, (temporaryFile) =>
    whileQuiet(async () => {
      keptAs = await giveSecondName(target);
      const sideFiles = sideFilesOf(target);
      for (const suffix of sideFiles)
        if (!(await linkOnce(target + suffix, keptAs + suffix))) throw alreadyThere(keptAs + suffix);
      await syncToDisk(dirname(target));
      await rename(temporaryFile, target);
      await syncNameOf(target);
      // Until now they kept anybody from opening the new file.
      for (const suffix of sideFiles) await rm(target + suffix);
    }),
  );
  return { result, keptAs };
}

/** `.<name>.<16 digits>.new`, and what SQLite keeps beside it. */
const IN_THE_MAKING = /^\.(.+)\.[0-9a-f]{16}\.new(?:-journal)?$/;

/** Milliseconds after which a file that nobody wrote to is made by nobody any more. */
const LONGEST_PAUSE = 3_600_000;

/** Whether a path is one that a file has while {@link makeNewFile} makes it: it may be a part of a vault, and is none. */
export function isInTheMaking(path: string): boolean {
  return IN_THE_MAKING.test(basename(path));
}

/**
 * The files that commands left in a folder which were ended while they made them, such as by `kill -9`.
 * @param made only those that were to get this name
 * @throws the system's error
 */
export function leftFiles(folder: string, made?: string): string[] {
  const isLeft = (path: string): boolean => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && Date.now() - stats.mtimeMs > LONGEST_PAUSE;
  };
  return readdirSync(folder)
    .filter((entry) => {
      const name = IN_THE_MAKING.exec(entry)?.[1];
      return name !== undefined && (made === undefined || name === made);
    })
    .map((entry) => join(folder, entry))
    .filter(isLeft);
}

/** What a command that was ended left of this file goes; where it cannot, `doctor` names it. */
async function clearLeftFiles(target: string): Promise<void> {
  try {
    for (const file of leftFiles(dirname(target), basename(target))) await rm(file, { force: true });
  } catch {
    // The file can be made all the same, or why it cannot is told then.
  }
}

/** Has a file filled beside a path, and synced; `place` has it take that path. */
async function fillBeside<Result>(
  target: string,
  write: (temporaryFile: string) => Promise<Result>,
  place: (temporaryFile: string) => Promise<void>,
): Promise<Result> {
  const temporaryFile = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString("hex")}.new`);
  await clearLeftFiles(target);
  try {
    await makeEmpty(temporaryFile);
    const result = await write(temporaryFile);
    await syncToDisk(temporaryFile);
    await place(temporaryFile);
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

/** @returns the first free of the names that a vault gets which another one replaces; one that it has already is it as well */
async function giveSecondName(target: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${target}.before-restore${number === 1 ? "" : `-${number}`}`;
    if (await linkOnce(target, name)) return name;
  }
}

/** @returns whether the file has the other name now; not, when that is another file's */
async function linkOnce(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    const [one, other] = await Promise.all([file, name].map((path) => lstat(path)));
    return one?.ino === other?.ino && one?.dev === other?.dev;
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
  await syncNameOf(target);
}

/**
 * Has the disk keep the name of a file that has it by now.
 * @throws KmsError `CANNOT_WRITE` that says that the file is there all the same
 */
async function syncNameOf(target: string): Promise<void> {
  try {
    await syncToDisk(dirname(target));
  } catch (error) {
    const what = `The file ${target} was made and is complete, but the disk did not confirm its name`;
    throw explainFileError("CANNOT_WRITE", what, error);
  }
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
  return new KmsError("FILE_EXISTS", `There is a file or folder at ${target} already; it was left as it is.`);
}
