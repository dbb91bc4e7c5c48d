import * as v from "valibot";

const signedTransaction = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    nonce: v.pipe(v.number(), v.toBigint()),
    value: v.pipe(v.string(), v.regex(/^\d{1,80}$/), v.toBigint()),
    receiver: v.string(),
    sender: v.string(),
    gasPrice: v.pipe(v.number(), v.toBigint()),
    gasLimit: v.pipe(v.number(), v.toBigint()),
    data: v.optional(v.string(), ""),
    chainID: v.string(),
    version: v.number(),
    options: v.optional(v.picklist([0, 1]), 0),
    signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/)),
  }),
);

/** The id of a broadcast transaction; `undefined` when the text is none. */
export async function multiversxTransactionId(txData: string): Promise<string | undefined> {
  const parsed = v.safeParse(signedTransaction, txData);
  if (!parsed.success) return undefined;
  const { transactionId } = await import("../../chains/families/multiversx/serialize.ts");
  const { chainID: chainId, data, signature, ...transaction } = parsed.output;
  return transactionId(
    { ...transaction, chainId, data: Buffer.from(data, "base64") },
    Buffer.from(signature, "hex"),
  );
}
