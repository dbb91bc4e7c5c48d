/** Who has access to the vault: the folders on the way to it, its own mode, and files that are a way around it. */
import { chmodSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type AccessRules, findUntrustedFolder } from "../../providers/support/trusted-folder.ts";
import { checkAccess } from "../store/sqlite/access.ts";
import { fileKindAt } from "../store/sqlite/vault-file.ts";
import { keptOriginals } from "../vault/import/kept-originals.ts";
import { examine, type Finding, type Fix, failureOf, findings } from "./finding.ts";

/** Sets a mode, where the file is ours to do that. */
function chmodFix(file: string, mode: number): Fix | undefined {
  if (statSync(file).uid !== process.geteuid?.()) return undefined;
  return { command: `chmod ${mode.toString(8)} ${file}`, apply: () => chmodSync(file, mode) };
}

function folders(path: string, rules: AccessRules): Finding {
  const { ok, failure } = findings("folders");
  const found = findUntrustedFolder(path, rules);
  if (found === undefined) return ok(`Nobody else can replace files on the way to ${path}.`);
  const { folder, kind, problem, remedy } = found;
  if (kind === "owner") return failure(`${problem}.`, remedy);
  const mode = folder === dirname(resolve(path)) ? 0o700 : statSync(folder).mode & 0o7755;
  return failure(`${problem}.`, remedy, chmodFix(folder, mode));
}

async function vaultFile(path: string, rules: AccessRules): Promise<Finding> {
  const { ok, warning, failure } = findings("vault-file");
  const kind = await fileKindAt(path);
  if (kind === "missing") return warning(`There is no vault at ${path} yet.`, "The first wallet makes one.");
  if (kind === "original")
    return failure(`${path} is a wallet file of tatum-kms 8.`, `tatum-kms migrate --path=${path}`);
  if (kind !== "vault") return failure(`${path} is not a vault.`, "Restore a backup.");
  const file = realpathSync(path);
  try {
    checkAccess("vault", file, statSync(file), rules);
  } catch (error) {
    return { ...failureOf("vault-file", error), fix: chmodFix(file, 0o600) };
  }
  return ok(`The vault ${file} is for its owner alone.`);
}

async function leftOriginals(path: string): Promise<Finding> {
  const { ok, warning } = findings("original-file");
  const kept = await keptOriginals(path);
  if (kept.length === 0) return ok("No wallet file of tatum-kms 8 is left beside the vault.");
  return warning(
    `${kept.join(", ")} holds wallets of this vault, weakly encrypted.`,
    `tatum-kms migrate --delete-original --path=${path}`,
  );
}

export async function accessFindings(path: string, rules: AccessRules): Promise<Finding[]> {
  const looks = [
    examine("folders", () => folders(path, rules)),
    examine("vault-file", () => vaultFile(path, rules)),
    examine("original-file", () => leftOriginals(path)),
  ];
  return (await Promise.all(looks)).flat();
}
