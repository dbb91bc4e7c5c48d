/** Ways to damage or forge a vault file. */
import { Database as Sqlite } from "bun:sqlite";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { slotChecksum } from "../../src/vault/key-slots/key-slot.ts";

export type Damage = (file: string) => void;
export type Statement = string | readonly [text: string, ...values: (Uint8Array | string | number)[]];

/** Runs statements on a file, as somebody with a database program could. */
export function sql(...statements: readonly Statement[]): Damage {
  return (file) => {
    const database = new Sqlite(file);
    for (const statement of statements) {
      const [text, ...values] = typeof statement === "string" ? [statement] : statement;
      database.query(text).run(...values);
    }
    database.close();
  };
}

/** Flips one bit of the byte at an offset from the place where some bytes are in the file. */
export function flip(content: Uint8Array | string, offset: number): Damage {
  return (file) => {
    const bytes = readFileSync(file);
    const start = bytes.indexOf(content);
    if (start < 0) throw new Error(`The bytes to damage are not in ${file}.`);
    bytes[start + offset]! ^= 1;
    writeFileSync(file, bytes);
  };
}

export function truncate(length: (size: number) => number): Damage {
  return (file) => truncateSync(file, length(readFileSync(file).length));
}

interface SlotColumns {
  readonly slot_id: number;
  readonly kind: string;
  readonly parameters: string;
  readonly commitment: Uint8Array;
  readonly wrapped_key: Uint8Array;
}

/** Writes a key slot made from the first one, with the checksum made right again, as a forger would. */
export function forgeSlot(change: (slot: SlotColumns) => Partial<SlotColumns>): Damage {
  return (file) => {
    const database = new Sqlite(file);
    const vault = database.query("SELECT vault_id FROM vault").get() as { vault_id: Uint8Array };
    const first = database.query("SELECT * FROM key_slot ORDER BY slot_id LIMIT 1").get() as SlotColumns;
    const {
      slot_id: slotId,
      kind,
      parameters,
      commitment,
      wrapped_key: wrappedKey,
    } = { ...first, ...change(first) };
    const checksum = slotChecksum(vault.vault_id, { slotId, kind, parameters, commitment, wrappedKey });
    database
      .query("INSERT OR REPLACE INTO key_slot VALUES (?, ?, ?, ?, ?, ?)")
      .run(slotId, kind, parameters, commitment, wrappedKey, checksum);
    database.close();
  };
}

export function forgeParameters(change: Readonly<Record<string, unknown>>): Damage {
  return forgeSlot(({ parameters }) => ({
    parameters: JSON.stringify({ ...JSON.parse(parameters), ...change }),
  }));
}

/** The rows a query finds in a file; columns by name. */
export function rowsOf(file: string, query: string): Readonly<Record<string, Uint8Array>>[] {
  const database = new Sqlite(file, { readonly: true });
  const rows = database.query(query).all() as Record<string, Uint8Array>[];
  database.close();
  return rows;
}

/** One column of the first row a query finds. */
export function columnOf(file: string, query: string): Uint8Array {
  const [row] = rowsOf(file, query);
  const [value] = Object.values(row ?? {});
  if (value === undefined) throw new Error(`${query} finds nothing in ${file}.`);
  return value;
}
