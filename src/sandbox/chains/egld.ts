/** MultiversX in the sandbox: a transfer of EGLD, transaction ids, and the node behind the API. */
import * as v from "valibot";
import { jsonResponse } from "../api-error.ts";
import type { Route } from "../routes.ts";
import type { ExamplePayment, ExampleWallet, KnownOfNetwork, SandboxChain } from "./chain.ts";

const MIN_GAS = 50_000;
const GAS_PER_DATA_BYTE = 1_500;

const costRequest = v.object({ data: v.optional(v.string(), "") });

function endpoints({ network, broadcasts }: KnownOfNetwork): readonly Route[] {
  const answer = (data: object): Response => jsonResponse({ data, error: "", code: "successful" });
  const config = {
    erd_chain_id: network === "mainnet" ? "1" : "D",
    erd_min_gas_price: 1_000_000_000,
    erd_min_gas_limit: MIN_GAS,
    erd_gas_per_data_byte: GAS_PER_DATA_BYTE,
    erd_min_transaction_version: 1,
  };
  return [
    {
      method: "GET",
      path: "/v3/egld/node/:apiKey/network/config",
      handle: () => answer({ config }),
    },
    {
      method: "GET",
      path: "/v3/egld/node/:apiKey/address/:address/nonce",
      handle: (request) =>
        answer({ nonce: nextNonce(request.parameter("address"), broadcasts.accepted("EGLD").values()) }),
    },
    {
      method: "POST",
      path: "/v3/egld/node/:apiKey/transaction/cost",
      handle: (request) => {
        const bytes = Buffer.from(request.body(costRequest).data, "base64").length;
        return answer({ txGasUnits: MIN_GAS + bytes * GAS_PER_DATA_BYTE, returnMessage: "" });
      },
    },
  ];
}

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

/** How many transactions an account has sent here, by their nonces. */
function nextNonce(address: string, transactions: Iterable<string>): bigint {
  const sent = [...transactions].flatMap((text) => {
    const { success, output } = v.safeParse(signedTransaction, text);
    return success && output.sender === address ? [output.nonce + 1n] : [];
  });
  return sent.reduce((highest, next) => (next > highest ? next : highest), 0n);
}

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
  endpoints,
};
