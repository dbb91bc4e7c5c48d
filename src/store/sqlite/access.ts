/** Who has access to a vault, to what lies beside it, and to the folders on the way to it. */
import type { Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type AccessRules,
  findUntrustedFolder,
  isOwnGroup,
  type UntrustedFolder,
} from "../../../providers/support/trusted-folder.ts";
import { explainFileError, KmsError } from "../../errors.ts";

/** Nobody but the owner has access, unless a person allows it. */
export const ownerOnly: AccessRules = { allowGroup: false };

/** Said wherever a group is refused that {@link AccessRules} could allow. */
const groupHint =
  "If the group is meant to have access, as with the fsGroup of Kubernetes: --allow-group-access, or TATUM_KMS_ALLOW_GROUP_ACCESS=true.";

/**
 * Checks that a file is the user's own and that nobody else has access to it.
 *
 * @param what For the error: "vault".
 * @throws KmsError `VAULT_PERMISSIONS`
 */
export function checkAccess(
  what: string,
  file: string,
  stats: Pick<Stats, "uid" | "gid" | "mode">,
  { allowGroup }: AccessRules,
): void {
  // Windows has access control lists instead of modes; node tells nothing of them.
  if (process.platform === "win32") return;
  checkOwner(what, file, stats);
  const forGroup = stats.mode & 0o070;
  const forOthers = stats.mode & 0o007;
  if (forOthers === 0 && (forGroup === 0 || (allowGroup && isOwnGroup(stats.gid)))) return;
  const isGroupAlone = forOthers === 0 && isOwnGroup(stats.gid);
  const who = isGroupAlone ? `Group ${stats.gid}` : "Others";
  throw new KmsError(
    "VAULT_PERMISSIONS",
    `${who} can access the ${what} ${file}: its mode is ${octal(stats)}.`,
    {
      hint: `Run: chmod 600 ${file}${isGroupAlone ? `. ${groupHint}` : ""}`,
    },
  );
}

/**
 * Checks the folders on the way to a vault, which may be still to be made.
 *
 * @throws KmsError `VAULT_PERMISSIONS` when somebody else can replace files in one of them
 */
export function checkFolders(path: string, rules: AccessRules): void {
  const found = untrustedFolder(path, rules);
  if (found === undefined) return;
  const { folder, kind, problem, remedy } = found;
  const isOwnFolder = kind !== "owner" && folder === dirname(resolve(path));
  throw new KmsError("VAULT_PERMISSIONS", `${problem}, which is on the way to the vault ${path}.`, {
    hint: `Run: ${isOwnFolder ? `chmod 700 ${folder}` : remedy}${kind === "group" ? `. ${groupHint}` : ""}`,
  });
}

function untrustedFolder(path: string, rules: AccessRules): UntrustedFolder | undefined {
  try {
    return findUntrustedFolder(path, rules);
  } catch (error) {
    throw explainFileError("CANNOT_READ", `The folders on the way to ${path} cannot be looked at`, error);
  }
}

function checkOwner(what: string, file: string, { uid }: Pick<Stats, "uid">): void {
  const user = process.geteuid?.();
  if (user === undefined || uid === user) return;
  throw new KmsError(
    "VAULT_PERMISSIONS",
    `The ${what} ${file} belongs to user ${uid}, tatum-kms runs as user ${user}.`,
    {
      hint: `Run tatum-kms as user ${uid}, or give the file away: chown ${user} ${file} && chmod 600 ${file}`,
    },
  );
}

function octal({ mode }: Pick<Stats, "mode">): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}
