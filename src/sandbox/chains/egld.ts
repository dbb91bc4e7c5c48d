/** MultiversX in the sandbox: a transfer of EGLD, and transaction ids. */
import * as v from "valibot";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** In EGLD, as the API writes it. */
const VALUE = "0.001";

function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  return {
    chain: "EGLD",
    serializedTransaction: JSON.stringify({ from: address, to, value: VALUE }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

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
async function transactionId(txData: string): Promise<string | undefined> {
  const parsed = v.safeParse(signedTransaction, txData);
  if (!parsed.success) return undefined;
  const { transactionId: idOf } = await import("../../../chains/families/multiversx/encode.ts");
  const { chainID: chainId, data, signature, ...transaction } = parsed.output;
  return idOf({ ...transaction, chainId, data: Buffer.from(data, "base64") }, Buffer.from(signature, "hex"));
}

export const multiversx: SandboxChain = {
  ticker: "EGLD",
  pathName: "egld",
  kind: "other",
  transactionId,
  examples: { transfer: payment },
};
