/**
 * The vault that an operator expects. A file says by itself which vault it is, and whoever can replace the file can copy that; the
 * fingerprint comes from the root key, which nobody else has.
 */
import { KmsError } from "./errors.ts";
import type { VaultIdentity } from "./vault/root-key.ts";

/** What an operator wrote: the vault's id, and after a colon the fingerprint of its root key. */
const VAULT_PIN = /^([0-9a-f]{32})(?::([0-9a-f]{32}))?$/i;

export const wantedVaultPin =
  "the vaultId that `vault status` prints (32 hexadecimal digits), or that with a colon and the fingerprint";

/** The same, taken apart, in lower case. */
export interface VaultPin {
  readonly vaultId: string;
  /** Without it a forged vault with a copied id is taken. */
  readonly fingerprint: string | undefined;
}

/** `undefined` for a text that is none. */
export function parseVaultPin(text: string): VaultPin | undefined {
  const [, vaultId, fingerprint] = VAULT_PIN.exec(text.trim()) ?? [];
  return vaultId === undefined
    ? undefined
    : { vaultId: vaultId.toLowerCase(), fingerprint: fingerprint?.toLowerCase() };
}

/** The pin of a vault, as an operator may write it. */
export function formatVaultPin({ vaultId, fingerprint }: VaultIdentity): string {
  return `${vaultId}:${fingerprint}`;
}

/**
 * Checks what a file says of itself, before anybody is asked for a password.
 * @throws KmsError `WRONG_VAULT`
 */
export function assertPinnedId(pin: VaultPin | undefined, vaultId: string, path: string): void {
  if (pin === undefined || pin.vaultId === vaultId) return;
  throw wrongVault(`The file ${path} is the vault ${vaultId}, not ${pin.vaultId}, which is expected.`);
}

/**
 * Checks the root key, before anything of the vault is used.
 * @throws KmsError `WRONG_VAULT`
 */
export function assertPinnedVault(
  pin: VaultPin | undefined,
  { vaultId, fingerprint }: VaultIdentity,
  path: string,
): void {
  assertPinnedId(pin, vaultId, path);
  if (pin?.fingerprint === undefined || pin.fingerprint === fingerprint) return;
  throw wrongVault(
    `The file ${path} has the id of the expected vault, but another root key: it was made by somebody else.`,
  );
}

/**
 * A new vault is never the expected one.
 * @throws KmsError `WRONG_VAULT`
 */
export function assertNoPin(pin: VaultPin | undefined, path: string): void {
  if (pin === undefined) return;
  throw wrongVault(`The vault ${pin.vaultId} is expected, and it is not at ${path}; no new one was made.`);
}

function wrongVault(message: string): KmsError {
  return new KmsError("WRONG_VAULT", message, {
    hint: "Check --path, and the file itself. What is expected is said by --vault-id or TATUM_KMS_VAULT_ID.",
  });
}
