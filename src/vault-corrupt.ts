import { KmsError } from "./errors.ts";

/**
 * The error of a vault whose content is not what was written.
 *
 * @param what What is wrong, naming the part of the file: "key slot 1: its checksum does not match".
 */
export function vaultCorrupt(what: string, options?: ErrorOptions): KmsError {
  return new KmsError("VAULT_CORRUPT", `The vault is damaged or was tampered with: ${what}.`, {
    ...options,
    hint: "Do not write to this file. Keep a copy of it and restore the latest backup.",
  });
}
