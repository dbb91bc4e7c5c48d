/** The disk that the vault is on: its kind, its room, and how long it takes until a change is safe. */
import { closeSync, existsSync, fsyncSync, openSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { explainFileError } from "../errors.ts";
import { leftFiles } from "../store/sqlite/new-file.ts";
import { examine, type Finding, findings } from "./finding.ts";

/** Kinds by their number in `statfs(2)`, with what is to be known of them. */
const doubtfulKinds: ReadonlyMap<number, readonly [name: string, why: string]> = new Map([
  [0x6969, ["NFS", "its locks and syncs are those of the server: two daemons could work at once"]],
  [0x517b, ["SMB", "its locks and syncs are those of the server: two daemons could work at once"]],
  [0xfe534d42, ["SMB", "its locks and syncs are those of the server: two daemons could work at once"]],
  [0xff534d42, ["CIFS", "its locks and syncs are those of the server: two daemons could work at once"]],
  [0x794c7630, ["overlay", "it is gone with the container"]],
  [0x01021994, ["tmpfs", "it is gone when the machine restarts"]],
]);

/** Bytes below which the journal may soon find no room. */
const SCARCE = 2 ** 30;
const TOO_LITTLE = 64 * 2 ** 20;

/** Milliseconds of a sync above which signing is slow: each payment needs several. */
const SLOW_SYNC = 50;
const SYNCS = 5;
const BLOCK_BYTES = 4096;

function kind(folder: string): Finding {
  const { ok, warning } = findings("file-system");
  // A signed number where the runtime reads 32 bits.
  const found = doubtfulKinds.get(statfsSync(folder).type >>> 0);
  if (found === undefined) return ok(`The file system of ${folder} is a usual one.`);
  const [name, why] = found;
  return warning(`${folder} is on ${name}: ${why}.`, "Put the vault on a local disk or a volume.");
}

function room(folder: string): Finding {
  const { ok, warning, failure } = findings("disk-space");
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const told = `${Math.floor(free / 2 ** 20)} MiB are free in ${folder}.`;
  const mend = "Make room: a signature that cannot be recorded is not made.";
  if (free < TOO_LITTLE) return failure(told, mend);
  return free < SCARCE ? warning(told, mend) : ok(told);
}

/** Milliseconds that the middle one of some syncs takes. */
function syncTime(file: string): number {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    const times = Array.from({ length: SYNCS }, () => {
      const start = performance.now();
      writeSync(descriptor, block);
      fsyncSync(descriptor);
      return performance.now() - start;
    });
    return times.sort((a, b) => a - b)[SYNCS >> 1] ?? 0;
  } finally {
    closeSync(descriptor);
    unlinkSync(file);
  }
}

function sync(folder: string): Finding {
  const { ok, warning } = findings("disk-sync");
  const file = join(folder, `.doctor-${crypto.randomUUID()}`);
  let time: number;
  try {
    time = syncTime(file);
  } catch (error) {
    throw explainFileError("CANNOT_WRITE", `A file in ${folder} cannot be written`, error);
  }
  const told = `A change is safe on the disk after ${time.toFixed(1)} ms.`;
  if (time <= SLOW_SYNC) return ok(told);
  return warning(told, "Each payment needs several such changes: use a faster disk.");
}

/** Nothing where there are none. Without a vault they stay: somebody may look for what is left of it. */
function unfinishedFiles(path: string): Finding[] {
  const { warning } = findings("unfinished-files");
  const isThere = existsSync(path);
  return leftFiles(dirname(path)).map((file) => {
    const command = `rm ${file}`;
    const fix = { command, apply: () => unlinkSync(file) };
    const told = `${file} is what a command left that was ended while it made a file: it is no vault, and takes up room.`;
    return warning(told, command, isThere ? fix : undefined);
  });
}

/** @param path of the vault, existing or not */
export async function diskFindings(path: string): Promise<Finding[]> {
  const folder = dirname(path);
  const looks = [
    examine("file-system", () => kind(folder)),
    examine("disk-space", () => room(folder)),
    examine("disk-sync", () => sync(folder)),
    existsSync(folder) ? examine("unfinished-files", () => unfinishedFiles(path)) : [],
  ];
  return (await Promise.all(looks)).flat();
}
