/** The first page of a SQLite file (https://sqlite.org/fileformat2.html), read before SQLite itself trusts it. */
import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { vaultCorrupt } from "../../errors.ts";

const HEADER_LENGTH = 100;
const CHANGE_COUNTER = 24;
const PAGE_COUNT = 28;
const VALID_FOR = 92;
/** Bytes of the first page that a change of rows changes: counter, size and free list; counter and version of the writer. */
const changingBytes = [
  { from: CHANGE_COUNTER, to: 40 },
  { from: VALID_FOR, to: HEADER_LENGTH },
] as const;
const SCHEMA_COOKIE = 40;
const USER_VERSION = 60;
/** Bytes that the conversion of a vault of format 1 changes as well: the tables, their counter, the version. */
const convertedBytes = [
  { from: SCHEMA_COOKIE, to: SCHEMA_COOKIE + 4 },
  { from: USER_VERSION, to: USER_VERSION + 4 },
  { from: HEADER_LENGTH, to: undefined },
] as const;

/** A leaf and an inner page of a table (B-tree page types). */
const [LEAF, INNER] = [0x0d, 0x05];
/** A row of a leaf with more bytes than this, counted from the end of the page, goes on in other pages. */
const MINIMUM_FREE = 35;
/** More than any vault has: ten million wallets. In bytes. */
const LARGEST_FILE = 64 * 1024 ** 3;

/** In a rollback mode; in the other one a file named -wal is part of the database. */
const ROLLBACK_MODE = 1;
const WRITE_AHEAD_MODE = 2;

export interface FileHeader {
  /** In bytes. */
  readonly pageSize: number;
  /** Grows by one with every transaction that changes the file; 32 bits. */
  readonly changeCounter: number;
  /** In pages; `undefined` where a writer that is too old did not keep it. */
  readonly pageCount: number | undefined;
}

/** @returns `undefined` when the bytes are not the beginning of a SQLite file */
export function readHeader(page: Buffer): FileHeader | undefined {
  if (page.length < HEADER_LENGTH || !page.toString("latin1").startsWith("SQLite format 3\0"))
    return undefined;
  const size = page.readUInt16BE(16);
  const pageSize = size === 1 ? 65_536 : size;
  if (pageSize < 512 || !isPowerOfTwo(pageSize)) return undefined;
  const changeCounter = page.readUInt32BE(CHANGE_COUNTER);
  const isKept = page.readUInt32BE(VALID_FOR) === changeCounter;
  return { pageSize, changeCounter, pageCount: isKept ? page.readUInt32BE(PAGE_COUNT) : undefined };
}

export function isPowerOfTwo(number: number): boolean {
  return number > 0 && (number & (number - 1)) === 0;
}

/** Whether two first pages may be those of one file before and after a change of its rows, or its conversion from format 1. */
export function areOfOneFile(before: Buffer, after: Buffer): boolean {
  const [a, b] = [Buffer.from(before), Buffer.from(after)];
  const isConversion = before.readUInt32BE(USER_VERSION) === 1 && after.readUInt32BE(USER_VERSION) <= 2;
  for (const { from, to } of isConversion ? [...changingBytes, ...convertedBytes] : changingBytes) {
    a.fill(0, from, to);
    b.fill(0, from, to);
  }
  return a.equals(b);
}

/**
 * Checks what SQLite would act on before anything else can be looked at: the journal mode, and the list of tables, which it
 * reads whole, however long it is.
 *
 * @param page The first page, or less of it when the file is shorter.
 * @param fileSize In bytes.
 * @throws KmsError `VAULT_CORRUPT`
 */
export function checkFirstPage(path: string, page: Buffer, fileSize: number): void {
  const header = readHeader(page);
  if (header === undefined || page.length < header.pageSize)
    throw vaultCorrupt(`${path}: its header is not one`);
  if (fileSize > LARGEST_FILE) throw vaultCorrupt(`${path}: it has ${fileSize} bytes, more than any vault`);
  const modes = [page[18], page[19]];
  if (modes.includes(WRITE_AHEAD_MODE)) {
    throw vaultCorrupt(`${path}: another program put it into write-ahead mode, which tatum-kms never uses`, {
      hint: `Close that program, then run: sqlite3 ${path} "PRAGMA journal_mode = DELETE"`,
    });
  }
  if (modes.some((mode) => mode !== ROLLBACK_MODE)) throw vaultCorrupt(`${path}: its header is not one`);
  checkSchemaSize(path, page, header.pageSize);
}

function checkSchemaSize(path: string, page: Buffer, pageSize: number): void {
  const type = page[HEADER_LENGTH];
  // Any other page than these two is none of a table, which SQLite tells.
  const cells = type === LEAF ? page.readUInt16BE(HEADER_LENGTH + 3) : 0;
  const isLong = Array.from({ length: cells }, (_, cell) => {
    const pointer = HEADER_LENGTH + 8 + 2 * cell;
    return pointer + 2 <= pageSize ? readLength(page, page.readUInt16BE(pointer)) : 0;
  }).some((length) => length > pageSize - MINIMUM_FREE);
  if (isLong || type === INNER)
    throw vaultCorrupt(`${path}: its list of tables is longer than that of a vault`);
}

/** A SQLite varint of at most five bytes: seven bits in each, the most significant first. */
function readLength(page: Buffer, offset: number): number {
  let value = 0;
  for (const byte of page.subarray(offset, offset + 5)) {
    value = value * 128 + (byte & 127);
    if (byte < 128) return value;
  }
  return value;
}

/**
 * Gives a new file, which nobody has open, a random change counter. The counter is how a journal that a crash left behind is
 * told from one of another file: both would start at 1.
 */
export async function giveOwnCounter(path: string): Promise<void> {
  const counter = randomBytes(4);
  const file = await open(path, "r+");
  try {
    await file.write(counter, 0, counter.length, CHANGE_COUNTER);
    await file.write(counter, 0, counter.length, VALID_FOR);
  } finally {
    await file.close();
  }
}
