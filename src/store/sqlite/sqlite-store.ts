/** The store in one SQLite file: opened, made and copied. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { explainFileError } from "../../errors.ts";
import { formatVersion } from "../format.ts";
import type { Session, Store, StorePlace, StoreReplacement } from "../store.ts";
import { checkFolders, ownerOnly } from "./access.ts";
import { Database } from "./database.ts";
import { giveOwnCounter } from "./file-header.ts";
import { makeNewFile, replaceFile, syncToDisk } from "./new-file.ts";
import { checkSchema, checkWhole, createSchema } from "./schema.ts";
import { inspectVaultFile } from "./vault-file.ts";

/** A file as the place of a store; its folder is made with it if there is none, with mode 0700. */
export function sqliteFile(path: string, access: AccessRules = ownerOnly): StorePlace {
  return {
    async open() {
      return SqliteStore.open(await inspectVaultFile(path, access), access);
    },
    async create(fill) {
      checkFolders(path, access);
      await makeDirectory(dirname(resolve(path)));
      await makeNewFile(path, (temporaryFile) => fillNew(temporaryFile, fill));
    },
  };
}

/** Made with all that are missing above it, and kept by the disk: or a power cut would take the vault with its directory. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    const first = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = directory; made.length >= first.length; made = dirname(made))
      await syncToDisk(dirname(made));
  } catch (error) {
    throw explainFileError("CANNOT_WRITE", `The directory ${directory} cannot be made`, error);
  }
}

async function fillNew(file: string, fill: (session: Session) => Promise<void>): Promise<void> {
  await fillEmpty(file, fill);
  await giveOwnCounter(file);
}

async function fillEmpty(file: string, fill: (session: Session) => Promise<void>): Promise<void> {
  const database = await Database.open(file);
  try {
    await createSchema(database);
    await database.transaction(fill);
  } finally {
    await database.close();
  }
}

/**
 * Writes a new file that `fill` fills and `finish` changes and checks; it gets its name after both.
 * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, and what the two throw
 */
export function newSqliteStore<Result>(
  path: string,
  fill: (session: Session) => Promise<void>,
  finish: (store: Store) => Promise<Result>,
): Promise<Result> {
  return makeNewFile(path, async (temporaryFile) => {
    await fillEmpty(temporaryFile, fill);
    return finishNew(temporaryFile, formatVersion, finish);
  });
}

/** {@link newSqliteStore} in the place of a file that is there; see {@link Store.copyOver}. */
export function replaceSqliteStore<Result>(
  path: string,
  fill: (session: Session) => Promise<void>,
  { finish, whileQuiet }: StoreReplacement<Result>,
): ReturnType<typeof replaceFile<Result>> {
  const write = async (temporaryFile: string): Promise<Result> => {
    await fillEmpty(temporaryFile, fill);
    return finishNew(temporaryFile, formatVersion, finish);
  };
  return replaceFile(path, { write, whileQuiet });
}

async function finishNew<Result>(
  file: string,
  format: number,
  finish: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = new SqliteStore(await Database.open(file), format);
  let result: Result;
  try {
    result = await finish(store);
  } finally {
    await store.close();
  }
  await giveOwnCounter(file);
  return result;
}

class SqliteStore implements Store {
  readonly place: string;
  readonly format: number;
  readonly #database: Database;

  constructor(database: Database, format: number) {
    this.place = database.path;
    this.format = format;
    this.#database = database;
  }

  static async open(path: string, access: AccessRules): Promise<SqliteStore> {
    const database = await Database.open(path, access);
    try {
      return new SqliteStore(database, await checkSchema(database));
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#database.read(work);
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  async check(): Promise<void> {
    await checkSchema(this.#database);
    await checkWhole(this.#database);
  }

  async size(): Promise<number> {
    return (await stat(this.place)).size;
  }

  copyInto<Result>(place: string, finish: (copy: Store) => Promise<Result>): Promise<Result> {
    return makeNewFile(place, (temporaryFile) => this.#fillCopy(temporaryFile, finish));
  }

  copyOver<Result>(place: string, { finish, whileQuiet }: StoreReplacement<Result>) {
    const write = (temporaryFile: string): Promise<Result> => this.#fillCopy(temporaryFile, finish);
    return replaceFile(place, { write, whileQuiet });
  }

  async #fillCopy<Result>(file: string, finish: (copy: Store) => Promise<Result>): Promise<Result> {
    await this.#database.copyInto(file);
    return finishNew(file, this.format, finish);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
