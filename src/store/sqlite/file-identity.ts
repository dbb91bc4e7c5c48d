import { stat } from "node:fs/promises";
import { KmsError } from "../../errors.ts";
import { explainFileError, systemErrorCode } from "../../file-error.ts";

/** Notices when the file at a path is no longer the one it was: an open database would not. */
export class FileIdentity {
  readonly #path: string;
  readonly #identity: string | undefined;

  private constructor(path: string, identity: string | undefined) {
    this.#path = path;
    this.#identity = identity;
  }

  static async of(path: string): Promise<FileIdentity> {
    return new FileIdentity(path, await identify(path));
  }

  /** @throws KmsError `VAULT_CORRUPT` */
  async check(): Promise<void> {
    if ((await identify(this.#path)) === this.#identity) return;
    throw new KmsError(
      "VAULT_CORRUPT",
      `The vault ${this.#path} was removed or replaced while it was open.`,
      {
        hint: "Restart tatum-kms so that it opens the file that is there now.",
      },
    );
  }
}

/** Device and inode number (POSIX). */
async function identify(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError("CANNOT_READ", `The vault ${path} cannot be looked at`, error);
  }
}
