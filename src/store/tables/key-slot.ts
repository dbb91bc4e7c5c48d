/** Statements of the table `key_slot`. */
import * as v from "valibot";
import { vaultCorrupt } from "../../errors.ts";
import type { Session } from "../store.ts";
import { mostBytes } from "./bounds.ts";
import { blob, blobOfLength, parseRow, positiveInteger, upTo } from "./row.ts";

/** Each slot may cost a key derivation at unlock, so their number is bounded. */
export const MOST_SLOTS = 16;

const most = mostBytes.key_slot;

const keySlotRow = v.object({
  slotId: positiveInteger,
  kind: v.pipe(v.string(), v.maxLength(most.kind)),
  parameters: v.pipe(v.string(), v.maxLength(most.parameters)),
  commitment: blobOfLength(32),
  wrappedKey: v.pipe(blob, v.maxLength(most.wrapped_key)),
  checksum: blobOfLength(32),
});

export interface KeySlotRow {
  readonly slotId: number;
  /** How the slot is opened: "password" or "token". */
  readonly kind: string;
  /** JSON; its shape depends on the kind. */
  readonly parameters: string;
  readonly commitment: Uint8Array;
  /** The root key, sealed with the slot's key. */
  readonly wrappedKey: Uint8Array;
  /** SHA-256 over all the other columns. */
  readonly checksum: Uint8Array;
}

/** All key slots, lowest number first. */
export async function readKeySlotRows(session: Session): Promise<KeySlotRow[]> {
  const rows = await session.query(
    `SELECT slot_id AS "slotId", ${upTo(most.kind, "kind")}, ${upTo(most.parameters, "parameters")},
       ${upTo(most.commitment, "commitment")}, ${upTo(most.wrapped_key, "wrapped_key", "wrappedKey")}, ${upTo(most.checksum, "checksum")}
     FROM key_slot ORDER BY slot_id LIMIT $1`,
    [MOST_SLOTS + 1],
  );
  if (rows.length > MOST_SLOTS)
    throw vaultCorrupt(`it has ${rows.length} key slots or more, at most ${MOST_SLOTS} are used`);
  return rows.map((row) => parseRow("key slot", keySlotRow, row));
}

export async function insertKeySlotRow(session: Session, row: KeySlotRow): Promise<void> {
  await session.execute(
    `INSERT INTO key_slot (slot_id, kind, parameters, commitment, wrapped_key, checksum)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.slotId, row.kind, row.parameters, row.commitment, row.wrappedKey, row.checksum],
  );
}

export async function deleteKeySlotRow(session: Session, slotId: number): Promise<void> {
  await session.execute("DELETE FROM key_slot WHERE slot_id = $1", [slotId]);
}
