/**
 * Who else may put files into the folders on the way to a file: whoever may can put another file, or another folder, in its
 * place. The rules are those of OpenSSH's StrictModes (https://man.openbsd.org/sshd_config#StrictModes), with all links
 * followed.
 */
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { join, parse, resolve } from "node:path";

export interface AccessRules {
  /** Whether groups that this process is in may have access, as with the fsGroup of Kubernetes. */
  readonly allowGroup: boolean;
}

/** What is wrong with a folder or link; `group` is a group of this process, so that {@link AccessRules} may allow it. */
export interface UntrustedFolder {
  readonly folder: string;
  readonly owner: number;
  readonly kind: "owner" | "group" | "others";
  /** A sentence without its full stop. */
  readonly problem: string;
  /** A command for a shell that mends it. */
  readonly remedy: string;
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;
const STICKY = 0o1000;
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE = WRITABLE_BY_GROUP | WRITABLE_BY_OTHERS;

/** The user whose files are trusted as root's and our own. Never from an env file, which could vouch for itself. */
const TRUSTED_OWNER = "TATUM_KMS_TRUSTED_OWNER";

/**
 * Users whose files may decide for us: root, ourselves, and whom `TATUM_KMS_TRUSTED_OWNER` names.
 * @param user ourselves
 */
export function trustedOwners(user: number): readonly number[] {
  const named = process.env[TRUSTED_OWNER] ?? "";
  // Where root is another user's number, as in a user namespace, "/" is still root's.
  return [0, user, lstatSync("/").uid, ...(/^\d{1,10}$/.test(named) ? [Number(named)] : [])];
}

/** The way out for those who cannot change an owner. */
export function trustHint(owner: number): string {
  return `Where the owner has to stay, as in a folder that a container gets from its host, set ${TRUSTED_OWNER}=${owner} in the environment to trust that user.`;
}

/** Whether a group is one of this process. */
export function isOwnGroup(groupId: number): boolean {
  return groupId === process.getegid?.() || (process.getgroups?.() ?? []).includes(groupId);
}

/**
 * The first folder or link on the way to a file that somebody else could redirect; `undefined` when there is none. What is
 * missing on the way ends it. Windows has access control lists instead of modes, of which nothing is known here.
 *
 * @param file The file, existing or not; of a folder, the folders above it are looked at.
 * @throws The system's error, such as `EACCES` or `ELOOP`.
 */
export function findUntrustedFolder(file: string, rules: AccessRules): UntrustedFolder | undefined {
  const user = process.geteuid?.();
  if (process.platform === "win32" || user === undefined) return undefined;
  const { root } = parse(resolve(file));
  let names = namesOf(resolve(file));
  let folder = root;
  let links = 0;
  const owners = trustedOwners(user);
  let inside = lstatSync(root);
  while (true) {
    const untrusted = judgeFolder(folder, inside, owners, rules);
    if (untrusted !== undefined) return untrusted;
    const name = names.shift();
    if (name === undefined) return undefined;
    const path = join(folder, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) {
      if ((inside.mode & WRITABLE) !== 0 && !owners.includes(found.uid)) return foreignLink(path, found);
      if (++links > MOST_LINKS) {
        throw Object.assign(new Error(`too many links: ${file}`), { code: "ELOOP", syscall: "lstat" });
      }
      const target = resolve(folder, readlinkSync(path));
      names = [...namesOf(target), ...names];
      folder = root;
      inside = lstatSync(root);
    } else if (found?.isDirectory() && names.length > 0) {
      folder = path;
      inside = found;
    } else {
      return undefined;
    }
  }
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split("/")
    .filter((name) => name !== "");
}

function judgeFolder(
  folder: string,
  { uid, gid, mode }: Stats,
  owners: readonly number[],
  { allowGroup }: AccessRules,
): UntrustedFolder | undefined {
  // Root gets into every folder, and has to where a user's folder is mounted into a container.
  const [, user] = owners;
  if (user !== 0 && !owners.includes(uid)) {
    const problem = `The folder ${folder} belongs to user ${uid}, who can replace what is in it`;
    return { folder, owner: uid, kind: "owner", problem, remedy: `chown ${user} ${folder}` };
  }
  if ((mode & WRITABLE) === 0 || (mode & STICKY) !== 0) return undefined;
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    const problem = `Everybody can replace files in the folder ${folder}`;
    return { folder, owner: uid, kind: "others", problem, remedy: `chmod go-w ${folder}` };
  }
  const isOwn = isOwnGroup(gid);
  if (isOwn && allowGroup) return undefined;
  const problem = `Group ${gid} can replace files in the folder ${folder}`;
  return { folder, owner: uid, kind: isOwn ? "group" : "others", problem, remedy: `chmod g-w ${folder}` };
}

function foreignLink(path: string, { uid }: Stats): UntrustedFolder {
  const problem = `The link ${path} belongs to user ${uid}, who can point it elsewhere`;
  return { folder: path, owner: uid, kind: "owner", problem, remedy: `rm ${path}` };
}
