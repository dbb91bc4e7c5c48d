/** The version of the vault's format, which the tables of every engine have. */
import { KmsError, vaultCorrupt } from "../errors.ts";

/** A reader of one version refuses all higher ones. */
export const formatVersion = 2;

/** The oldest version that is converted. */
const OLDEST = 1;

/** @throws KmsError `VAULT_TOO_NEW`, `VAULT_CORRUPT` */
export function checkFormatVersion(version: number): void {
  if (version > formatVersion) {
    throw new KmsError(
      "VAULT_TOO_NEW",
      `The vault was made by a newer version of tatum-kms: its format is ${version}, this program knows ${formatVersion}.`,
      { hint: "Update tatum-kms." },
    );
  }
  if (version < OLDEST) throw vaultCorrupt(`there is no format version ${version}`);
}
