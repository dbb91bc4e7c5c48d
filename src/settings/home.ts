/** The home directory, which is asked for only where it is needed: a service or a container may have none. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { KmsError } from "../errors.ts";

/** The home directory of the variable HOME or of the user database; `undefined` when neither knows one. */
export function homeDirectory(): string | undefined {
  try {
    const home = homedir();
    return home === "" ? undefined : home;
  } catch {
    return undefined;
  }
}

/** The variables of providers whose value is a path, or may be one. */
const PATH_VARIABLE =
  /(_FILE|_CACERT|_DIRECTORY|^GOOGLE_APPLICATION_CREDENTIALS|^TATUM_KMS_PASSWORD_COMMAND)$/;

/** Whether a variable of a provider holds a path, in which `~/` stands for the home directory. */
export function isPathVariable(name: string): boolean {
  return PATH_VARIABLE.test(name);
}

/**
 * A path with `~` or `~/` at its beginning written out, as shells do it for a word of its own but not within
 * `--path=~/wallet.dat`.
 *
 * @param what the option or variable that holds the path
 * @throws KmsError `CONFIGURATION` for `~user`, and when the home directory is not known
 */
export function expandHome(path: string, what: string): string {
  if (!path.startsWith("~")) return path;
  if (path !== "~" && !path.startsWith("~/")) {
    throw new KmsError(
      "CONFIGURATION",
      `${what} begins with ~ and a name: homes of other users are not looked up.`,
      {
        hint: "Write the path out. A file whose name begins with ~ is written as ./~name.",
      },
    );
  }
  const home = homeDirectory();
  if (home !== undefined) return join(home, path.slice(1));
  throw new KmsError("CONFIGURATION", `${what} begins with ~, and the home directory is not known.`, {
    hint: "Set HOME, or write the path out.",
  });
}

/**
 * The absolute path that an option or argument names, with `~/` written out.
 * @throws KmsError `CONFIGURATION` as {@link expandHome}, `USAGE` for `-`, which means a standard stream elsewhere
 */
export function readPath(path: string, what: string): string {
  if (path === "-")
    throw new KmsError("USAGE", `${what} names a file, and - is none.`, {
      hint: "A file of that name is written as ./-",
    });
  return resolve(expandHome(path, what));
}
