/**
 * Joins byte strings so that no two different lists give the same bytes: each is preceded by its length as a 32-bit
 * big-endian number. Text counts as UTF-8, a number as 64-bit big-endian.
 */
export function lengthPrefixed(parts: readonly (Uint8Array | string | number)[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const bytes = toBytes(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    chunks.push(length, bytes);
  }
  return Buffer.concat(chunks);
}

function toBytes(part: Uint8Array | string | number): Uint8Array {
  if (typeof part === "string") return Buffer.from(part, "utf8");
  if (typeof part !== "number") return part;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(part));
  return bytes;
}
