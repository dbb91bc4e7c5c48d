const BODY_ITEMS = 9;

/** The id of a broadcast transaction: BLAKE2b-256 of the signed digest and the sender; `undefined` when it is none. */
export async function vechainTransactionId(txData: string): Promise<string | undefined> {
  const { blake2b } = await import("@noble/hashes/blake2.js");
  const { concat, fromRlp, hexToBytes, parseSignature, recoverAddress, toRlp, bytesToHex } = await import(
    "viem"
  );
  const hash = (bytes: Uint8Array): Uint8Array => blake2b(bytes, { dkLen: 32 });
  try {
    const items = fromRlp(txData as `0x${string}`);
    const signature = items[BODY_ITEMS];
    if (!Array.isArray(items) || typeof signature !== "string") return undefined;
    const digest = hash(toRlp(items.slice(0, BODY_ITEMS), "bytes"));
    const sender = await recoverAddress({
      hash: digest,
      signature: parseSignature(signature as `0x${string}`),
    });
    return bytesToHex(hash(hexToBytes(concat([bytesToHex(digest), sender]))));
  } catch {
    return undefined;
  }
}
