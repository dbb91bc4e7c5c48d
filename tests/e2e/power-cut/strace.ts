/** Reads what `strace -f -xx` wrote: the operations of one process with all bytes. */
import type { FileHandle, Operation } from "./operation.ts";

/** A question mark lets pass what a machine does not have. */
const CALLS = [
  ..."open openat creat close write pwrite64 pwritev pwritev2 writev ftruncate truncate fallocate".split(" "),
  ..."copy_file_range sendfile fsync fdatasync rename renameat renameat2 link linkat unlink unlinkat".split(
    " ",
  ),
  ..."mkdir mkdirat sendto sendmsg io_uring_setup".split(" "),
];

export function straceCommand(log: string, command: readonly string[]): string[] {
  const calls = CALLS.map((call) => `?${call}`).join(",");
  return [
    "strace",
    "-f",
    "-xx",
    "-s",
    "10000000",
    "-o",
    log,
    "-e",
    `trace=${calls}`,
    "-e",
    "signal=none",
    ...command,
  ];
}

interface Call {
  readonly name: string;
  readonly args: string;
  /** Negative, or `?`, when it failed. */
  readonly result: number;
}

/** The calls in the order in which they came back; what leaves the process counts from when it was begun. */
function* callsOf(text: string): Generator<Call> {
  const unfinished = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    let whole = rest;
    if (rest.endsWith("<unfinished ...>")) {
      const begun = rest.slice(0, -"<unfinished ...>".length);
      unfinished.set(thread, begun);
      const [, name = "", args = ""] = /^(\w+)\((.*)$/.exec(begun) ?? [];
      if (isSaying(name)) yield { name: `${name} begun`, args, result: 0 };
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (resumed !== null) whole = (unfinished.get(thread) ?? "") + (resumed[1] ?? "");
    const [, name, args, result] = /^(\w+)\((.*)\)\s+= (-?\d+|\?)/.exec(whole) ?? [];
    if (name === undefined || args === undefined) continue;
    const ended = resumed !== null && isSaying(name) ? `${name} ended` : name;
    // A call that was gone on with has a blank behind its arguments.
    yield { name: ended, args: args.trimEnd(), result: Number(result) };
  }
}

function isSaying(name: string): boolean {
  return ["write", "writev", "sendto", "sendmsg"].includes(name);
}

function stringsIn(args: string): Uint8Array[] {
  return [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex = "", cut]) => {
    if (cut !== undefined) throw new Error("strace cut a text short");
    return Buffer.from(hex.replaceAll("\\x", ""), "hex");
  });
}

function joined(args: string): Uint8Array {
  return Buffer.concat(stringsIn(args));
}

/**
 * @param folder Operations on files elsewhere are left out.
 * @throws Error when there is a call that this reader does not follow
 */
export function readStrace(text: string, folder: string): Operation[] {
  const operations: Operation[] = [];
  const open = new Map<number, FileHandle & { position: number }>();
  const isInside = (path: string) => path === folder || path.startsWith(`${folder}/`);
  const say = (fd: number, bytes: Uint8Array): void => {
    const to = fd === 1 ? "stdout" : fd === 2 ? "stderr" : "network";
    operations.push({ kind: "say", to, bytes });
  };
  for (const { name, args, result } of callsOf(text)) {
    const fd = Number.parseInt(args, 10);
    const file = open.get(fd);
    const [first = "", second = ""] =
      name.startsWith("write") || name.startsWith("send")
        ? []
        : stringsIn(args).map((bytes) => Buffer.from(bytes).toString());
    if (name.endsWith(" begun")) {
      if (file === undefined) say(fd, joined(args));
      continue;
    }
    if (Number.isNaN(result) || result < 0) continue;
    switch (name) {
      case "open":
      case "openat":
      case "creat": {
        open.delete(result);
        if (!isInside(first)) break;
        if (args.includes("O_PATH")) break;
        if (args.includes("O_CREAT")) operations.push({ kind: "create", path: first });
        const opened = { path: first, openedAt: operations.length, position: 0 };
        operations.push({ kind: "open", file: opened });
        if (args.includes("O_TRUNC")) operations.push({ kind: "truncate", file: opened, length: 0 });
        open.set(result, opened);
        break;
      }
      case "close":
        open.delete(fd);
        break;
      case "write":
      case "write ended":
        if (file !== undefined) {
          operations.push({
            kind: "write",
            file,
            offset: file.position,
            bytes: joined(args).subarray(0, result),
          });
          file.position += result;
        } else if (name === "write") say(fd, joined(args));
        break;
      case "writev":
      case "sendto":
      case "sendmsg":
        if (file !== undefined) throw new Error(`${name} to ${file.path} is not followed`);
        say(fd, joined(args));
        break;
      case "pwrite64": {
        if (file === undefined) break;
        const offset = Number(/, (\d+)$/.exec(args)?.[1]);
        operations.push({ kind: "write", file, offset, bytes: joined(args).subarray(0, result) });
        break;
      }
      case "ftruncate":
        if (file !== undefined) {
          operations.push({ kind: "truncate", file, length: Number(/, (\d+)$/.exec(args)?.[1]) });
        }
        break;
      case "fsync":
      case "fdatasync":
        if (file !== undefined) operations.push({ kind: "sync", file });
        break;
      case "link":
      case "linkat":
      case "rename":
      case "renameat":
      case "renameat2":
        if (!isInside(second)) break;
        operations.push({ kind: name.startsWith("link") ? "link" : "rename", from: first, to: second });
        break;
      case "unlink":
      case "unlinkat":
        if (isInside(first)) operations.push({ kind: "unlink", path: first });
        break;
      case "mkdir":
      case "mkdirat":
        if (isInside(first)) operations.push({ kind: "mkdir", path: first });
        break;
      default:
        if (file !== undefined || (isInside(first) && first !== ""))
          throw new Error(`${name} is not followed`);
    }
  }
  return operations;
}
