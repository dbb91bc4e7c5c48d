import { type ErrorCode, KmsError } from "./errors.ts";

const codes: readonly ErrorCode[] = ["CANNOT_WRITE", "CANNOT_READ", "VAULT_CORRUPT", "VAULT_BUSY"];

/** Whether something failed because the vault's file cannot be used, whatever it was needed for. */
export function isVaultFailure(failure: unknown): failure is KmsError {
  return failure instanceof KmsError && codes.includes(failure.code);
}
