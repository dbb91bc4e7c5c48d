/**
 * Archives that are the same bytes wherever they are made: tar in its ustar form
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html), with one owner, one time and the given order, and
 * gzip by the pinned Bun, since each zlib packs in its own way.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface ArchivedFile {
  /** In the archive, with `/` between folders; at most 100 bytes. */
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly isExecutable?: boolean;
}

const BLOCK = 512;
/** What ends an archive. */
const END = Buffer.alloc(2 * BLOCK);
const NAME_BYTES = 100;
/** Where a header's checksum stands: counted as spaces while it is computed. */
const CHECKSUM = { at: 148, bytes: 8 };

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}

function header(path: string, mode: number, size: number, time: number): Buffer {
  if (Buffer.byteLength(path) > NAME_BYTES) throw new Error(`${path} is too long a name for an archive.`);
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  // Mode, owner and group (nobody in particular), size, time; then the kind: a plain file.
  block.write(octal(mode, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(time, 11), NAME_BYTES);
  block.fill(" ", CHECKSUM.at, CHECKSUM.at + CHECKSUM.bytes);
  block.write("0", CHECKSUM.at + CHECKSUM.bytes);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, CHECKSUM.at);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/**
 * A packed archive of these files.
 * @param time of all of them, in seconds since 1970
 */
export function tarGz(files: readonly ArchivedFile[], time: number): Uint8Array {
  const parts = files.flatMap(({ path, content, isExecutable = false }) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    return [header(path, isExecutable ? 0o755 : 0o644, bytes.length, time), bytes, padding(bytes.length)];
  });
  return Bun.gzipSync(Buffer.concat([...parts, END]), { level: 6 });
}

/** What is written for people, where its links lead: pages, and what the pages have them install. */
export function documentsBelow(root: string): ArchivedFile[] {
  const patterns = ["*.md", "docs/**", "scripts/service/*.service", "scripts/container/*.yaml"];
  const paths = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]).sort();
  return paths.map((path) => ({ path, content: readFileSync(join(root, path)) }));
}
