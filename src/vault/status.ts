/** What can be told of a vault without telling what is in it, and of its last backup. */
import { formatVersion } from "../store/format.ts";
import type { KeySlotRow } from "../store/tables/key-slot.ts";
import type { Manifest } from "./manifest.ts";
import type { VaultIdentity } from "./root-key.ts";

export interface VaultStatus extends VaultIdentity {
  readonly path: string;
  readonly format: number;
  readonly generation: number;
  readonly wallets: number;
  /** When its last backup was made; absent where there was none. */
  readonly backedUpAt?: string;
  /** When it was restored from a backup, while no person has confirmed that. */
  readonly restoredAt?: string;
  /** The store that it was copied to, and where alone it is worked with. */
  readonly movedTo?: string;
  readonly slots: readonly (Pick<KeySlotRow, "slotId" | "kind"> & {
    /** As they stand in the slot; what they mean depends on the kind. */
    readonly parameters: unknown;
  })[];
  /** Of the file, in bytes. */
  readonly size: number;
}

export interface LastBackup {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Wallets that were added to the vault since, be they there or removed. */
  readonly added: number;
}

export function lastBackupOf({ backup, nextPosition }: Manifest): LastBackup | undefined {
  return backup && { at: backup.at, added: nextPosition - backup.nextPosition };
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function vaultStatus(
  { path, vaultId, fingerprint, size }: Pick<VaultStatus, "path" | "vaultId" | "fingerprint" | "size">,
  { generation, count, restoredAt, movedTo, backup }: Manifest,
  slots: readonly KeySlotRow[],
): VaultStatus {
  return {
    path,
    format: formatVersion,
    vaultId,
    fingerprint,
    generation,
    wallets: count,
    ...(backup !== undefined && { backedUpAt: isoTime(backup.at) }),
    ...(movedTo !== undefined && { movedTo }),
    ...(restoredAt !== undefined && { restoredAt: isoTime(restoredAt) }),
    slots: slots.map(({ slotId, kind, parameters }) => ({
      slotId,
      kind,
      parameters: JSON.parse(parameters) as unknown,
    })),
    size,
  };
}
