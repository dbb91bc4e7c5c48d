/**
 * A disk that keeps for sure only what was synced. Everything else that was asked of it before the power went is there,
 * or not, or in part, in any combination: written sectors of 512 bytes each by itself, names of files each by itself.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../../random.ts";
import type { FileHandle, Operation } from "./operation.ts";

const SECTOR = 512;

type Change = (content: Buffer) => Buffer;

/** The content of a file, whatever its names are. */
class Inode {
  durable: Buffer;
  readonly pending: Extract<Operation, { kind: "write" | "truncate" }>[] = [];

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

function changeOf(operation: Inode["pending"][number]): Change {
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

type Entry = Inode | "directory";
interface NameChange {
  readonly directory: string;
  readonly name: string;
  /** Absent when the name goes. */
  readonly entry?: Entry;
  /** The other half of a rename: both happen, or neither. */
  readonly also?: { readonly directory: string; readonly name: string };
}

export class Disk {
  /** Names as the process sees them. */
  readonly #names = new Map<string, Entry>();
  readonly #durableNames = new Map<string, Entry>();
  #pendingNames: NameChange[] = [];
  readonly #handles = new Map<string, Entry>();
  readonly #root: string;
  readonly #ignoresSyncs: boolean;

  /**
   * @param root the folder, with all that is in it at the beginning
   * @param ignoresSyncs a disk that lies, to see that losses are found
   */
  constructor(root: string, files: ReadonlyMap<string, Uint8Array | "directory">, ignoresSyncs = false) {
    this.#root = root;
    this.#ignoresSyncs = ignoresSyncs;
    for (const [path, content] of files) {
      const entry = content === "directory" ? content : new Inode(content);
      this.#names.set(path, entry);
      this.#durableNames.set(path, entry);
    }
    this.#names.set(root, "directory");
  }

  apply(operation: Operation): void {
    switch (operation.kind) {
      case "create":
        if (!this.#names.has(operation.path)) this.#name(operation.path, new Inode(Buffer.alloc(0)));
        return;
      case "mkdir":
        this.#name(operation.path, "directory");
        return;
      case "open":
        this.#handles.set(keyOf(operation.file), this.#existing(operation.file.path));
        return;
      case "write":
      case "truncate":
        this.#change(this.#opened(operation.file), operation);
        return;
      case "sync":
        if (!this.#ignoresSyncs) this.#sync(operation.file);
        return;
      case "link":
        this.#name(operation.to, this.#existing(operation.from));
        return;
      case "rename": {
        const entry = this.#existing(operation.from);
        this.#names.delete(operation.from);
        this.#names.set(operation.to, entry);
        const [directory, name] = placeOf(operation.from);
        const [toDirectory, toName] = placeOf(operation.to);
        this.#pendingNames.push({ directory: toDirectory, name: toName, entry, also: { directory, name } });
        return;
      }
      case "unlink": {
        this.#names.delete(operation.path);
        const [directory, name] = placeOf(operation.path);
        this.#pendingNames.push({ directory, name });
        return;
      }
      case "say":
        return;
    }
  }

  /** Writes one of the states in which the cut may leave the folder. */
  writeSurvivors(to: string, random: Random): void {
    const names = new Map(this.#durableNames);
    // File systems with a journal lose the last changes of names; others any of them.
    const isOrdered = random.chance(0.5);
    const kept = random.below(this.#pendingNames.length + 1);
    this.#pendingNames.forEach((change, index) => {
      if (isOrdered ? index < kept : random.chance(0.5)) applyName(names, change);
    });
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { mode: 0o700 });
    const contents = new Map<Inode, Buffer>();
    for (const [path, entry] of [...names].sort(([a], [b]) => a.length - b.length)) {
      const place = join(to, path.slice(this.#root.length));
      if (path === this.#root || !isReachable(path, this.#root, names)) continue;
      if (entry === "directory") {
        mkdirSync(place, { recursive: true, mode: 0o700 });
        continue;
      }
      const content = contents.get(entry) ?? entry.survivor(random);
      contents.set(entry, content);
      writeFileSync(place, content, { mode: 0o600 });
    }
  }

  #name(path: string, entry: Entry): void {
    this.#names.set(path, entry);
    const [directory, name] = placeOf(path);
    this.#pendingNames.push({ directory, name, entry });
  }

  #change(entry: Entry | undefined, change: Inode["pending"][number]): void {
    if (!(entry instanceof Inode)) throw new Error(`There is no file ${change.file.path}.`);
    entry.pending.push(change);
  }

  #existing(path: string): Entry {
    const entry = this.#names.get(path);
    if (entry === undefined) throw new Error(`There is no file ${path}.`);
    return entry;
  }

  #opened(file: FileHandle): Entry | undefined {
    return this.#handles.get(keyOf(file));
  }

  #sync(file: FileHandle): void {
    const entry = this.#opened(file);
    if (entry instanceof Inode) {
      entry.sync();
      return;
    }
    const isHere = ({ directory, also }: NameChange) =>
      directory === file.path || also?.directory === file.path;
    for (const change of this.#pendingNames.filter(isHere)) applyName(this.#durableNames, change);
    this.#pendingNames = this.#pendingNames.filter((change) => !isHere(change));
  }
}

function keyOf({ openedAt, path }: FileHandle): string {
  return `${openedAt} ${path}`;
}

function applyName(names: Map<string, Entry>, { directory, name, entry, also }: NameChange): void {
  if (also !== undefined) names.delete(join(also.directory, also.name));
  if (entry === undefined) names.delete(join(directory, name));
  else names.set(join(directory, name), entry);
}

/** Whether all folders on the way to a path are there. */
function isReachable(path: string, root: string, names: ReadonlyMap<string, Entry>): boolean {
  const folder = dirname(path);
  return folder === root || (names.get(folder) === "directory" && isReachable(folder, root, names));
}

function placeOf(path: string): [directory: string, name: string] {
  const directory = dirname(path);
  return [directory, path.slice(directory.length + 1)];
}

/** All files and folders below a folder, by their paths. */
export function readFolder(folder: string): Map<string, Uint8Array | "directory"> {
  const found = new Map<string, Uint8Array | "directory">();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.set(path, "directory");
    else if (statSync(path).isFile()) found.set(path, readFileSync(path));
  }
  return found;
}
