/** What a disk has of a file: written sectors of 512 bytes each survive by themselves. */
import type { Random } from "../../random.ts";
import type { Operation } from "./operation.ts";

const SECTOR = 512;

/** What changes the content of a file. */
export type ContentChange = Extract<Operation, { kind: "write" | "truncate" }>;

type Change = (content: Buffer) => Buffer;

/** The content of a file, whatever its names are: what is on the disk for sure, and what was asked of it since. */
export class Inode {
  durable: Buffer;
  readonly pending: ContentChange[] = [];

  constructor(content: Uint8Array) {
    this.durable = Buffer.from(content);
  }

  sync(): void {
    for (const change of this.pending) this.durable = changeOf(change)(this.durable);
    this.pending.length = 0;
  }

  /** What is left after the cut. */
  survivor(random: Random): Buffer {
    let content = this.durable;
    for (const change of this.pending) {
      const fate = random.below(3);
      if (fate === 0) continue;
      content =
        fate === 1 || change.kind === "truncate" ? changeOf(change)(content) : torn(change, content, random);
    }
    return content;
  }
}

function changeOf(operation: ContentChange): Change {
  if (operation.kind === "truncate") return (content) => resized(content, operation.length);
  return (content) => withBytes(content, operation.offset, operation.bytes);
}

/** Some sectors of a write. */
function torn(
  { offset, bytes }: { offset: number; bytes: Uint8Array },
  content: Buffer,
  random: Random,
): Buffer {
  let changed = content;
  const end = offset + bytes.length;
  for (let start = offset; start < end; ) {
    const next = Math.min(end, (Math.floor(start / SECTOR) + 1) * SECTOR);
    if (random.chance(0.5))
      changed = withBytes(changed, start, bytes.subarray(start - offset, next - offset));
    start = next;
  }
  return changed;
}

function resized(content: Buffer, length: number): Buffer {
  const changed = Buffer.alloc(length);
  content.copy(changed);
  return changed;
}

function withBytes(content: Buffer, offset: number, bytes: Uint8Array): Buffer {
  const changed = resized(content, Math.max(content.length, offset + bytes.length));
  changed.set(bytes, offset);
  return changed;
}
