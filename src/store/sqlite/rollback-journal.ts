/**
 * The rollback journal that a crash left behind (https://sqlite.org/fileformat2.html#the_rollback_journal): whether it
 * belongs to the database beside it. SQLite does not ask: it cuts the file to the length that the journal says and writes
 * the journal's pages into it, be it a backup that was put in the crashed file's place.
 */
import { readSync } from "node:fs";
import { areOfOneFile, type FileHeader, isPowerOfTwo, readHeader } from "./file-header.ts";

const MAGIC = Buffer.from("d9d505f920a163d7", "hex");
const HEADER_LENGTH = 28;
const SMALLEST_SECTOR = 32;
const LARGEST_SECTOR = 65_536;
/** What a writer that syncs nothing has for the number of records. */
const UNCOUNTED = 0xffffffff;
/** Of a super-journal's name at the end: length, checksum, magic. */
const SUPER_JOURNAL_END = 16;
const CHECKSUM_STEP = 200;

/** An open file. */
export interface OpenFile {
  readonly descriptor: number;
  /** In bytes. */
  readonly size: number;
}

interface Segment {
  readonly records: number;
  readonly nonce: number;
  /** Pages that the file had before the change. */
  readonly pagesBefore: number;
  readonly sectorSize: number;
  readonly pageSize: number;
}

/** A file as it lies on the disk, without what the journal would undo. */
interface Damaged {
  readonly header: FileHeader;
  readonly firstPage: Buffer;
  readonly size: number;
}

/** @returns At most so many bytes as are there. */
export function readAt({ descriptor }: OpenFile, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/**
 * The first page of a file is in every journal of it, as it was before. So the file's change counter has to be the
 * journal's, or higher by one, and the rest of that page the same. Counters of files start at random.
 *
 * @param firstPage The file's first page, with a header that {@link readHeader} reads.
 * @returns Why it does not belong, as the end of a sentence; `undefined` when SQLite may use it, or would do nothing with it.
 */
export function whyForeign(journal: OpenFile, file: OpenFile, firstPage: Buffer): string | undefined {
  const start = readAt(journal, 0, HEADER_LENGTH);
  // A journal that was not begun, or is over, begins with nothing or zeros: SQLite leaves the file alone.
  if (start.length === 0 || start[0] === 0) return undefined;
  const isBegun = MAGIC.subarray(0, start.length).equals(start.subarray(0, MAGIC.length));
  if (!isBegun) return "it is not a journal of SQLite";
  // Less than its header was written: nothing in the file was changed.
  if (start.length < HEADER_LENGTH) return undefined;
  const header = readHeader(firstPage);
  if (header === undefined) return "the file beside it is none of SQLite";
  const segment = readSegment(start);
  const { sectorSize, pageSize, records, pagesBefore } = segment;
  if (journal.size < sectorSize) return undefined;
  if (!isPowerOfTwo(sectorSize) || sectorSize < SMALLEST_SECTOR || sectorSize > LARGEST_SECTOR)
    return "it is damaged";
  if (pageSize !== header.pageSize) {
    return `its pages have ${pageSize} bytes, those of the vault ${header.pageSize}`;
  }
  if (hasSuperJournal(journal)) return "it is part of a change of several files, which tatum-kms never makes";
  const damaged: Damaged = { header, firstPage, size: file.size };
  return records === 0 ? whyOtherLength(pagesBefore, damaged) : whyOtherFile(journal, segment, damaged);
}

function readSegment(header: Buffer): Segment {
  return {
    records: header.readUInt32BE(8),
    nonce: header.readUInt32BE(12),
    pagesBefore: header.readUInt32BE(16),
    sectorSize: header.readUInt32BE(20),
    pageSize: header.readUInt32BE(24),
  };
}

function hasSuperJournal(journal: OpenFile): boolean {
  const end = readAt(journal, Math.max(journal.size - SUPER_JOURNAL_END, 0), SUPER_JOURNAL_END);
  return journal.size > HEADER_LENGTH && end.subarray(-MAGIC.length).equals(MAGIC);
}

/** A journal without records was not on disk yet when the change stopped: the file is as it was, and so long. */
function whyOtherLength(pagesBefore: number, { header, size }: Damaged): string | undefined {
  const pages = header.pageCount ?? Math.floor(size / header.pageSize);
  if (pages === pagesBefore) return undefined;
  return `it was made for a file of ${pagesBefore} pages, the vault has ${pages}`;
}

function whyOtherFile(journal: OpenFile, first: Segment, damaged: Damaged): string | undefined {
  const before = readRecords(journal, first);
  if (before === undefined) return "it is damaged";
  if (before === "uncounted") return "it was written without being synced, as tatum-kms never does";
  if (before === "no first page") return "it does not hold the first page of a file";
  const header = readHeader(before);
  if (header === undefined || !areOfOneFile(before, damaged.firstPage)) return "it was made for another file";
  const grown = (damaged.header.changeCounter - header.changeCounter) >>> 0;
  if (grown > 1) return "it was made for another file, or for another state of it";
  if ((header.pageCount ?? first.pagesBefore) !== first.pagesBefore) return "it is damaged";
  if (damaged.size < first.pagesBefore * first.pageSize)
    return "the vault is shorter than the file it was made for";
  return undefined;
}

/** The first page as it was, after a look at every record; `undefined` when one is damaged or missing. */
function readRecords(journal: OpenFile, first: Segment): Buffer | "uncounted" | "no first page" | undefined {
  const { pageSize, sectorSize, pagesBefore } = first;
  let firstPage: Buffer | undefined;
  let start = 0;
  while (start + sectorSize <= journal.size) {
    const header = readAt(journal, start, HEADER_LENGTH);
    if (!header.subarray(0, MAGIC.length).equals(MAGIC)) break;
    const { records, nonce } = readSegment(header);
    if (records === UNCOUNTED) return "uncounted";
    let at = start + sectorSize;
    for (let record = 0; record < records; record++) {
      const bytes = readAt(journal, at, pageSize + 8);
      if (bytes.length < pageSize + 8) return undefined;
      const number = bytes.readUInt32BE(0);
      const page = bytes.subarray(4, 4 + pageSize);
      if (bytes.readUInt32BE(4 + pageSize) !== checksum(page, nonce)) return undefined;
      if (number === 0 || number > pagesBefore) return undefined;
      if (number === 1) firstPage = page;
      at += bytes.length;
    }
    if (records === 0) break;
    start = Math.ceil(at / sectorSize) * sectorSize;
  }
  return firstPage ?? "no first page";
}

function checksum(page: Buffer, nonce: number): number {
  let sum = nonce;
  for (let at = page.length - CHECKSUM_STEP; at > 0; at -= CHECKSUM_STEP) sum += page[at] ?? 0;
  return sum >>> 0;
}
