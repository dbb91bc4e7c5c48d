/** Statements of the table `vault`, which has one row. */
import * as v from "valibot";
import { vaultCorrupt } from "../../errors.ts";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, positiveInteger, upTo } from "./row.ts";

const most = mostBytes.vault;

const vaultRow = v.object({
  formatVersion: positiveInteger,
  vaultId: blobOfLength(16),
  manifest: v.pipe(blob, v.maxLength(most.manifest)),
});

export interface VaultRow {
  readonly formatVersion: number;
  /** 16 random bytes that name the vault. */
  readonly vaultId: Uint8Array;
  /** The sealed manifest. */
  readonly manifest: Uint8Array;
}

export async function readVaultRow(session: Session): Promise<VaultRow> {
  const rows = await session.query(
    `SELECT format_version AS "formatVersion", ${upTo(most.vault_id, "vault_id", "vaultId")},
       ${upTo(most.manifest, "manifest")} FROM vault LIMIT 2`,
  );
  if (rows.length !== 1) throw vaultCorrupt(`its table vault has ${rows.length} rows instead of one`);
  return parseRow("vault", vaultRow, rows[0]);
}

export async function insertVaultRow(session: Session, row: VaultRow): Promise<void> {
  await session.execute(
    "INSERT INTO vault (row_number, format_version, vault_id, manifest) VALUES (1, $1, $2, $3)",
    [row.formatVersion, row.vaultId, row.manifest],
  );
}

/** For a vault that is converted. */
export async function updateFormat(
  session: Session,
  formatVersion: number,
  manifest: Uint8Array,
): Promise<void> {
  await session.execute("UPDATE vault SET format_version = $1, manifest = $2", [formatVersion, manifest]);
}

export async function updateManifest(session: Session, manifest: Uint8Array): Promise<void> {
  await session.execute("UPDATE vault SET manifest = $1", [manifest]);
}
