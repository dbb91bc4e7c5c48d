/**
 * Who can decide what lies at a path: whoever owns a folder on the way to it, may write into one, or made a link there.
 * As OpenSSH's StrictModes, and for links as the Linux kernel's `protected_symlinks`.
 */
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";

const STICKY = 0o1000;
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** The user whose files are trusted as root's and our own. Never from an env file, which could vouch for itself. */
const TRUSTED_OWNER = "TATUM_KMS_TRUSTED_OWNER";

/** Something on the way to a file, or the file itself, that must not decide for us. The message is a whole sentence. */
export class UntrustedPath extends Error {
  override readonly name = "UntrustedPath";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

export interface FolderRules {
  /** The group of a folder may write into it, as with Kubernetes' `fsGroup`. */
  readonly groupMayWrite?: boolean;
}

/** The user this program acts as; `undefined` on systems without such numbers. */
export function ownUser(): number | undefined {
  return process.platform === "win32" ? undefined : process.geteuid?.();
}

/** Whether what this user owns may decide for us: root, ourselves, and whom `TATUM_KMS_TRUSTED_OWNER` names. */
export function isTrustedOwner(user: number): boolean {
  return user === 0 || user === ownUser() || String(user) === process.env[TRUSTED_OWNER];
}

/** The way out for those who cannot change an owner. */
export function trustHint(owner: number): string {
  return `Where its owner has to stay, as in a folder that a container gets from its host, set ${TRUSTED_OWNER}=${owner} in the environment to trust that user.`;
}

/** Permissions as `chmod` takes them, such as `0664`. */
export function octalMode({ mode }: Stats): string {
  return `0${(mode & 0o7777).toString(8).padStart(3, "0")}`;
}

function checkFolder(folder: string, status: Stats, { groupMayWrite = false }: FolderRules): void {
  const isRoot = ownUser() === 0;
  if (!isRoot && !isTrustedOwner(status.uid)) {
    throw new UntrustedPath(
      `The folder ${folder} belongs to user ${status.uid}, who can replace what lies in it.`,
      `Use a folder of root or of the user who runs this program (${ownUser()}). ${trustHint(status.uid)}`,
    );
  }
  const others = groupMayWrite ? WRITABLE_BY_ALL : WRITABLE_BY_ALL | WRITABLE_BY_GROUP;
  if ((status.mode & STICKY) !== 0 || (status.mode & others) === 0) return;
  throw new UntrustedPath(
    `Other users can replace what lies in the folder ${folder} (mode ${octalMode(status)}).`,
    `Run: chmod ${groupMayWrite ? "o-w" : "go-w"} ${folder}`,
  );
}

/** In a folder where all may make files, somebody could have put a link instead of what was meant. */
function checkLink(link: string, status: Stats, folder: Stats): void {
  const isShared = (folder.mode & (WRITABLE_BY_ALL | WRITABLE_BY_GROUP)) !== 0;
  if (!isShared || isTrustedOwner(status.uid) || status.uid === folder.uid) return;
  throw new UntrustedPath(
    `The symbolic link ${link} belongs to user ${status.uid}, who can make it lead elsewhere.`,
    "Name the file that it leads to.",
  );
}

/** A descriptor that whoever started this process opened: it leads to a pipe or file that has no way to follow. */
function isOwnDescriptor(path: string, rest: readonly string[]): boolean {
  return path === "/proc/self" && rest.length === 2 && rest[0] === "fd";
}

function stepsOf(path: string): string[] {
  return path.split("/").filter((step) => step !== "" && step !== ".");
}

function follow(folder: string, steps: readonly string[], rules: FolderRules, linksLeft: number): string {
  const status = lstatSync(folder);
  // A file in the middle of a path: the system says so at the next step, in its own words.
  if (status.isDirectory()) checkFolder(folder, status, rules);
  const [step, ...rest] = steps;
  if (step === undefined) return folder;
  if (step === "..") return follow(dirname(folder), rest, rules, linksLeft);
  const here = join(folder, step);
  if (isOwnDescriptor(here, rest)) return join(here, ...rest);
  const found = lstatSync(here);
  if (found.isSymbolicLink()) {
    checkLink(here, found, status);
    if (linksLeft === 0)
      throw Object.assign(new Error(`ELOOP: too many links in ${here}`), { code: "ELOOP" });
    const target = readlinkSync(here);
    const from = target.startsWith("/") ? "/" : folder;
    return follow(from, [...stepsOf(target), ...rest], rules, linksLeft - 1);
  }
  return rest.length === 0 ? here : follow(here, rest, rules, linksLeft);
}

/**
 * Follows a path from the root of the file system, link by link, and checks each folder that it goes through: it belongs
 * to root or to us (root itself may work in a folder of any owner), and nobody else can write into it unless it is sticky.
 * So nobody else can exchange what is found at the end. Systems without users and modes are not checked.
 *
 * @returns the path without links
 * @throws UntrustedPath
 * @throws the error of the system when the way cannot be followed (`ENOENT`, `EACCES`, ...)
 */
export function checkFoldersTo(path: string, rules: FolderRules = {}): string {
  const absolute = resolve(path);
  return ownUser() === undefined ? absolute : follow("/", stepsOf(absolute), rules, MOST_LINKS);
}
