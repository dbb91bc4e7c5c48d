import { KmsError, type KmsErrorOptions } from "./errors.ts";

/**
 * The error of a vault whose content is not what was written.
 *
 * @param options `hint`: what to do about it, where that is not to restore a backup.
 * @param what What is wrong, naming the part of the file: "key slot 1: its checksum does not match".
 */
export function vaultCorrupt(what: string, options: KmsErrorOptions = {}): KmsError {
  return new KmsError("VAULT_CORRUPT", `The vault is damaged or was tampered with: ${what}.`, {
    hint: "Do not write to this file. Move it away together with the files named -journal, -wal and -shm beside it, if there are any, and put the latest backup in its place.",
    ...options,
  });
}
