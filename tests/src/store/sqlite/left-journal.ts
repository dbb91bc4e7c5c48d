/** Rollback journals as a crash leaves them behind (https://sqlite.org/fileformat2.html#the_rollback_journal). */

const MAGIC = Buffer.from("d9d505f920a163d7", "hex");
const SECTOR = 512;
const NONCE = 0x1234abcd;

export interface JournalHeader {
  readonly records: number;
  readonly pagesBefore: number;
  readonly pageSize: number;
}

export function journalHeader({ records, pagesBefore, pageSize }: JournalHeader): Buffer {
  const header = Buffer.alloc(SECTOR);
  MAGIC.copy(header);
  for (const [index, number] of [records, NONCE, pagesBefore, SECTOR, pageSize].entries()) {
    header.writeUInt32BE(number, MAGIC.length + 4 * index);
  }
  return header;
}

function record(page: Buffer, number: number): Buffer {
  let sum = NONCE;
  for (let at = page.length - 200; at > 0; at -= 200) sum += page[at] ?? 0;
  const bytes = Buffer.alloc(page.length + 8);
  bytes.writeUInt32BE(number, 0);
  page.copy(bytes, 4);
  bytes.writeUInt32BE(sum >>> 0, page.length + 4);
  return bytes;
}

/**
 * The journal of a change that had got into the file when it stopped.
 *
 * @param before The file before the change.
 * @param pages Numbers of the pages that were changed; all of them by default.
 */
export function journalOf(
  before: Buffer,
  pages?: readonly number[],
  header: Partial<JournalHeader> = {},
): Buffer {
  const pageSize = before.readUInt16BE(16);
  const pagesBefore = before.length / pageSize;
  const numbers = pages ?? Array.from({ length: pagesBefore }, (_, index) => index + 1);
  const records = numbers.map((number) =>
    record(before.subarray((number - 1) * pageSize, number * pageSize), number),
  );
  return Buffer.concat([
    journalHeader({ records: numbers.length, pagesBefore, pageSize, ...header }),
    ...records,
  ]);
}

/** What a journal ends with when its change was one of several files. */
export function superJournalName(name: string): Buffer {
  const bytes = Buffer.from(name);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(bytes.length, 0);
  numbers.writeUInt32BE(
    bytes.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  const page = Buffer.alloc(4);
  page.writeUInt32BE(2 ** 30 / 4096 + 1);
  return Buffer.concat([page, bytes, numbers, MAGIC]);
}
