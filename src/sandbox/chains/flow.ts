/** Flow in the sandbox: a transfer of FLOW, Tatum's co-signers, and an access node. */

import * as v from "valibot";
import { ApiError, jsonResponse } from "../api-error.ts";
import { hostPath, type Route } from "../routes.ts";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

/** An account that proposes with key 1 and pays with key 0. Nobody checks its signatures here. */
const CO_SIGNER = { address: "0x5a5a5a5a5a5a5a5a", payerKey: 0, proposerKey: 1 };
const BLOCK = { id: "5a".repeat(32), height: "100000000" };

const signRequest = v.object({ data: v.string(), isPayer: v.boolean() });
const base64 = v.string();
const decimal = v.pipe(v.string(), v.regex(/^\d{1,20}$/), v.toNumber());
const signature = v.object({ address: v.string(), key_index: decimal, signature: base64 });
const submission = v.object({
  script: base64,
  arguments: v.array(base64),
  reference_block_id: v.string(),
  gas_limit: decimal,
  payer: v.string(),
  proposal_key: v.object({
    address: v.string(),
    key_index: decimal,
    sequence_number: v.pipe(v.string(), v.toBigint()),
  }),
  authorizers: v.array(v.string()),
  payload_signatures: v.array(signature),
  envelope_signatures: v.array(signature),
});
type Submission = v.InferOutput<typeof submission>;

function endpoints(): readonly Route[] {
  return [...coSignerEndpoints(), ...accessNodeEndpoints(`${hostPath("FLOW")}/v1`)];
}

function coSignerEndpoints(): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v3/flow/proposal/:isPayer",
      handle: (request) => {
        const { address, payerKey, proposerKey } = CO_SIGNER;
        return jsonResponse({
          address,
          keyId: request.parameter("isPayer") === "true" ? payerKey : proposerKey,
        });
      },
    },
    {
      method: "POST",
      path: "/v3/flow/sign",
      handle: (request) => {
        request.body(signRequest);
        return jsonResponse({ signature: "5a".repeat(64) });
      },
    },
  ];
}

function accessNodeEndpoints(node: string): readonly Route[] {
  const submitted = new Set<string>();
  return [
    {
      method: "GET",
      path: `${node}/blocks`,
      handle: () => jsonResponse([{ header: BLOCK }]),
    },
    {
      method: "GET",
      path: `${node}/accounts/:address`,
      handle: () =>
        jsonResponse({
          keys: [CO_SIGNER.payerKey, CO_SIGNER.proposerKey].map((index) => ({
            index: String(index),
            sequence_number: String(submitted.size),
            revoked: false,
          })),
        }),
    },
    {
      method: "POST",
      path: `${node}/transactions`,
      handle: async (request) => {
        const id = await transactionIdOf(request.body(submission));
        submitted.add(id);
        return jsonResponse({ id });
      },
    },
    {
      method: "GET",
      path: `${node}/transaction_results/:id`,
      handle: (request) => {
        if (!submitted.has(request.parameter("id")))
          throw new ApiError(404, "not.found", "unknown transaction");
        return jsonResponse({ status: "Sealed", status_code: 0, error_message: "" });
      },
    },
  ];
}

async function transactionIdOf(transaction: Submission): Promise<string> {
  const { transactionId } = await import("../../../chains/families/flow/encode.ts");
  const text = (encoded: string): string => Buffer.from(encoded, "base64").toString("utf8");
  const signatures = (list: Submission["payload_signatures"]) =>
    list.map((entry) => ({
      address: entry.address,
      keyIndex: entry.key_index,
      signature: Buffer.from(entry.signature, "base64"),
    }));
  const { proposal_key: proposer } = transaction;
  return transactionId(
    {
      script: { text: text(transaction.script), arguments: transaction.arguments.map(text) },
      referenceBlock: transaction.reference_block_id,
      gasLimit: transaction.gas_limit,
      proposer: {
        address: proposer.address,
        keyIndex: proposer.key_index,
        sequenceNumber: proposer.sequence_number,
      },
      payer: transaction.payer,
      authorizers: transaction.authorizers,
    },
    signatures(transaction.payload_signatures),
    signatures(transaction.envelope_signatures),
  );
}

/** Invented: addresses of accounts come from the chain, not from the wallet's key. */
const ACCOUNT = "0x1d7e57aa55817448";

function payment({ signatureId, index, to = ACCOUNT }: ExampleWallet): ExamplePayment {
  const body = { account: ACCOUNT, to, amount: "0.001", currency: "FLOW" };
  return {
    chain: "FLOW",
    serializedTransaction: JSON.stringify({ type: 2, body }),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

export const flow: SandboxChain = {
  ticker: "FLOW",
  pathName: "flow",
  kind: "other",
  // What FLOW signers post is not a transaction but the id of the one that they submitted themselves.
  transactionId: (txData) => (/^[0-9a-f]{64}$/i.test(txData) ? txData : undefined),
  examples: { transfer: payment },
  endpoints,
};
