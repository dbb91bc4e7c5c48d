import * as v from "valibot";
import { vaultCorrupt } from "../../vault-corrupt.ts";

/** A column of bytes. */
export const blob = v.instance(Uint8Array);

/** A column of exactly so many bytes. */
export const blobOfLength = (length: number) => v.pipe(blob, v.length(length));

/** A column that counts: an integer from 1 to 2^53 - 1. */
export const positiveInteger = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/**
 * A row as its table promises it.
 *
 * @param table For the error: "key slot", "wallet".
 * @throws KmsError `VAULT_CORRUPT` naming the table and the column
 */
export function parseRow<Output>(
  table: string,
  schema: v.GenericSchema<unknown, Output>,
  row: unknown,
): Output {
  const parsed = v.safeParse(schema, row);
  if (parsed.success) return parsed.output;
  const column = v.getDotPath(parsed.issues[0]) ?? "row";
  throw vaultCorrupt(`a ${table} row has an unexpected ${column}`);
}
